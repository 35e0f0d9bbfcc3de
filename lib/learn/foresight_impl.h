// What Foresight is made of: rings towards the learning thread, and what that thread alone touches.
#pragma once

#include <array>
#include <cstring>
#include <mutex>
#include <vector>

#include <harbinger/foresight.h>
#include <harbinger/fragments.h>
#include <harbinger/repeater.h>
#include <harbinger/worker_rings.h>
#include "learn/appetites.h"
#include "learn/expectations.h"
#include "learn/foresight_metrics.h"
#include "learn/hint_judge.h"
#include "learn/load_guard.h"
#include "learn/model_judge.h"
#include "learn/refresher.h"
#include "learn/snapshots.h"

namespace harbinger {

/// An access on its way to the learning thread: plain octets, so that handing it on allocates nothing.
struct Happened {
  static constexpr std::size_t kMostText = 255;

  MonotonicTime at;
  ClientKey client;
  std::uint32_t ttl_s, size_bytes, latency_us;
  std::uint16_t type;
  PersonaId persona;
  Outcome outcome;
  Foresight::Manner manner;
  std::uint8_t text_size;
  std::array<char, kMostText> text;

  void fill(const Access& access, MonotonicTime when, Foresight::Manner how) {
    at = when;
    client = access.client;
    ttl_s = access.ttl_s;
    size_bytes = access.size_bytes;
    latency_us = access.latency_us;
    type = access.type;
    persona = access.persona;
    outcome = access.outcome;
    manner = how;
    text_size = static_cast<std::uint8_t>(access.resource.size());
    std::memcpy(text.data(), access.resource.data(), text_size);
  }
  std::string_view resource() const { return {text.data(), text_size}; }
  Access access(UnixMillis when) const {
    return {when, client, resource(), persona, outcome, type, ttl_s, size_bytes, latency_us};
  }
};

/// Hints given to a client.
struct Given {
  static constexpr std::size_t kMost = 16;
  MonotonicTime at;
  ClientKey client;
  std::uint8_t count;
  std::array<std::uint64_t, kMost> resources;
};

/// What somebody else expects.
struct Suggested {
  std::string context;
  PersonaId persona;
  std::vector<std::pair<std::string, float>> successors;
};

struct Foresight::Impl {
  Impl(const Settings& settings, const World& world);
  ~Impl();

  /// Opens the journal and reads manifests; then begins to learn.
  Result<void> start();

  // The learning thread's, under `busy`.
  void work();
  void load();
  void take_in(const Happened& happened, bool judged);
  void learn(const Access& access);
  void learn_fragment(const Access& access);
  void learn_later(const Access& access);
  void learn_waiting();
  void sort_batch();
  void take_suggestions();
  void tend(MonotonicTime now);
  void save_if_due(MonotonicTime now, bool now_please);
  void publish(MonotonicTime now);
  std::string_view canonical(std::string_view resource);
  UnixMillis calendar(MonotonicTime at) const { return at.ns / 1'000'000 + offset_ms.load(std::memory_order_relaxed); }
  void read_offset();

  const Settings settings;
  const World world;
  std::optional<ClientKeys> keys;
  RecentResources recent;
  WorkerRings<Happened> happened;
  WorkerRings<Given> given;
  LoadGuard load_guard;
  Appetites appetites;
  std::atomic<float> pressure{0};
  std::atomic<std::int64_t> offset_ms{0};  // calendar less monotonic time
  ForesightMetrics metrics;

  std::timed_mutex busy;  // held while the learning thread works
  const std::unique_ptr<SequenceModel> model;
  std::unique_ptr<AccessHistory> history;
  std::optional<Snapshots> snapshots;
  std::optional<FragmentTable> fragments;
  std::optional<FragmentModel> fragment_model;  // of `fragments`
  Refresher refresher;
  ModelJudge judge;
  HintJudge hints;
  Expectations expectations;
  std::vector<Happened> batch;
  std::vector<std::uint32_t> order;  // of the batch, by time
  std::vector<Access> waiting;       // to be learnt together
  std::string fragment;
  UnixMillis latest = 0;  // access learnt
  std::uint64_t learnt = 0, learnt_at_snapshot = 0, taken_in = 0;
  MonotonicTime last_snapshot, last_publish;
  Duration snapshot_pause;
  bool started = false, loaded = false, disk_trouble = false, was_below = false;

  std::mutex suggestion_lock;
  std::vector<Suggested> suggested;

  mutable std::mutex state_lock;
  State published;
  std::string snapshot_trouble;

  std::optional<Repeater> thread;
};

}  // namespace harbinger
