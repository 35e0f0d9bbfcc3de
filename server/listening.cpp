#include "server/listening.h"

#include <algorithm>
#include <atomic>

namespace harbinger::server {

namespace {

const ChainSet::Port* find(const ChainSet& set, const ListenAddress& address) {
  const auto found = std::ranges::find(set.ports, address, &ChainSet::Port::listen);
  return found == set.ports.end() ? nullptr : &*found;
}

}  // namespace

Listening::Listening(std::size_t workers, Responder& responder, const Counters& counters, const ServerConfig& config,
                     Logger log)
    : log_(std::move(log)) {
  for (std::size_t i = 1; i <= workers; ++i)
    workers_.push_back(std::make_unique<Worker>(i, responder, counters, config, log_));
}

std::expected<std::vector<Endpoint>, config::Errors> Listening::open_missing(const ChainSet& set) const {
  std::vector<ListenAddress> missing;
  for (const auto& port : set.ports)
    if (std::ranges::find(open_, port.listen, &Open::configured) == open_.end()) missing.push_back(port.listen);
  std::vector<std::uint16_t> ours;
  for (const auto& each : open_) ours.push_back(each.actual.port);
  return open_endpoints(missing, workers_.size(), set.server.share_port, ours, log_);
}

// New addresses first and old ones last, so that a query sent to either finds somebody.
void Listening::follow(const ChainSet& set, std::vector<Endpoint> opened) {
  std::vector<Open> kept, removed;
  for (const auto& each : open_) (find(set, each.configured) ? kept : removed).push_back(each);
  run_on_all(workers_, [&](Worker& worker, std::size_t) {
    worker.set_limits(set.server);
    for (const auto& each : kept) worker.serve(each.configured, find(set, each.configured)->zones);
  });
  open_ = kept;
  add(set, std::move(opened));
  remove(removed);
}

void Listening::add(const ChainSet& set, std::vector<Endpoint> opened) {
  run_on_all(workers_, [&](Worker& worker, std::size_t index) {
    for (auto& endpoint : opened)
      worker.open(endpoint.configured, std::move(endpoint.sockets[index]), endpoint.actual,
                  find(set, endpoint.configured)->zones);
  });
  for (const auto& endpoint : opened) {
    open_.push_back({endpoint.configured, endpoint.actual});
    say("listening on " + endpoint.actual.to_string() + " (udp, tcp)");
  }
}

void Listening::remove(const std::vector<Open>& removed) {
  run_on_all(workers_, [&](Worker& worker, std::size_t) {
    for (const auto& each : removed) worker.close(each.configured);
  });
  for (const auto& each : removed) say("no longer listening on " + each.actual.to_string());
}

void Listening::post(std::function<void()> work) {
  workers_[turn_.fetch_add(1, std::memory_order_relaxed) % workers_.size()]->loop().post(std::move(work));
}

void Listening::close_all() {
  run_on_all(workers_, [](Worker& worker, std::size_t) { worker.close_all(); });
}

std::size_t Listening::connections() const {
  std::atomic<std::size_t> sum = 0;
  run_on_all(workers_, [&](Worker& worker, std::size_t) { sum += worker.connections(); });
  return sum;
}

void Listening::stop() {
  for (const auto& worker : workers_) worker->stop();
  open_.clear();
}

std::vector<ListenAddress> Listening::addresses() const {
  std::vector<ListenAddress> addresses;
  for (const auto& each : open_) addresses.push_back({each.actual, each.configured.transport});
  return addresses;
}

}  // namespace harbinger::server
