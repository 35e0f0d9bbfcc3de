// What users have, what is made for them, and how each of it goes on, as a state machine: events and time in, acts out. No clock, no threads, no I/O.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "orchestrate/desk_parts.h"
#include "orchestrate/spending.h"
#include "orchestrate/worth.h"
#include "provision/start_circuit.h"

namespace harbinger::orchestrate {

/// What holds in every order of events: an id is ordered once, budgets are not passed, what its user asked for is not given up on a forecast, and what was ordered is
/// over only once its target said so. One thread at a time.
class ResourceDesk {
 public:
  static constexpr std::uint16_t kNoKind = DeskResource::kNoKind;
  struct TargetRules {
    std::string name{};
    TargetTraits traits{};
    std::function<std::string(const Need&)> refusal{};  ///< Target::refusal
  };
  struct Limits {
    provision::StartCircuit::Limits circuit{};
    Duration first_look = std::chrono::milliseconds(200), look_every = std::chrono::seconds(5);  ///< while it starts
    Duration look_after = std::chrono::seconds(15);                                              ///< at what is ready
    Duration look_for = std::chrono::seconds(10), remove_for = std::chrono::seconds(60);         ///< a call may take
    Duration first_pause = std::chrono::seconds(1), longest_pause = std::chrono::minutes(1);
    Duration grace = std::chrono::seconds(5);     ///< past its deadline, until a call counts as hanging
    Duration echo = std::chrono::minutes(2);      ///< an act within that time tells of a claim that is known
    Duration refused = std::chrono::minutes(10);  ///< what a target will never make is not planned again for so long
    unsigned gone = 3;                            ///< looks in a row that find nothing, until it is
    std::size_t open = 4096;                      ///< actions that wait
  };
  struct Rules {
    Mode mode = Mode::dry_run;
    std::vector<KindSettings> kinds{};  ///< each with a target that there is
    std::vector<TargetRules> targets{};
    Budgets budgets{};
    Duration cool_down{}, unused_after{}, approval_within{};
    std::size_t history = 10'000;
    bool reactive = false;
    Limits limits{};
  };
  /// `next_id` is asked within the calls below, with a kind's name.
  ResourceDesk(Rules rules, std::function<std::string(std::string_view kind)> next_id);

  struct Answer {
    enum class Found : std::uint8_t { ready, coming, made, proposed, nothing, unknown, known } found{};
    std::string id{};          ///< ready, coming and made
    std::string why{};         ///< not, or not yet
    Hold hold{};               ///< that kept it from being made
    std::uint64_t action = 0;  ///< that is proposed
  };
  /// A user asks for a resource, by a claim or an act; `known`: by an act that tells of a claim before.
  Answer asked(ActorKey user, const Need& need, bool claim, Moment now);
  /// The claim could not be written down: it is as it was before.
  void not_asked(std::string_view id, Moment now);
  /// `not_found`: no such resource, or it is being removed.
  Result<void> release(std::string_view id, Moment now);
  /// A user's resources were seen to use so much of what they were given.
  void used(ActorKey user, float share, Moment now);

  /// What a user will need, and what it is planned by.
  struct Foresight {
    const Outlook& outlook;
    SystemLoad load{};
    bool acted = false;                                   ///< since the last time
    std::function<std::vector<std::string>()> explain{};  ///< asked when something new is planned
  };
  void foreseen(ActorKey user, const Foresight& sight, Moment now);
  /// Whether a user should be looked at often: something is there for him, or waits.
  bool busy(ActorKey user) const;

  Result<void> approve(std::uint64_t action, bool yes, Moment now);
  std::size_t approve_all(Moment now);
  void halt(bool halted) { halted_ = halted; }
  bool halted() const { return halted_; }
  /// Why the journal takes nothing now; empty when it does.
  void journal(const std::string& trouble) { journal_trouble_ = trouble; }
  /// Why a target cannot work now; empty when it can.
  void target(std::uint16_t target, const std::string& trouble) { targets_[target].trouble = trouble; }

  struct Recovered {
    std::string id{};
    std::uint16_t kind = kNoKind, target = 0;
    ActorKey user = 0;
    Need need{};
    bool asked = false, claimed = false, removing = false;
    UnixMillis ordered = 0;
  };
  /// From before: `listed` tells what became of it. Those that were ordered first come first.
  void recover(const Recovered& what, Moment now);
  /// All that a target has, as of `asked`. What of it nobody knows is removed.
  void listed(std::uint16_t target, const std::vector<Made>& there, MonotonicTime asked, Moment now);

  /// The call got a thread: what it may take is counted from now on.
  void begun(std::string_view id, Moment now);
  void made(std::string_view id, const Result<Made>& made, Moment now);
  void looked(std::string_view id, const Result<Made>& made, Moment now);
  void changed(std::string_view id, const Result<Made>& made, Moment now);
  void removed(std::string_view id, const Result<void>& outcome, Moment now);
  /// A note could not be written: nothing of it was done.
  void unwritten(const DeskNote& note, Moment now);

  /// What time alone changes.
  void tick(Moment now);

  std::vector<DeskAct> take_acts() { return std::exchange(acts_, {}); }
  std::vector<DeskNote> take_notes() { return std::exchange(notes_, {}); }
  /// Resources and actions that changed, as they were then, in order; of a resource that is over, the trouble is "it is gone".
  std::vector<Resource> take_moved() { return std::exchange(moved_, {}); }
  std::vector<Action> take_changed() { return std::exchange(told_, {}); }

  const DeskResource* find(std::string_view id) const;
  template <class Use>
  void each(Use use) const {
    for (const auto& [id, resource] : resources_) use(resource);
  }
  std::vector<Resource> resources_of(ActorKey user) const;
  /// What waits or is under way.
  std::vector<Action> plan() const;
  std::vector<Action> history(std::size_t most) const;
  const Planned* action(std::uint64_t number) const;
  std::string spent(ActorKey user) const { return spending_.to_string(user); }
  /// The first number that no action has yet.
  std::uint64_t next_number() const { return next_number_; }
  void number_from(std::uint64_t number) { next_number_ = std::max(next_number_, number); }

  struct Counts {
    std::uint64_t hits = 0, late = 0, misses = 0, echoes = 0;  ///< late: on its way; among the misses
    std::uint64_t wasted = 0, made = 0, failed = 0, rolled_back = 0;
    std::uint64_t strays = 0, lies = 0, hangs = 0;  ///< of targets
    double lead_s = 0;                              ///< of all hits together
    double idle_s = 0, cost = 0;
    std::array<std::uint64_t, static_cast<std::size_t>(Hold::limit)> held{};
  };
  /// As of the last event.
  const Counts& counts() const { return counts_; }
  std::string target_trouble(std::uint16_t target) const;
  bool target_open(std::uint16_t target) const { return targets_[target].circuit.open(); }
  std::size_t waiting(Action::State state) const;

 private:
  struct TargetState {
    TargetRules rules;
    provision::StartCircuit circuit;
    std::string trouble{};
    unsigned coming = 0, hanging = 0;
  };
  /// A likely need that is looked at against what is there.
  struct Wanted {
    const LikelyNeed* likely = nullptr;
    std::uint16_t kind = 0;
    Worth worth{};
    bool met = false;
  };
  using Step = Resource::Step;
  using Of = DeskUser::Of;

  bool plans() const { return rules_.mode != Mode::off; }
  bool acts_for_real() const { return rules_.mode == Mode::on || rules_.mode == Mode::approval; }
  const KindSettings& settings_of(std::uint16_t kind) const { return rules_.kinds[kind]; }
  TargetState& target_of(std::uint16_t kind) { return targets_[kind_targets_[kind]]; }
  std::uint16_t kind_named(std::string_view kind) const;
  void accrue(MonotonicTime now);

  // Resources.
  DeskResource* known(std::string_view id);
  DeskResource& add(std::string id, std::uint16_t kind, std::uint16_t target, ActorKey user, const Need& need,
                    bool asked, Moment now);
  void erase(DeskResource& resource);
  void move(DeskResource& resource, Step step);
  void set_asked(DeskResource& resource, bool asked);
  void set_need(DeskResource& resource, Need need, std::optional<Need> before = {});
  void call(DeskResource& resource, DeskAct::Kind kind, Duration within, Moment now);
  void back(DeskResource& resource);
  DeskResource* answered(std::string_view id, DeskAct::Kind call, Moment now);
  void note(DeskNote::Kind kind, const DeskResource& resource) { notes_.push_back({kind, resource.what.id}); }
  Spending::Part part_of(const DeskResource& resource) const;
  Spending::Part part_of(std::uint16_t kind, ActorKey user, const Need& need, bool asked) const;

  // How a resource goes on.
  void took(DeskResource& resource, const Made& made, bool look, Moment now);
  void became_ready(DeskResource& resource, Moment now);
  void claim(DeskResource& resource, Moment now);
  void gone(DeskResource& resource, Moment now);
  void not_changed(DeskResource& resource, const std::string& why, Moment now);
  void failed(DeskResource& resource, provision::StartCircuit::Failure what, const std::string& why, Moment now);
  void give_up(DeskResource& resource, bool rolled_back, std::string reason, Moment now);
  void remove(DeskResource& resource, std::string reason, bool planned, Moment now);
  void call_remove(DeskResource& resource, Moment now);
  void end(DeskResource& resource, Moment now);
  void found_again(DeskResource& resource, const Made& made, Moment now);
  void lost(DeskResource& resource, Moment now);
  void not_listed(DeskResource& resource, MonotonicTime asked, Moment now);
  void stray(std::uint16_t target, const Made& made, Moment now);
  void tend(DeskResource& resource, Moment now);
  void tend_coming(DeskResource& resource, Moment now);
  void tend_hanging(DeskResource& resource, Moment now);

  // Actions.
  Planned* plan(Action what, std::uint16_t kind, const Held& held, Moment now);
  void tell(const Planned& planned) { told_.push_back(planned.what); }
  void over(std::uint64_t number, Action::State state, std::string trouble, Moment now);
  void archive(Planned planned);
  void drop(std::uint64_t number);
  void proceed(Planned& planned, Moment now);
  void carry_out(Planned& planned, Moment now);
  void order(Planned& planned, Moment now);
  void begin_change(Planned& planned, DeskResource& resource, Moment now);
  Held held_back(const Action& what, std::uint16_t kind, Moment now);
  Held target_holds(std::uint16_t kind) const;
  void expire(Moment now);

  // Plans.
  std::vector<Wanted> wanted_of(const Foresight& sight) const;
  std::vector<std::string> match(DeskUser& user, std::vector<Wanted>& wanted);
  void review_waiting(ActorKey user, std::vector<Wanted>& wanted, Moment now);
  bool waits_to_change(const DeskResource& resource) const;
  bool change_into(DeskResource& resource, Wanted& wanted, const Foresight& sight, Moment now);
  void retire(const std::vector<std::string>& surplus, std::vector<Wanted>& wanted, const Foresight& sight, Moment now);
  void want(ActorKey user, const Wanted& wanted, const Foresight& sight, Moment now);
  DeskResource* unasked(ActorKey user, const Need& need);
  Answer make_now(ActorKey user, const Need& need, std::uint16_t kind, Moment now);
  void resize_by_use(DeskUser& user, DeskResource& resource, Moment now);

  const Rules rules_;
  const std::function<std::string(std::string_view)> next_id_;
  std::vector<TargetState> targets_;
  std::vector<std::uint16_t> kind_targets_;
  Spending spending_;
  std::map<std::string, DeskResource, std::less<>> resources_;
  std::unordered_map<ActorKey, DeskUser> users_;
  std::map<std::uint64_t, Planned> open_;
  std::deque<Planned> over_;  // newest last
  bool halted_ = false;
  std::string journal_trouble_;
  std::uint64_t next_number_ = 1;
  std::size_t spares_ = 0;
  MonotonicTime accrued_{}, tidied_{}, now_{};
  Counts counts_;
  std::vector<DeskAct> acts_;
  std::vector<DeskNote> notes_;
  std::vector<Resource> moved_;
  std::vector<Action> told_;
};

}  // namespace harbinger::orchestrate
