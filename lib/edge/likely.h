// What a client is likely to want next, as a predictor says it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <harbinger/address.h>

namespace harbinger::edge {

/// A resource that may be told to a client.
struct LikelyPage {
  std::string url;          ///< in the form that learning keeps: "https://www.example.org/next"
  double probability = 0;   ///< that it is wanted before long
  std::uint64_t bytes = 0;  ///< 0: not known
};

/// What `client`, which asks for `url` (in the form that learning keeps) now, is likely to want next, likeliest first. Called on a web server's thread for
/// every page: must not wait for anything. What may be told to which client is for it to decide.
using Likely = std::function<std::vector<LikelyPage>(const IpAddress& client, std::string_view url, std::size_t most)>;

}  // namespace harbinger::edge
