// A steering service with a clock that stands still, and endpoints for it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "steer/steering_service.h"

namespace harbinger::test {

struct SteerWorld {
  FakeClock clock;
  Metrics metrics;
  std::shared_ptr<steer::SteeringService> service = steer::SteeringService::shared({&clock, &metrics, {}});
  std::vector<std::shared_ptr<void>> defined;

  steer::EndpointId define(steer::Endpoint endpoint) {
    const auto name = endpoint.name;
    if (endpoint.addresses.empty()) endpoint.addresses.push_back(*IpAddress::parse("192.0.2.1"));
    defined.push_back(service->book().define(std::move(endpoint)).value());
    return *service->book().id_of(name);
  }
  /// With everything that was told before in the table.
  std::shared_ptr<const steer::Pool> pool(steer::PoolSettings settings) {
    settings.name = "p";
    auto made = service->make_pool(std::move(settings)).value();
    service->catch_up();
    return made;
  }
  std::vector<std::string> names(const steer::Choice& choice) const {
    std::vector<std::string> all;
    service->look([&](const steer::StateTable& states) {
      for (const auto each : choice.list()) all.push_back(states.endpoint(each)->name);
    });
    return all;
  }
  steer::Choice choose(const steer::Pool& pool, const steer::ClientFacts& client) const {
    steer::Choice choice;
    service->look([&](const steer::StateTable& states) { choice = pool.choose(client, states); });
    return choice;
  }
  std::vector<std::string> chosen(const steer::Pool& pool, const steer::ClientFacts& client = {}) const {
    return names(choose(pool, client));
  }
  steer::Pool::Explanation explain(const steer::Pool& pool, const steer::ClientFacts& client = {}) const {
    steer::Pool::Explanation explanation;
    service->look([&](const steer::StateTable& states) { explanation = pool.explain(client, states); });
    return explanation;
  }
};

}  // namespace harbinger::test
