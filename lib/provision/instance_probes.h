// Whether instances answer, asked from outside as clients would.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <harbinger/clock.h>
#include "provision/template.h"

namespace harbinger::provision {

class InstanceProbes {
 public:
  /// `told` runs on a thread of the probes: at each failure, and when all is well again or for the first time.
  using Told = std::function<void(const std::string& id, bool well, const std::string& why)>;
  static std::unique_ptr<InstanceProbes> make(Told told);
  virtual ~InstanceProbes() = default;

  enum class Pace : std::uint8_t {
    eager,    ///< it is started right now: every few hundredths of a second
    patient,  ///< it takes long to start
    steady,   ///< it is ready
  };
  /// From now on in this way; nothing new when it was so before.
  virtual void watch(const std::string& id, const Reach& reach, const Template& what, Pace pace) = 0;
  virtual void drop(const std::string& id) = 0;
};

}  // namespace harbinger::provision
