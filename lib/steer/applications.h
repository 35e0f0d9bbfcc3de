// Application info: what a name says of the resource behind it, completed from the registry, and which pool follows from it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/name.h>
#include <harbinger/persona_id.h>
#include <harbinger/result.h>
#include "steer/name_template.h"
#include "steer/pool.h"

namespace harbinger::steer {

/// The value of the fact `FactId::application`.
struct ApplicationInfo {
  std::uint16_t application = 0;  ///< number in the registry, from 1; 0: none
  std::uint16_t type = 0;         ///< number among the application's types, from 1; 0: none of them
  float data_ratio = 0;           ///< data that is served for data that is asked with; 0: not known
  std::uint64_t size_bytes = 0;   ///< usual size; 0: not known

  friend bool operator==(const ApplicationInfo&, const ApplicationInfo&) = default;
};

/// What the configuration says of applications.
struct TypeSettings {
  std::string application, type;
  std::optional<double> data_ratio{};
  std::uint64_t size_bytes = 0;
  std::string pool{};  ///< empty: the application's
};
struct ApplicationSettings {
  std::string name;
  std::string pool;
  std::string name_template{};  ///< empty: those of the registry, which have `{app}`
  double data_ratio = 0;
  std::uint64_t size_bytes = 0;
};
/// "When the data ratio is above a threshold, or the persona is one of these, or prefers a location: this pool, else the usual one."
struct WhenSettings {
  std::string pool;
  std::optional<double> data_ratio{};
  std::vector<std::string> personas{};
  bool location_preference = false;
  std::vector<std::string> applications{};  ///< empty: of all
};
struct RegistrySettings {
  std::vector<std::string> templates;
  std::vector<ApplicationSettings> applications;
  std::vector<TypeSettings> types;
  std::vector<WhenSettings> rules;
};

/// Immutable; any thread.
class Applications {
 public:
  using PoolNamed = std::function<std::shared_ptr<const Pool>(std::string_view name)>;
  /// Errors: a pool, application or template that is not there, or cannot be; with what would be right.
  static Result<std::unique_ptr<const Applications>> make(const RegistrySettings& settings, const PoolNamed& pool);
  virtual ~Applications() = default;

  /// Nothing when no template holds for the name. No allocation.
  virtual std::optional<ApplicationInfo> find(const Name& name) const noexcept = 0;
  /// Of a persona, whether it prefers a location. Only for readers of RCU.
  virtual const Pool& pool_for(const ApplicationInfo& info, PersonaId persona) const noexcept = 0;

  virtual const std::string& name_of(const ApplicationInfo& info) const = 0;
  virtual std::string type_of(const ApplicationInfo& info) const = 0;
  /// Which rule made the choice, in words.
  virtual std::string rule_of(const ApplicationInfo& info, PersonaId persona) const = 0;
  /// What names of each application look like, and the pools that it may be served from: for whoever looks for trouble.
  struct Served {
    std::vector<std::string> patterns;
    std::vector<std::shared_ptr<const Pool>> pools;
  };
  virtual std::vector<Served> served() const = 0;
};

}  // namespace harbinger::steer
