// What a user will need next, and how surely: learnt from what was asked for, and from what was used of it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/result.h>
#include "orchestrate/attributes.h"

namespace harbinger::orchestrate {

/// The system's load now: 0 idle .. 1 full; below 0: not known.
struct SystemLoad {
  float cpu = -1, memory = -1;
};

/// A resource that may be asked for within the horizon.
struct LikelyNeed {
  Need need{};
  float probability = 0;  ///< calibrated: that the user asks for this one within the horizon
  Duration usually_in{};  ///< from now until it is asked for, if it is
};
/// One word of one field: `field` is machine, count, storage, bandwidth, security or image.
struct LikelyWord {
  std::string field{}, word{};
  float probability = 0;  ///< given that something is asked for
};
struct Outlook {
  float something = 0;              ///< probability that the user asks for anything within the horizon
  std::vector<LikelyNeed> needs{};  ///< likeliest first
  std::vector<LikelyWord> words{};  ///< each field's distribution, likeliest first within a field
};

/// One thread; time is what it is told.
class NeedModel {
 public:
  struct Settings {
    std::size_t users = 100'000;
    std::chrono::milliseconds horizon{std::chrono::minutes(5)};
    std::size_t most_needs = 8;  ///< in an outlook
  };
  virtual ~NeedModel() = default;

  /// Every act of a user, those that ask for a resource (Activity::asks) and those that tell what is used among them; `who` as believed before the act.
  virtual void heard(const Activity& act, const UserAttributes& who, SystemLoad load) = 0;
  /// What the user will need from `now` on.
  virtual Outlook outlook(ActorKey actor, const UserAttributes& who, SystemLoad load, UnixMillis now) = 0;
  /// Why: terms of the likeliest need, for people.
  virtual std::vector<std::string> explain(ActorKey actor, const UserAttributes& who, SystemLoad load,
                                           UnixMillis now) = 0;

  struct Counts {
    std::uint64_t asked = 0;
    double top1 = 0, log_loss = 0, calibration_error = 0;  ///< of late, each need judged before it was learnt from
    double baseline_top1 = 0;                              ///< of the best of popularity, last value, Markov-1
  };
  virtual Counts counts() const = 0;
  virtual std::vector<std::uint8_t> save() const = 0;
  virtual Result<void> load(std::span<const std::uint8_t> octets) = 0;
};

std::unique_ptr<NeedModel> make_need_model(const NeedModel::Settings& settings);

}  // namespace harbinger::orchestrate
