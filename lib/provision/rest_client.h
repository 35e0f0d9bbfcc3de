// A client of interfaces over HTTP: what providers in somebody else's cloud are asked with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/result.h>
#include "provision/rest_url.h"

namespace harbinger::provision {

struct RestRequest {
  std::string method = "GET";
  std::string target{};  ///< path and query, behind the path of the client's URL
  std::string body{};    ///< empty: none is sent
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> fields{};
};

struct RestAnswer {
  unsigned status = 0;
  std::string body{};
  std::map<std::string, std::string> fields{};  ///< names in small letters

  bool fine() const { return status / 100 == 2; }
  /// By its name in small letters; empty when there is none.
  std::string_view field(const std::string& name) const;
};

/// How long a call may last.
struct RestLimits {
  MonotonicTime deadline{};
  std::stop_token stop{};
};

/// Any thread, several calls at a time; the calling thread waits. Connections are kept and used again.
class RestClient {
 public:
  struct Settings {
    RestUrl server{};
    std::filesystem::path ca{};          ///< PEM; who vouches for the server. Empty: whom the system trusts
    std::size_t most_body = 16u << 20u;  ///< octets of an answer
    std::size_t kept = 8;                ///< idle connections
  };

  /// `clock` outlives it. Errors: what is wrong with the file.
  static Result<std::unique_ptr<RestClient>> make(const Settings& settings, const Clock& clock);
  virtual ~RestClient() = default;

  /// One request and its answer, whatever its status. Redirections are not followed. A request other than POST that met a connection which the server had closed
  /// meanwhile is sent once more. Errors: unreachable (nobody there, not the one it should be, gone before the answer was whole), timeout (or told to stop), malformed (not HTTP, or
  /// too much).
  virtual Result<RestAnswer> call(const RestRequest& request, const RestLimits& limits) = 0;

  /// Likewise, for an answer that goes on for long: `part` hears each part of a body of status 200 as it comes, beginning with nothing at all as soon as there is an answer, and ends it
  /// with false. Other answers are returned as by call().
  using Part = std::function<bool(std::string_view part)>;
  virtual Result<RestAnswer> follow(const RestRequest& request, const RestLimits& limits, const Part& part) = 0;

  virtual const RestUrl& server() const = 0;
};

}  // namespace harbinger::provision
