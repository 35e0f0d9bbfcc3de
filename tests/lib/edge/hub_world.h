// A hub with edges that a test speaks for.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "edge/hub.h"
#include "tests/lib/steer/steer_world.h"

namespace harbinger::test {

/// What an edge was sent.
struct FakeLink final : edge::EdgeLink {
  std::vector<edge::Job> jobs;
  std::vector<std::size_t> batches;  ///< jobs of each message
  std::vector<edge::Line> lines;
  std::string closed;

  void send(std::span<const edge::Job> sent) override {
    jobs.insert(jobs.end(), sent.begin(), sent.end());
    batches.push_back(sent.size());
  }
  void send(std::span<const edge::Line> sent) override { lines.insert(lines.end(), sent.begin(), sent.end()); }
  void close(std::string why) override { closed = std::move(why); }

  std::vector<std::string> resources() const {
    std::vector<std::string> all;
    for (const auto& job : jobs) all.push_back(job.resource);
    return all;
  }
};

/// An edge, as long as its session lasts.
struct FakeEdge {
  std::shared_ptr<FakeLink> link = std::make_shared<FakeLink>();
  std::unique_ptr<edge::EdgeSession> session;

  void dies() { session.reset(); }
  void says(edge::Status status) { session->status(status); }
  void did(const edge::Job& job, edge::JobDone::Outcome outcome, std::uint64_t bytes = 1000) {
    const edge::JobDone done{.id = job.id, .resource = job.resource, .outcome = outcome, .bytes = bytes, .why = {}};
    session->done({&done, 1});
  }
  void did_all(edge::JobDone::Outcome outcome) {
    for (const auto& job : std::vector(link->jobs)) did(job, outcome);
  }
  void served(const std::string& resource, ClientKey client) {
    const edge::Fetched access{.client = client, .resource = resource};
    session->fetched({&access, 1});
  }
};

struct HubWorld {
  SteerWorld steer;
  std::vector<edge::Line> learnt;
  std::shared_ptr<edge::EdgeHub> hub;
  std::shared_ptr<void> policy;

  explicit HubWorld(const edge::EdgeHub::Settings& settings = {}, edge::EdgeHub::Policy used = {}) {
    hub = edge::EdgeHub::make(settings, {.clock = &steer.clock,
                                         .metrics = &steer.metrics,
                                         .steering = steer.service,
                                         .learn = [this](const edge::Line& line) { learnt.push_back(line); }});
    policy = hub->use(used);
  }

  Result<FakeEdge> try_join(edge::Hello hello) {
    FakeEdge edge;
    auto session = hub->join(hello, edge.link);
    if (!session) return fail(session.error());
    edge.session = std::move(*session);
    return edge;
  }
  FakeEdge join(const std::string& name, const std::string& cluster = "fra") {
    return std::move(*try_join({.name = name, .endpoint = {}, .cluster = cluster, .version = {}}));
  }
  /// Time passes, and the hub looks.
  void advance(Duration by) {
    steer.clock.advance(by);
    hub->tick();
  }
  void want(const std::string& resource, ClientKey client = 0, const std::string& cluster = "fra") {
    hub->want({.resource = resource, .within_ms = 20'000, .client = client}, cluster, 1);
    advance(std::chrono::milliseconds(5));
  }
  bool up(const std::string& endpoint) const {
    auto& book = steer.service->book();
    return book.state_of(*book.id_of(endpoint))->up;
  }
  std::uint64_t count(const std::string& metric, const std::string& label = {}) const {
    double sum = 0;
    for (const auto& sample : steer.metrics.collect()) {
      if (sample.name != metric) continue;
      if (label.empty() || (!sample.labels.empty() && sample.labels.front().second == label)) sum += sample.value;
    }
    return static_cast<std::uint64_t>(sum);
  }
};

}  // namespace harbinger::test
