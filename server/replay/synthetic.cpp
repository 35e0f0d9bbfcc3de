#include "server/replay/synthetic.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>

namespace harbinger::replay {

namespace {

// The same on every machine, which std::uniform_int_distribution does not promise.
std::uint32_t below(std::mt19937_64& random, std::uint64_t bound) {
  return static_cast<std::uint32_t>((random() >> 32) * bound >> 32);
}

}  // namespace

Trace uniform_trace(const UniformSettings& settings) {
  std::mt19937_64 random(settings.seed);
  Trace trace;
  trace.name = "uniform";
  for (std::uint32_t i = 0; i < settings.clients; ++i) trace.clients.intern("client-" + std::to_string(i));
  for (std::uint32_t i = 0; i < settings.resources; ++i)
    trace.resources.intern("name-" + std::to_string(i) + ".example");
  UnixMillis at = 0;
  for (std::uint32_t i = 0; i < settings.visits; ++i) {
    at += below(random, 20'000 / std::max(settings.clients, 1u) + 1);
    trace.visits.push_back(
        {.at = at, .client = below(random, settings.clients), .resource = below(random, settings.resources)});
  }
  return trace;
}

Trace trace_of(const DnsFeed& feed) {
  Trace trace;
  trace.name = "synthetic day";
  for (const auto& question : feed.questions) {
    const auto& record = feed.records[question.record];
    trace.visits.push_back({.at = question.at,
                            .client = trace.clients.intern(std::to_string(question.client)),
                            .resource = trace.resources.intern(record.name),
                            .latency_us = question.rtt_us,
                            .ttl_s = question.ttl_s,
                            .type = record.type,
                            .outcome = question.negative ? Outcome::not_found : Outcome::served});
  }
  return trace;
}

void shuffle_labels(Trace& trace, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  auto& visits = trace.visits;
  for (auto left = visits.size(); left > 1; --left) {
    auto& a = visits[left - 1];
    auto& b = visits[below(random, left)];
    std::swap(a.resource, b.resource);
    std::swap(a.size_bytes, b.size_bytes);
    std::swap(a.latency_us, b.latency_us);
    std::swap(a.ttl_s, b.ttl_s);
    std::swap(a.type, b.type);
  }
}

}  // namespace harbinger::replay
