// What an operator sees of steering: endpoints, and why a client is sent where it is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "steer/applications.h"
#include "steer/endpoint_watch.h"
#include "steer/steering_service.h"

namespace harbinger::cdn_select {

/// All endpoints: a table, or JSON: [{"name", "up", "why", "for_s", "load", "cluster", "provider", "place", "addresses", "witnesses", "probe"}].
std::string endpoints_text(const std::vector<steer::EndpointBook::Entry>& entries,
                           const std::vector<steer::EndpointWatch::State>& probes, MonotonicTime now);
std::string endpoints_json(const std::vector<steer::EndpointBook::Entry>& entries,
                           const std::vector<steer::EndpointWatch::State>& probes, MonotonicTime now);

/// One choice, step by step.
struct WhyReport {
  std::string name{}, client{}, place{}, persona{};
  std::string application{}, type{}, rule{}, pool{};
  double data_ratio = 0;
  std::uint64_t size_bytes = 0;
  struct Way {
    std::string endpoint;
    bool up = true;
    steer::Conditions::Terms terms{};
  };
  std::vector<Way> members{};
  struct Step {
    std::string filter{};
    std::vector<std::pair<std::string, std::string>> removed{};  ///< endpoint, why
    std::vector<std::string> left{};
  };
  std::vector<Step> steps{};
  std::vector<std::string> given{};
  bool backup = false;
  std::int64_t ttl_s = 0;
};
std::string why_text(const WhyReport& report);
std::string why_json(const WhyReport& report);

}  // namespace harbinger::cdn_select
