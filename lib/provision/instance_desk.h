// All instances of all pools and how each goes on, as a state machine: events and time in, acts out. No clock, no threads, no I/O.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/result.h>
#include "provision/engine.h"
#include "provision/instance.h"
#include "provision/size_adviser.h"
#include "provision/start_budget.h"
#include "provision/start_circuit.h"
#include "provision/wish_hash.h"

namespace harbinger::provision {

/// What a provider shall do. Whoever has it done says what came of it; until then there is no other call for this instance.
struct Act {
  enum class Kind : std::uint8_t { start, look, usage, stop, resize } kind{};
  std::string id{};
  std::uint16_t pool = 0, provider = 0;
  Size size{};  ///< start and resize
};
/// What the disk must have before anything of the same take() is done or told.
struct Note {
  enum class Kind : std::uint8_t { ordered, given, ended } kind{};
  std::string id{};
  bool had_tag = false;  ///< before it was given
};

/// What holds in every order of events: an instance is in one step and has one tag at most, a tag one instance of a pool at most; budgets are not passed; what was
/// ordered is ended only once its provider said so. One thread at a time.
class InstanceDesk {
 public:
  static constexpr std::uint16_t kNoPool = UINT16_MAX;
  struct Limits {
    StartCircuit::Limits circuit{};
    Duration look_every = std::chrono::milliseconds(200);  ///< while it is not known where an instance is reached
    Duration usage_every = std::chrono::seconds(5);
    Duration wait = std::chrono::minutes(1);  ///< a wish that nobody repeats is waited for no longer
    Duration first_stop_pause = std::chrono::seconds(1), longest_stop_pause = std::chrono::minutes(1);
    std::size_t waiting = 4096;  ///< wishes of a pool that wait
    unsigned bad_probes = 3;     ///< in a row, until an instance counts as failed
    unsigned usage_in_flight = 8;
    double busy_cpu = 0.05;  ///< share of its processors from which an instance counts as used
  };
  struct PoolRules {
    PoolSettings settings{};
    std::uint16_t provider = 0;
  };
  struct ProviderRules {
    std::string name{};
    std::size_t most = 1000;
    bool resizes = false;
  };
  /// `next_id` is asked within the calls below, with a pool's name.
  InstanceDesk(std::vector<PoolRules> pools, std::vector<ProviderRules> providers, const Budgets& budgets,
               const Limits& limits, std::function<std::string(std::string_view pool)> next_id);

  enum class Given : std::uint8_t {
    own,      ///< it has an instance
    fresh,    ///< it has one since just now
    waits,    ///< it is given one as soon as one is ready
    refused,  ///< see `why`
  };
  struct Answer {
    Given given{};
    bool arrived = false;  ///< it is new,
    bool missed = false;   ///< and found none ready
    std::string why{};
  };
  /// Somebody who may have an instance wants one.
  Answer want(Wish wish, MonotonicTime now);
  /// The wish was repeated; false when it has neither an instance nor waits.
  bool touch(Wish wish, MonotonicTime now);
  /// It is not waited for any more.
  void forget(Wish wish) { wait_no_longer(pools_[wish.pool], wish); }
  void invalidate(std::uint64_t tag, std::optional<std::uint64_t> instead, MonotonicTime now);
  bool release(std::string_view id, MonotonicTime now);
  void halt(bool halted) { halted_ = halted; }
  bool halted() const { return halted_; }
  void target(std::uint16_t pool, const PoolSizer::Target& target);
  /// Why a provider cannot work now; empty when it can.
  void provider(std::uint16_t provider, const std::string& trouble);
  /// Whether a provider gives running instances other sizes.
  void resizes(std::uint16_t provider, bool can) { providers_[provider].rules.resizes = can; }
  /// Why the journal takes nothing now; empty when it does.
  void journal(const std::string& trouble) { journal_trouble_ = trouble; }

  /// From before: `listed` tells what became of it.
  void recover(const Recovered& what, MonotonicTime now);
  /// What a provider has, as of `asked`. What of it nobody knows is stopped, what is known and not there is over; what is gone and still there is stopped, too.
  void listed(std::uint16_t provider, const std::vector<Found>& found, MonotonicTime asked, MonotonicTime now);

  void started(std::string_view id, const Result<Found>& found, MonotonicTime now);
  void looked(std::string_view id, const Result<Found>& found, MonotonicTime now);
  void used(std::string_view id, const Result<Usage>& usage, MonotonicTime now);
  void stopped(std::string_view id, const Result<void>& outcome, MonotonicTime now);
  void resized(std::string_view id, const Size& size, const Result<void>& outcome, MonotonicTime now);
  void probed(std::string_view id, bool well, const std::string& why, MonotonicTime now);
  /// A note could not be written: nothing of it was done.
  void unwritten(const Note& note, MonotonicTime now);

  /// Orders what is missing. After each event that may change it.
  void order(MonotonicTime now);
  /// What time alone changes: drains, deadlines, usage, release of the unused.
  void tick(MonotonicTime now);

  std::vector<Act> take_acts() { return std::exchange(acts_, {}); }
  std::vector<Note> take_notes() { return std::exchange(notes_, {}); }
  /// Wishes with another answer than before; tag kSharedTag: those without an instance have.
  std::vector<Wish> take_changed() { return std::exchange(changed_, {}); }
  /// Instances that got to another step, as they were then; ended ones too.
  std::vector<Instance> take_moved() { return std::exchange(moved_, {}); }

  struct PoolView {
    unsigned starting = 0, ready = 0, assigned = 0, draining = 0, failed = 0, waiting = 0;
    PoolSizer::Target target{};
    PoolCounts counts{};
    bool open = false;        ///< its circuit
    std::string trouble{};    ///< what its last failures said
    std::string held_back{};  ///< why nothing was ordered though it was wanted
    Size next_size{};
  };
  PoolView pool(std::uint16_t number) const;
  std::string provider_trouble(std::uint16_t provider) const { return providers_[provider].trouble; }
  const Instance* find(std::string_view id) const;
  /// What serves a wish, drains, or is from before and not ready again yet.
  const Instance* find(Wish wish) const;
  template <class Use>
  void each(Use use) const {
    for (const auto& [id, instance] : instances_) use(instance);
  }
  std::size_t size() const { return instances_.size(); }

 private:
  struct Waiting {
    std::uint64_t number = 0;
    MonotonicTime wished{};
  };
  struct Pool {
    Pool(const PoolRules& what, std::uint16_t place, const StartCircuit::Limits& limits)
        : rules(what), number(place), circuit(limits), sizes(what.settings.what.size, what.settings.what.most) {}

    PoolRules rules;
    std::uint16_t number;
    PoolSizer::Target target{};
    bool targeted = false;
    std::vector<Instance*> ready;                         // the one that is ready for longest first
    std::unordered_map<Wish, Waiting, WishHash> waiting;  // and their order:
    std::map<std::uint64_t, Wish> line;
    std::array<unsigned, 7> steps{};
    unsigned coming = 0, all = 0;
    StartCircuit circuit;
    SizeAdviser sizes;
    PoolCounts counts{};
    std::string held_back;
  };
  struct ProviderState {
    ProviderRules rules;
    std::string trouble{};
    bool listed = false;
    std::size_t all = 0;
  };

  Pool* pool_of(const Instance& instance) { return instance.pool == kNoPool ? nullptr : &pools_[instance.pool]; }
  Instance* known(std::string_view id);
  Instance& add(std::string id, std::uint16_t pool, std::uint16_t provider, MonotonicTime now);
  void move(Instance& instance, Step step, MonotonicTime now);
  void set_coming(Instance& instance, bool coming);
  void call(Instance& instance, Act::Kind kind, const Size& size, MonotonicTime now);
  void note(Note::Kind kind, const Instance& instance) { notes_.push_back({kind, instance.id, instance.had_tag}); }
  void after_call(Instance& instance, MonotonicTime now);
  void erase(Instance& instance);
  void changed(Wish wish) { changed_.push_back(wish); }

  // How an instance goes on.
  void order_one(Pool& pool, MonotonicTime now);
  void reached(Instance& instance, const Reach& reach);
  void became_ready(Instance& instance, MonotonicTime now);
  void place(Instance& instance, MonotonicTime now);
  void give(Instance& instance, Wish wish, MonotonicTime now);
  void take_tag(Instance& instance);
  void void_tag(Instance& instance);
  void give_anew(Instance& instance, Wish wish);
  void wait_again(Pool& pool, Wish wish, MonotonicTime wished, MonotonicTime now);
  void drain(Instance& instance, bool for_good, MonotonicTime now);
  void drained(Instance& instance, MonotonicTime now);
  void fail(Instance& instance, StartCircuit::Failure what, const std::string& why, MonotonicTime now);
  void stop(Instance& instance, MonotonicTime now);
  void end(Instance& instance, MonotonicTime now);
  void leave(Instance& instance, MonotonicTime now);
  void found_again(Instance& instance, const Found& found, MonotonicTime now);
  void not_listed(Instance& instance, MonotonicTime now);
  void left_over(Instance& instance, MonotonicTime now);
  void stray(std::uint16_t provider, const Found& found, MonotonicTime now);

  // Wishes that wait.
  void wait(Pool& pool, Wish wish, MonotonicTime now);
  void wait_no_longer(Pool& pool, Wish wish);
  bool give_waiting(Instance& instance, MonotonicTime now);
  void forget_waiting(Pool& pool, MonotonicTime now);

  // Time.
  void tend(Instance& instance, MonotonicTime now);
  void tend_starting(Instance& instance, MonotonicTime now);
  void tend_used(Instance& instance, MonotonicTime now);
  void ask_usage(MonotonicTime now);
  void scale_in(Pool& pool, MonotonicTime now);
  void want_shared(Pool& pool, MonotonicTime now);
  bool serve_waiting(Pool& pool, MonotonicTime now);
  std::string refusal(const Pool& pool, MonotonicTime now);

  const Budgets budgets_;
  const Limits limits_;
  const std::function<std::string(std::string_view)> next_id_;
  std::vector<Pool> pools_;
  std::vector<ProviderState> providers_;
  StartBudget starts_;
  std::map<std::string, Instance, std::less<>> instances_;
  std::unordered_map<Wish, Instance*, WishHash> by_wish_;
  bool halted_ = false;
  std::string journal_trouble_;
  std::uint64_t last_number_ = 0;
  unsigned usage_in_flight_ = 0;
  std::string usage_after_;  // whose usage was asked last
  MonotonicTime ticked_{};
  std::vector<Act> acts_;
  std::vector<Note> notes_;
  std::vector<Wish> changed_;
  std::vector<Instance> moved_;
};

}  // namespace harbinger::provision
