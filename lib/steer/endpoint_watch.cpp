#include "steer/endpoint_watch.h"

#include <array>

namespace harbinger::steer {

namespace {

constexpr std::array<std::string_view, 5> kResults{"ok", "refused", "timeout", "wrong", "unable"};

}  // namespace

struct EndpointWatch::Watched {
  net::ProbeSettings settings;
  Health health{};
  State state{};
  std::array<Counter, kResults.size()> results{};
  std::shared_ptr<void> down{};  // while we say so
  bool unable = false;           // the last look could not be made
  std::shared_ptr<void> handle{};
};

EndpointWatch::EndpointWatch(SteeringService& service, ClientGroup here, const Clock& clock, Metrics& metrics,
                             Logger log)
    : service_(service),
      here_(here),
      clock_(clock),
      metrics_(metrics),
      log_(std::move(log)),
      prober_(net::Prober::make()) {}

// Handles first: nobody is told any more, then.
EndpointWatch::~EndpointWatch() {
  for (auto& [name, watched] : watched_) watched->handle.reset();
  prober_.reset();
}

void EndpointWatch::watch(const std::string& endpoint, net::ProbeSettings settings) {
  // What was known before a reload goes on, though who said so ends.
  auto& book = service_.book();
  const bool down = book.says_down(endpoint, EndpointBook::Witness::probe);
  auto made = std::make_unique<Watched>(Watched{.settings = settings, .health = Health(!down)});
  if (down) made->down = book.say_down(endpoint, EndpointBook::Witness::probe, "down before, and not up since");
  made->state.endpoint = endpoint;
  made->state.kind = settings.kind;
  for (std::size_t i = 0; i < kResults.size(); ++i)
    made->results[i] = metrics_.counter("harbinger_steer_probes_total", "Looks at endpoints, by what came of them",
                                        {{"endpoint", endpoint}, {"result", std::string(kResults[i])}});
  auto& watched = *made;
  std::unique_ptr<Watched> before;
  {
    const std::lock_guard guard(lock_);
    before = std::exchange(watched_[endpoint], std::move(made));
  }
  if (before) before->handle.reset();
  watched.handle =
      prober_->watch(std::move(settings), [this, &watched](const net::ProbeResult& result) { take(watched, result); });
}

void EndpointWatch::take(Watched& watched, const net::ProbeResult& result) {
  const auto now = clock_.now();
  using Kind = net::ProbeResult::Kind;
  const bool bad = result.kind != Kind::ok && result.kind != Kind::unable;
  watched.results[static_cast<std::size_t>(result.kind)].add();
  tell_unable(watched, result);
  bool changed = false;
  {
    const std::lock_guard guard(lock_);
    changed = watched.health.take(result, now);
    watched.state.last = result;
    watched.state.at = now;
    ++watched.state.looks;
    watched.state.failed += bad ? 1 : 0;
    watched.state.changes += changed ? 1 : 0;
  }
  const auto& name = watched.state.endpoint;
  if (changed && watched.health.up()) watched.down.reset();
  if (changed && !watched.health.up())
    watched.down = service_.book().say_down(name, EndpointBook::Witness::probe, result.why);
  if (result.rtt_ms > 0) service_.measured(here_, name, result.rtt_ms, Conditions::Source::probe);
}

// Once until looks can be made again.
void EndpointWatch::tell_unable(Watched& watched, const net::ProbeResult& result) {
  const bool was_unable = std::exchange(watched.unable, result.kind == net::ProbeResult::Kind::unable);
  if (!watched.unable || was_unable) return;
  log_.warning("probe", "probe " + watched.state.endpoint +
                            ": cannot be made here, so the endpoint stays as it was: " + result.why);
}

std::vector<EndpointWatch::State> EndpointWatch::states() const {
  const std::lock_guard guard(lock_);
  std::vector<State> all;
  for (const auto& [name, watched] : watched_) all.push_back(watched->state);
  return all;
}

}  // namespace harbinger::steer
