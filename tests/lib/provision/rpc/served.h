// A server with a fake engine, over 127.0.0.1.
#pragma once

#include <memory>
#include <stdexcept>

#include "provision/rpc/provisioning_server.h"
#include "tests/lib/provision/rpc/caller.h"
#include "tests/lib/provision/rpc/fake_engine.h"

namespace harbinger::test {

struct Served {
  explicit Served(provision::ServerSettings settings = {}) {
    if (settings.listen.empty()) settings.listen = {SocketAddress::parse("127.0.0.1:0").value()};
    if (!settings.keys) settings.keys = keys;
    settings.metrics = &metrics;
    settings.clock = &clock;
    settings.refresh = std::chrono::milliseconds(5);
    auto started = provision::serve_provisioning(engine, settings);
    if (!started) throw std::runtime_error(started.error().to_string());
    server = std::move(*started);
  }

  std::string address() const { return server->addresses().at(0).to_string(); }
  UnixMillis now() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock.calendar().time_since_epoch()).count();
  }
  double metric(std::string_view name) const {
    double sum = 0;
    for (const auto& sample : metrics.collect())
      if (sample.name == name) sum += sample.value;
    return sum;
  }

  FakeClock clock;
  Metrics metrics;
  std::shared_ptr<const ProfileTagKeys> keys =
      std::make_shared<ProfileTagKeys>(Secret{1, 2, 3}, ProfileTagKeys::Settings{});
  std::shared_ptr<FakeEngine> engine = std::make_shared<FakeEngine>();
  std::unique_ptr<provision::ProvisioningServer> server;
};

}  // namespace harbinger::test
