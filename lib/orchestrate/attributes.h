// What kind of user somebody is: four attributes, each with its confidence.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/result.h>
#include "orchestrate/activity.h"

namespace harbinger::orchestrate {

enum class Attribute : std::uint8_t { skill, use_case, sensitivity, security, limit };
inline constexpr std::size_t kAttributes = static_cast<std::size_t>(Attribute::limit);
inline constexpr std::size_t kMostValues = 3;
std::string_view to_string(Attribute attribute) noexcept;
std::optional<Attribute> parse_attribute(std::string_view word) noexcept;
/// In the order of their numbers: beginner, intermediate, expert; development, testing, production; latency-critical, cost-optimised; open, standard, strict.
std::span<const std::string_view> values_of(Attribute attribute) noexcept;

/// What is believed of one attribute of one user.
struct Belief {
  std::uint8_t value = 0;  ///< the likeliest
  float confidence = 0;    ///< its probability; 0: nothing is known
  enum class By : std::uint8_t { nothing, inference, label, rule } by = By::nothing;
};
struct UserAttributes {
  std::array<Belief, kAttributes> beliefs{};
  std::uint16_t cluster = 0;  ///< of users who behave alike, named or not; 0: none yet
  const Belief& of(Attribute attribute) const { return beliefs[static_cast<std::size_t>(attribute)]; }
};

/// One thread; time is what acts say.
class AttributeModel {
 public:
  struct Settings {
    std::size_t users = 100'000;  ///< the longest idle make room
    std::uint64_t seed = 1;
  };
  virtual ~AttributeModel() = default;

  virtual void heard(std::span<const Activity> acts) = 0;
  /// `nothing` for somebody of whom nothing was heard.
  virtual UserAttributes of(ActorKey actor) const = 0;

  /// Somebody says so. `not_found`: the user did nothing yet.
  virtual Result<void> label(ActorKey actor, Attribute attribute, std::uint8_t value) = 0;
  virtual Result<void> unlabel(ActorKey actor, Attribute attribute) = 0;
  /// Users who act so are so, whatever is inferred. Patterns with `*`; an empty one fits all.
  struct Rule {
    std::string source{}, kind{}, verb{}, scope{};
    Attribute attribute{};
    std::uint8_t value = 0;
  };
  /// All at once. `conflict`: two rules say different things of the same acts, and the message says which.
  virtual Result<void> pin(std::vector<Rule> rules) = 0;

  /// Plain sentences: what speaks for and against each belief.
  virtual std::vector<std::string> explain(ActorKey actor) const = 0;
  struct Counts {
    std::uint64_t users = 0, labels = 0, changes = 0, clusters = 0;
    double held_out_error = 0;  ///< of labels, each judged before it was learnt from
  };
  virtual Counts counts() const = 0;
  virtual std::vector<std::uint8_t> save() const = 0;
  virtual Result<void> load(std::span<const std::uint8_t> octets) = 0;
};

/// Hidden states of a network that reads acts one by one, as further features of users. LibTorch is behind it, in a module of its own.
class ActReader {
 public:
  virtual ~ActReader() = default;
  virtual std::size_t width() const = 0;
  /// `states` is [acts.size()][width()], row-major: each actor's state before its act on entry, after it on return. All zeros for somebody new. No actor twice.
  virtual void read(std::span<const Activity> acts, std::span<float> states) = 0;
};

/// `reader` may be null: then users are told apart by what is counted of them alone.
std::unique_ptr<AttributeModel> make_attribute_model(const AttributeModel::Settings& settings,
                                                     std::unique_ptr<ActReader> reader);

}  // namespace harbinger::orchestrate
