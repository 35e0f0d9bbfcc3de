// Who has which tag, and which tags have nobody left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include <harbinger/rcu.h>

namespace harbinger::vm_provisioning {

/// Of the clients that came last, the tag that follows from what they are. A tag that its last holder has left is void, until somebody is such a client again. One thread at
/// a time, except where it says otherwise.
class TagHolders {
 public:
  explicit TagHolders(std::size_t most_clients = 65'536, std::size_t most_void = 4096);

  struct Left {
    std::uint64_t tag = 0;      ///< void from now on
    std::uint64_t instead = 0;  ///< what its last holder has now
  };
  /// This client has that tag now.
  std::optional<Left> seen(std::uint64_t client, std::uint64_t tag);

  /// Workers know of what was void or valid by now. Once for many clients.
  void publish();

  /// On workers; no lock, no allocation.
  bool is_void(std::uint64_t tag) const noexcept {
    const auto* all = published_.load();
    return all != nullptr && !all->empty() && all->contains(tag);
  }
  std::size_t clients() const { return tags_.size(); }

 private:
  using Tags = std::unordered_set<std::uint64_t>;
  bool let_go(std::uint64_t tag);
  void forget_oldest();
  void set_void(std::uint64_t tag);
  void set_valid(std::uint64_t tag);

  const std::size_t most_clients_, most_void_;
  std::unordered_map<std::uint64_t, std::uint64_t> tags_;   // by client
  std::unordered_map<std::uint64_t, std::size_t> holders_;  // by tag
  std::deque<std::uint64_t> clients_, voided_;              // the oldest first
  Tags void_;
  bool changed_ = false;
  rcu::Published<Tags> published_;
};

}  // namespace harbinger::vm_provisioning
