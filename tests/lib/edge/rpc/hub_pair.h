// A server and edges of it in one test, over 127.0.0.1.
#pragma once

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>

#include "edge/rpc/hub_server.h"
#include "edge/rpc/uplink.h"
#include "tests/lib/edge/rpc/fake_host.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

namespace harbinger::test {

inline SocketAddress any_port() { return SocketAddress::parse("127.0.0.1:0").value(); }

inline edge::Hello hello_of(std::string name) {
  edge::Hello hello;
  hello.name = std::move(name);
  return hello;
}

/// Short pauses, so that tests are short.
inline edge::UplinkSettings quick(const std::string& address) {
  edge::UplinkSettings settings;
  settings.address = address;
  settings.patience = std::chrono::seconds(10);
  settings.shortest_pause = std::chrono::milliseconds(10);
  settings.longest_pause = std::chrono::milliseconds(50);
  return settings;
}

/// What the server has told an edge.
struct Told {
  std::mutex mutex;
  std::vector<edge::Job> jobs;
  std::vector<edge::Line> lines;
  std::vector<bool> connected;

  edge::UplinkEvents events() {
    edge::UplinkEvents events;
    events.jobs = [this](std::span<const edge::Job> more) { add(jobs, more); };
    events.lines = [this](std::span<const edge::Line> more) { add(lines, more); };
    events.connected = [this](bool now) {
      const std::lock_guard lock(mutex);
      connected.push_back(now);
    };
    return events;
  }
  std::size_t jobs_told() {
    const std::lock_guard lock(mutex);
    return jobs.size();
  }

 private:
  template <class Part>
  void add(std::vector<Part>& told, std::span<const Part> more) {
    const std::lock_guard lock(mutex);
    told.insert(told.end(), more.begin(), more.end());
  }
};

struct HubPair {
  explicit HubPair(edge::HubServerSettings settings = {}) {
    if (settings.listen.empty()) settings.listen = {any_port()};
    settings.metrics = &metrics;
    auto sink = [this](std::span<const edge::LatencyReport> some) {
      const std::lock_guard lock(mutex);
      reports.insert(reports.end(), some.begin(), some.end());
      return static_cast<std::size_t>(
          std::ranges::count_if(some, [](const auto& one) { return one.endpoint != "nobody"; }));
    };
    auto event_sink = [this](std::span<const edge::EventReport> some) {
      const std::lock_guard lock(mutex);
      events.insert(events.end(), some.begin(), some.end());
      return static_cast<std::size_t>(
          std::ranges::count_if(some, [](const auto& one) { return one.resources != "nobody.example"; }));
    };
    auto started = edge::serve_edges(host, {.latencies = sink, .events = event_sink}, settings);
    if (!started) throw std::runtime_error(started.error().to_string());
    server = std::move(*started);
  }

  std::string address() const { return server->addresses().at(0).to_string(); }

  edge::UplinkSettings settings(const std::string& token = "") const {
    auto edge = quick(address());
    edge.token = token;
    return edge;
  }

  /// An edge that has joined.
  std::unique_ptr<edge::Uplink> edge(const edge::Hello& hello, edge::UplinkEvents heard = {}) const {
    auto uplink = edge::connect_hub(settings(), hello, std::move(heard)).value();
    if (!wait_until([&] { return uplink->connected(); })) throw std::runtime_error("the edge did not join");
    return uplink;
  }

  /// A number on the metrics page; all of its series together, or those with this label.
  double metric(std::string_view name, std::string_view label = "") const {
    double sum = 0;
    for (const auto& sample : metrics.collect())
      if (sample.name == name && (label.empty() || sample.labels.at(0).second == label)) sum += sample.value;
    return sum;
  }

  Metrics metrics;
  std::mutex mutex;
  std::vector<edge::LatencyReport> reports;
  std::vector<edge::EventReport> events;
  std::shared_ptr<FakeHost> host = std::make_shared<FakeHost>();
  std::unique_ptr<edge::HubServer> server;
};

/// Takes the lock for the time of the question.
template <class Question>
bool soon(Heard& heard, Question question) {
  return wait_until([&] {
    const std::lock_guard lock(heard.mutex);
    return question(heard);
  });
}

}  // namespace harbinger::test
