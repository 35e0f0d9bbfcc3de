// Acts on their way to the engine's thread: a bounded queue of blocks, and what becomes of each batch that was handed over.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include <harbinger/behaviour.h>
#include <harbinger/persona_engine.h>

namespace harbinger::persona {

/// Acts that go through the network together, with their text.
struct ActBlock {
  static constexpr std::size_t kText = 1 << 16;

  explicit ActBlock(std::size_t most) : shed(most, false), text(std::make_unique_for_overwrite<char[]>(kText)) {
    acts.reserve(most);
  }
  bool has_room_for(const BehaviourEvent& event) const noexcept {
    return acts.size() < acts.capacity() && text_size + event.resource.size() <= kText;
  }
  void add(const BehaviourEvent& event);
  void clear();

  std::vector<BehaviourEvent> acts;  ///< `resource` points into `text`
  std::vector<bool> shed;            ///< by whoever deals with the block: not looked at
  std::unique_ptr<char[]> text;
  std::size_t text_size = 0;
  std::uint64_t first = 0;  ///< number of the first act
};

/// Any number of threads put in, one takes out. Beyond `most` acts the oldest blocks are shed.
class ActQueue {
 public:
  using Receipt = PersonaEngine::Receipt;
  using Reported = PersonaEngine::Reported;

  ActQueue(std::size_t most, std::size_t batch);

  /// Copies acts that are fit to be used. `rejected` were not, and are for the receipt only. False, with nothing kept, when too many receipts are due.
  bool put(std::span<const BehaviourEvent> acts, std::uint64_t rejected, Reported done);

  /// The oldest block, or null. It comes back through `settle`.
  std::unique_ptr<ActBlock> take();
  /// The block was dealt with, but for the acts that it calls shed.
  void settle(std::unique_ptr<ActBlock> block);

  /// Receipts that are complete, to be called without a lock.
  struct Finished {
    Reported done;
    Receipt receipt;
  };
  void take_finished(std::vector<Finished>& finished);

  std::size_t waiting() const;
  bool empty() const { return waiting() == 0; }
  /// More than half full: whoever acts most has to give way.
  bool pressed() const { return waiting() > most_ / 2; }
  std::uint64_t shed() const;
  /// How many acts were ever put in, and how many of those, from the first on, are settled.
  std::uint64_t put_so_far() const;
  std::uint64_t settled_up_to() const;

 private:
  struct Ticket {
    std::uint64_t first, end, left;  // numbers of its acts; how many are not settled yet
    Finished finished;
  };

  ActBlock& room_for(const BehaviourEvent& event);
  void shed_oldest();
  void settle(std::uint64_t first, std::uint64_t end, bool taken);
  std::unique_ptr<ActBlock> block();

  const std::size_t most_, batch_;
  mutable std::mutex mutex_;  // guards all below
  std::deque<std::unique_ptr<ActBlock>> blocks_;
  std::vector<std::unique_ptr<ActBlock>> spare_;
  std::deque<Ticket> tickets_;
  std::size_t waiting_ = 0;
  std::uint64_t put_ = 0, shed_ = 0;
  std::optional<std::uint64_t> taken_;  // first act of the block that is being dealt with
};

}  // namespace harbinger::persona
