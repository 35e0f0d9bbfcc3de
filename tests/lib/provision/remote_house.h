// What tests of providers in somebody else's cloud begin with.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "provision/provider.h"
#include "tests/support/scratch.h"

namespace harbinger::test {

inline MonotonicTime within(std::chrono::milliseconds time) { return system_clock().now() + time; }
inline MonotonicTime in_time() { return within(std::chrono::seconds(20)); }

using RemoteOptions = std::map<std::string, std::string>;
using MakeProvider = Result<std::unique_ptr<provision::Provider>> (*)(provision::ProviderWorld);

inline std::unique_ptr<provision::Provider> made(MakeProvider make, const RemoteOptions& options,
                                                 const Clock& clock = system_clock()) {
  auto provider = make({.clock = &clock, .installation = "site", .state = {}, .options = options});
  if (!provider) FAIL(provider.error().message);
  return std::move(*provider);
}

inline std::string wrong_with(MakeProvider make, const RemoteOptions& options) {
  const auto provider = make({.clock = &system_clock(), .installation = "site", .state = {}, .options = options});
  return provider ? "" : provider.error().message;
}

inline Result<provision::Found> start(provision::Provider& provider, const std::string& id,
                                      const provision::Template& what, MonotonicTime deadline = in_time()) {
  return provider.start({.id = id, .what = &what, .size = what.size, .deadline = deadline}, {});
}

inline std::string text_of(const provision::Reach& reach) {
  std::string text;
  for (const auto& address : reach.addresses) text += SocketAddress{address, reach.port}.to_string() + " ";
  return text;
}

}  // namespace harbinger::test
