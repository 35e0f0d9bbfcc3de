// The loop: an act comes, its user's profile changes, what he will need is predicted, what is not there is planned, and made.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/result.h>
#include <harbinger/secret_file.h>
#include "orchestrate/attributes.h"
#include "orchestrate/need_model.h"
#include "orchestrate/target.h"

namespace harbinger::orchestrate {

/// off: only learns. dry_run: plans, and counts what would have come of it. approval: plans wait until somebody approves. on: acts.
enum class Mode : std::uint8_t { off, dry_run, approval, on };
std::string_view to_string(Mode mode);

/// How needs of one kind are made.
struct KindSettings {
  std::string kind{};                               ///< Need::kind
  std::string target{};                             ///< a target's name
  std::map<std::string, std::string> settings{};    ///< TargetOrder::settings
  double cold_cost = 1;                             ///< of somebody who has to wait for it, in
  double idle_cost = 1;                             ///< one that is ready and unused for an hour
  Duration ready_within = std::chrono::minutes(2);  ///< else it has failed
};

/// Hard: nothing goes past, whatever is foreseen.
struct Budgets {
  unsigned resources = 100;        ///< made ahead or claimed, of all users together (counting parts)
  unsigned per_user = 8;           ///< made ahead
  unsigned starts_per_hour = 500;  ///< orders, of all users
  unsigned starts_per_user_hour = 20;
  double cost_per_hour = 1e9;  ///< of all that is there
};

/// An action that is or was planned.
struct Action {
  std::uint64_t number = 0;  ///< ascending; what approvals name
  enum class Kind : std::uint8_t { make, change, remove } kind{};
  ActorKey user = 0;
  std::string resource{};  ///< the order's id
  std::string target{};
  Need need{}, before{};  ///< before: of `change`
  /// proposed: waits for approval; held: a budget or a cool-down keeps it back; would: dry run; denied: by somebody.
  enum class State : std::uint8_t { proposed, held, would, acting, done, failed, denied, expired } state{};
  bool reactive = false;  ///< it was asked for already
  float probability = 0;
  double cost_per_hour = 0;
  std::string reason{};   ///< one sentence that can be read
  std::string trouble{};  ///< what a target said, or which budget
  UnixMillis planned = 0, ended = 0;
};
std::string_view to_string(Action::Kind kind);
std::string_view to_string(Action::State state);

/// A resource that is there, or on its way.
struct Resource {
  std::string id{}, kind{}, target{};
  ActorKey user = 0;
  Need need{};
  /// spare: ready, foreseen, not asked for; claimed: its user has it.
  enum class Step : std::uint8_t { ordered, starting, spare, claimed, removing } step{};
  std::vector<provision::Reach> reach{};
  UnixMillis ordered = 0, ready = 0, claimed = 0;
  float probability = 0;
  std::string trouble{};
};
std::string_view to_string(Resource::Step step);

/// Any thread, except where a member says otherwise.
class OrchestrationEngine {
 public:
  struct Settings {
    Mode mode = Mode::dry_run;
    std::vector<KindSettings> kinds{};
    Budgets budgets{};
    Duration round = std::chrono::seconds(1);       ///< of looking after what is there
    Duration cool_down = std::chrono::seconds(30);  ///< between opposite actions for one user and need
    Duration unused_after =
        std::chrono::minutes(10);  ///< what was foreseen and not asked for is rolled back, at the latest
    Duration approval_within = std::chrono::minutes(10);
    std::size_t users = 100'000;
    std::size_t queue = 65'536;  ///< acts that wait; beyond it they are shed, and counted
    std::size_t history = 10'000;
    /// That wait for each target; 0: none at all, then `catch_up` does everything on the thread that calls it: for replays.
    unsigned threads = 4;
    bool reactive = false;  ///< makes what was asked for and is not there
  };
  /// `clock` and `metrics` outlive it.
  struct World {
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    Logger log{};
    std::map<std::string, std::unique_ptr<Target>, std::less<>> targets{};
    std::unique_ptr<AttributeModel> attributes{};
    std::unique_ptr<NeedModel> needs{};
    /// Folder: sealed journal of what was ordered, what was learnt. Empty: nothing is kept, which modes that act refuse.
    std::filesystem::path state{};
    Secret secret{};
    std::function<SystemLoad()> load{};
    std::function<UnixMillis()> calendar{};  ///< empty: the system's
  };
  /// Errors: a kind's target is missing, a budget that cannot be, the journal cannot be read or belongs to another process.
  static Result<std::unique_ptr<OrchestrationEngine>> start(Settings settings, World world);
  virtual ~OrchestrationEngine() = default;

  /// Acts from sensors; at once, see ActivitySink.
  virtual std::size_t heard(std::span<const Activity> acts) = 0;
  /// So many more acts are taken now. Any thread.
  virtual std::size_t room() const = 0;

  struct Claim {
    std::string id{};
    bool was_ready = false;
    std::vector<provision::Reach> reach{};
    std::string why{};  ///< not yet, or not
  };
  /// The user asks for a resource now: one that is ready, or (reactive) one that is made now. `denied`: a budget, or not reactive; `unknown`: no such kind.
  /// With a `request` id, a claim that is told again within ten minutes is answered with what the first one got, as it is now. `conflict`: the first one asked
  /// for something else.
  virtual Result<Claim> claim(ActorKey user, const Need& need, std::string_view request = {}) = 0;
  virtual Result<void> release(std::string_view resource) = 0;

  struct UserState {
    ActorKey user = 0;
    UserAttributes attributes{};
    Outlook outlook{};
    std::vector<Resource> resources{};
    std::uint64_t acts = 0;
    UnixMillis last_act = 0;
  };
  /// What a user is, will need, and has. `not_found`: never heard of.
  virtual Result<UserState> user(ActorKey user) const = 0;
  virtual std::vector<Resource> resources() const = 0;
  /// What is planned and not over; and what is over, newest first.
  virtual std::vector<Action> plan() const = 0;
  virtual std::vector<Action> history(std::size_t most) const = 0;
  virtual Result<std::vector<std::string>> why(std::uint64_t action) const = 0;
  /// `not_found`, or `conflict` when it does not wait for that. `all`: whatever waits now; returns how many.
  virtual Result<void> approve(std::uint64_t action, bool yes) = 0;
  virtual std::size_t approve_all() = 0;
  /// Makes nothing more ahead, and keeps what there is; and back. Holds across restarts.
  virtual void halt(bool halted) = 0;

  virtual Result<void> label(ActorKey user, Attribute attribute, std::optional<std::uint8_t> value) = 0;
  virtual Result<void> pin(std::vector<AttributeModel::Rule> rules) = 0;

  struct State {
    Mode mode{};
    bool halted = false;
    std::uint64_t users = 0, acts = 0, shed = 0;
    /// Since it began: asked for and ready, asked for and not, made ahead and never asked for.
    std::uint64_t hits = 0, misses = 0, wasted = 0, made = 0, failed = 0, rolled_back = 0;
    double lead_s = 0, idle_s = 0,
           cost =
               0;  ///< mean time ready before it was asked for; resource-seconds unused; spent, in the operator's unit
    AttributeModel::Counts attributes{};
    NeedModel::Counts needs{};
    std::map<std::string, std::string> troubles{};  ///< of targets, and of the journal
  };
  virtual State state() const = 0;
  /// Called after an action or resource changed, on the engine's thread, while the handle lives.
  struct Change {
    const Action* action = nullptr;
    const Resource* resource = nullptr;
  };
  [[nodiscard]] virtual std::shared_ptr<void> on_change(std::function<void(const Change&)> heard) = 0;
  /// Everything handed over before is dealt with when this returns, calls to targets apart (without threads these, too). For tests and replays.
  virtual void catch_up() = 0;
};

}  // namespace harbinger::orchestrate
