// What an edge and the DNS server tell each other, free of how it travels (proto/harbinger/edge/v1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/address.h>
#include <harbinger/client_keys.h>

namespace harbinger::edge {

/// Who an edge is. Said once, first.
struct Hello {
  std::string name;                    ///< of the edge; unique
  std::string endpoint;                ///< that it serves, as pools name it; empty: `name`
  std::string cluster;                 ///< edges of one location and class
  std::uint64_t cache_bytes = 0;       ///< that its cache may hold; 0: not known
  std::uint64_t bytes_per_second = 0;  ///< of its link towards the origin; 0: not known
  std::string version;
};

/// How an edge is doing. Counts are since the last Status.
struct Status {
  double load = 0;  ///< 0..1 of what it can serve
  std::uint64_t requests = 0, hits = 0;
  std::uint64_t bytes_served = 0, bytes_origin = 0;
  std::uint32_t jobs_waiting = 0, jobs_in_flight = 0;
  bool takes_jobs = true;  ///< false: its cache or origin is in trouble; send it none
};

/// The way between clients of a network and the edge.
struct Latency {
  IpAddress client{};  ///< its network: the rest is zero
  float rtt_ms = 0;
};

/// An access that the edge's log told of.
struct Fetched {
  UnixMillis at = 0;
  ClientKey client = 0;  ///< keyed as the edge keys clients
  std::string resource;
  Outcome outcome = Outcome::served;
  std::uint32_t size_bytes = 0;
  std::uint32_t latency_us = 0;
};

/// Something that an edge's cache shall hold.
struct Job {
  enum class Kind : std::uint8_t { prefetch, mirror };
  std::uint64_t id = 0;  ///< of who gave it
  Kind kind = Kind::prefetch;
  std::string resource;         ///< a URL, or a part of one as by fragment_text()
  double probability = 1;       ///< that it is wanted
  double benefit_ms = 100;      ///< what its client saves when it is there
  std::uint64_t bytes = 0;      ///< estimated; 0: not known
  std::uint32_t within_ms = 0;  ///< from now on, it is too late; 0: never too late
  std::uint64_t client = 0;     ///< whose budget it is taken from; 0: nobody's in particular
};

struct JobDone {
  enum class Outcome : std::uint8_t {
    fetched,
    cached,
    wanted_first,
    late,
    no_room,
    over_budget,
    refused,
    failed,
    stopped
  };
  std::uint64_t id = 0;
  std::string resource;
  Outcome outcome = Outcome::fetched;
  std::uint64_t bytes = 0;
  std::uint32_t took_ms = 0;
  std::string why;  ///< of `refused` and `failed`, for people
};
std::string_view to_string(JobDone::Outcome outcome);

/// A line of what was learnt: what follows `context`, as Foresight::suggest takes it.
struct Line {
  std::string context;
  std::vector<std::pair<std::string, float>> successors;
};

}  // namespace harbinger::edge
