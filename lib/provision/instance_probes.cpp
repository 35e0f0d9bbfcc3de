#include "provision/instance_probes.h"

#include <unordered_map>

#include "net/probe.h"

namespace harbinger::provision {

namespace {

using namespace std::chrono_literals;

net::ProbeSettings settings_of(const Reach& reach, const Template& what, InstanceProbes::Pace pace) {
  net::ProbeSettings settings;
  settings.kind = what.health.empty() ? net::ProbeSettings::Kind::tcp : net::ProbeSettings::Kind::http;
  settings.address = {reach.addresses.front(), reach.port};
  if (!what.health.empty()) settings.path = what.health;
  settings.status_to = 299;
  settings.every = pace == InstanceProbes::Pace::eager ? 40ms : pace == InstanceProbes::Pace::patient ? 1s : 2s;
  settings.timeout = pace == InstanceProbes::Pace::steady ? 2s : 750ms;
  return settings;
}

// What was told last of one instance. On the prober's thread.
struct Last {
  bool known = false, well = false;
};

class RealProbes final : public InstanceProbes {
 public:
  explicit RealProbes(Told told) : told_(std::move(told)) {}

  void watch(const std::string& id, const Reach& reach, const Template& what, Pace pace) override {
    const auto settings = settings_of(reach, what, pace);
    auto& watched = watched_[id];
    if (watched.handle && watched.settings == settings) return;
    watched.handle.reset();
    watched.settings = settings;
    // Shared, as the prober calls a copy each time.
    watched.handle = prober_->watch(settings, [this, id, last = std::make_shared<Last>()](
                                                  const net::ProbeResult& result) { hear(id, result, *last); });
  }
  void drop(const std::string& id) override { watched_.erase(id); }

 private:
  struct Watched {
    net::ProbeSettings settings{};
    std::shared_ptr<void> handle{};
  };
  void hear(const std::string& id, const net::ProbeResult& result, Last& last) const {
    using Kind = net::ProbeResult::Kind;
    if (result.kind == Kind::unable) return;  // it says nothing of the instance
    const bool well = result.kind == Kind::ok;
    const bool news = !well || !last.known || !last.well;
    last = {true, well};
    if (news) told_(id, well, result.why);
  }

  const Told told_;
  const std::unique_ptr<net::Prober> prober_ = net::Prober::make();
  std::unordered_map<std::string, Watched> watched_;
};

}  // namespace

std::unique_ptr<InstanceProbes> InstanceProbes::make(Told told) {
  return std::make_unique<RealProbes>(std::move(told));
}

}  // namespace harbinger::provision
