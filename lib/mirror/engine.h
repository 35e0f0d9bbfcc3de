// The thread that joins all parts of mirroring: counts in, forecasts, plans, mirrors filled, verified and told of.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/log.h>
#include <harbinger/metrics.h>
#include <harbinger/result.h>
#include <harbinger/secret_file.h>
#include "edge/hub.h"
#include "mirror/demands.h"
#include "mirror/mirror_desk.h"
#include "mirror/mirror_journal.h"
#include "mirror/mirror_rules.h"
#include "mirror/own_answers.h"
#include "mirror/planner.h"
#include "mirror/share.h"
#include "mirror/verifier.h"
#include "steer/steering_service.h"

namespace harbinger::mirror {

/// Any thread, except where a member says otherwise.
class MirrorEngine {
 public:
  struct Settings {
    MirrorRules rules{};
    std::chrono::seconds interval{60};  ///< of forecasts and plans
    Duration look_every =
        std::chrono::milliseconds(250);   ///< at servers, leases, and what is due; changes are seen at once
    std::size_t resources = 200'000;      ///< whose names are known
    std::size_t ring = 4096;              ///< queries of one worker between two looks
    std::uint64_t usual_bytes = 1 << 20;  ///< of a resource of which nothing is known yet
    MirrorDesk::Limits desk{};
    MirrorSettings mirrors{};
  };
  /// `clock`, `metrics`, `own` and `share` outlive it.
  struct World {
    const Clock* clock = nullptr;
    Metrics* metrics = nullptr;
    Logger log{};
    std::shared_ptr<edge::EdgeHub> hub{};
    std::shared_ptr<steer::SteeringService> steering{};
    MirrorShare* share = nullptr;
    OwnAnswers* own = nullptr;       ///< hears what the share has, from now on
    Publisher* elsewhere = nullptr;  ///< another DNS server; may be null
    std::unique_ptr<MirrorPlanner> planner{};
    std::unique_ptr<Demands> demands{};
    std::function<void(std::vector<std::uint8_t>)>
        keep{};  ///< is given what `demands` learnt now and then; may be empty
    std::unique_ptr<Verifier> verifier{};
    std::unique_ptr<MirrorJournal> journal{};
  };
  static std::unique_ptr<MirrorEngine> start(Settings settings, World world);
  /// What is told of ends with its lease, unless another goes on with it.
  virtual ~MirrorEngine() = default;

  /// A client of the cluster asked for a name (in lower case, without the last dot; resource_hash() of it). On workers: a few stores; what does not fit is lost.
  virtual void asked(std::uint64_t resource, std::string_view name, ClusterId cluster) noexcept = 0;
  virtual void expect(const ExternalEvent& event) = 0;
  /// Holds from the next look on.
  virtual void settings(const MirrorSettings& settings) = 0;
  /// Plans now, as if the interval were over.
  virtual void plan_soon() = 0;

  struct MirrorState {
    MirrorDesk::Mirror mirror{};
    Score score{};
    double for_s = 0;  ///< in its step
    std::uint64_t bytes = 0, hits = 0, bytes_served = 0;
    double expected = 0, now = 0;  ///< requests a minute, by the last plan
    std::uint64_t version = 0;     ///< of what our own answers tell of it; 0: nothing
    std::chrono::seconds lease{};  ///< of the same
  };
  struct PassedOver {
    std::string resource{}, cluster{}, why{};
  };
  /// Requests from when a mirror was decided on.
  struct Lateness {
    std::uint64_t before = 0, after = 0;  ///< its publication
    double late_fraction() const {
      return before + after == 0 ? 0 : static_cast<double>(before) / static_cast<double>(before + after);
    }
  };
  struct State {
    std::vector<MirrorState> mirrors{};
    std::vector<PassedOver> passed{};
    std::vector<PassedOver> would{};  ///< in a dry run: what would have been mirrored
    std::vector<Demands::Term> accuracy{};
    std::uint64_t bytes_pushed = 0;  ///< as edges say
    /// Requests to mirrors that their caches had an answer to, as edges tell; of these, the first for each URL would have been a miss without the mirror.
    std::uint64_t hits = 0, hits_gained = 0;
    Lateness lateness{};
    std::uint64_t decided = 0, failed = 0, lost = 0;  ///< lost: queries that did not fit
    std::string journal_trouble{};
    MirrorShare::State share{};
    bool dry_run = false;
  };
  virtual State state() const = 0;

  struct Why {
    std::string resource{}, cluster{}, type{}, rule{};
    std::vector<Demands::Term> forecast{};
    double expected = 0, high = 0, now = 0;
    bool burst = false, owned = false;
    std::string verdict{};  ///< of the last plan
    std::vector<MirrorState> mirrors{};
  };
  /// All clusters where the name is wanted or mirrored, or the one that is named.
  virtual std::vector<Why> why(std::string_view name, std::string_view cluster) const = 0;
};

}  // namespace harbinger::mirror
