// Tokens of OpenStack's identity service (Keystone, version 3 of its interface), and where the other services are.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "provision/json_member.h"
#include "provision/rest_client.h"
#include "provision/watched_text.h"

namespace harbinger::provision {

/// Any thread. Tokens are renewed a while before they end, and when they are refused.
class Keystone {
 public:
  struct Settings {
    RestUrl auth_url{};  ///< with or without its /v3
    std::filesystem::path ca{};
    std::string user{}, user_domain = "Default";
    std::string project{}, project_domain = "Default";
    std::string application_credential{};  ///< its id; then neither user nor project
    std::filesystem::path secret{};        ///< file of the password, or of the credential's secret
    std::string region{};                  ///< empty: the first that there is
    std::string interface = "public";
  };
  static Result<std::unique_ptr<Keystone>> make(const Settings& settings, const Clock& clock);

  struct Access {
    std::string token{};
    RestUrl service{};  ///< its endpoint
  };
  /// What requests to a service are made with now; `types` is what the catalogue may call it. `refused`: a token that was not taken; if it is the present one, another is asked for. Errors: denied
  /// with what to do, those of the client, not_found when the catalogue has no such endpoint.
  Result<Access> access(const RestLimits& limits, const std::string& refused = {},
                        const std::vector<std::string>& types = {"compute"});

 private:
  Keystone(Settings settings, std::unique_ptr<RestClient> client, const Clock& clock);
  Result<Json> question();
  struct Token {
    std::string text{};
    Json content{};  ///< with the catalogue
    MonotonicTime renew_at{};
  };
  Result<Token> ask(const RestLimits& limits);
  Result<RestUrl> endpoint_in(const Json& token, const std::vector<std::string>& types) const;

  const Settings settings_;
  const std::unique_ptr<RestClient> client_;
  const Clock& clock_;
  WatchedText secret_;
  std::timed_mutex mutex_;  ///< one asks, the others wait for what he gets
  std::optional<Token> token_;
};

/// Seconds between two times as Keystone writes them, "2026-11-27T09:10:00.000000Z"; nothing for what is none.
std::optional<std::chrono::seconds> seconds_between(std::string_view from, std::string_view to);

}  // namespace harbinger::provision
