// What tests of targets in somebody else's cloud begin with.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "orchestrate/target.h"
#include "tests/support/scratch.h"

namespace harbinger::test {

using TargetOptions = std::map<std::string, std::string>;
using MakeTarget = Result<std::unique_ptr<orchestrate::Target>> (*)(orchestrate::TargetWorld);

inline MonotonicTime within(std::chrono::milliseconds time) { return system_clock().now() + time; }
inline MonotonicTime in_time() { return within(std::chrono::seconds(20)); }

inline orchestrate::TargetWorld world_of(const TargetOptions& options) {
  return {.clock = &system_clock(), .installation = "site", .state = {}, .options = options, .templates = {}};
}

inline std::unique_ptr<orchestrate::Target> made_target(MakeTarget make, const TargetOptions& options) {
  auto target = make(world_of(options));
  if (!target) FAIL(target.error().message);
  return std::move(*target);
}

inline std::string wrong_with_target(MakeTarget make, const TargetOptions& options) {
  const auto target = make(world_of(options));
  return target ? "" : target.error().message;
}

inline Result<orchestrate::Made> order(orchestrate::Target& target, const std::string& id,
                                       const orchestrate::Need& need, const TargetOptions& settings = {},
                                       MonotonicTime deadline = in_time()) {
  return target.make({.id = id, .need = need, .settings = settings, .deadline = deadline}, {});
}
inline Result<orchestrate::Made> change(orchestrate::Target& target, const std::string& id,
                                        const orchestrate::Need& need, const TargetOptions& settings = {}) {
  return target.change({.id = id, .need = need, .settings = settings, .deadline = in_time()}, {});
}

/// A part of a text, as a matcher would say it; empty when it is in it.
inline std::string lacks(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos ? "" : "'" + text + "' says nothing of '" + part + "'";
}

}  // namespace harbinger::test
