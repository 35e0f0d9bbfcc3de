// Requests to one service of an OpenStack cloud (Nova, Cinder, Neutron, Glance), with the token of the moment.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "provision/json_member.h"
#include "provision/keystone.h"
#include "provision/rest_client.h"

namespace harbinger::provision {

/// Any thread.
class OpenstackService {
 public:
  struct Kind {
    std::string name{};                ///< as people call it; in errors
    std::vector<std::string> types{};  ///< of the catalogue: what it is called there, now and in earlier releases
    std::string version{};  ///< "/v2.0": that its URL ends with, whether the catalogue says so or not; may be empty
    std::string microversion{};  ///< "compute 2.52"; may be empty
  };
  static Kind nova();
  static Kind cinder();
  static Kind neutron();
  static Kind glance();

  OpenstackService(std::shared_ptr<Keystone> keystone, Kind kind, std::filesystem::path ca, const Clock& clock);
  /// With a Keystone of its own.
  static Result<std::unique_ptr<OpenstackService>> make(const Keystone::Settings& settings, Kind kind,
                                                        const Clock& clock);

  /// What came back when it was a success; else what the service said. Waits when the service says so; with a new token, once, when the last was refused.
  Result<RestAnswer> ask(RestRequest request, const RestLimits& limits);
  /// All elements of a list in pages: `what` is "servers" or "flavors", `target` has a query.
  Result<std::vector<Json>> pages(const std::string& target, std::string_view what, const RestLimits& limits);
  const Clock& clock() const { return clock_; }

 private:
  Result<std::shared_ptr<RestClient>> client_of(RestUrl url);

  const std::shared_ptr<Keystone> keystone_;
  const Kind kind_;
  const std::filesystem::path ca_;
  const Clock& clock_;
  std::mutex mutex_;
  std::shared_ptr<RestClient> client_;
};

}  // namespace harbinger::provision
