// Well-known simple predictors, to judge the sequence model against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <harbinger/access.h>
#include "learn/session_trails.h"

namespace harbinger {

/// A resource that a baseline thinks likely. `probability` is 0 where the baseline ranks only to fill its list.
struct BaselineGuess {
  std::uint64_t resource = 0;
  float probability = 0;
};

/// Learns online what each client wants next; the target is the next resource that differs from the client's current one. Resources are any
/// numbers but 0. Memory is bounded by `Limits`, with fading counts. One thread at a time; deterministic.
class Baseline {
 public:
  struct Limits {
    std::size_t contexts = 1'000'000;
    std::size_t clients = 262'144;
    UnixMillis session_gap_ms = 30 * 60 * 1000;  ///< a longer pause ends a client's session
    double half_life = 100'000;                  ///< of popularity, in accesses
  };

  explicit Baseline(const Limits& limits) : trails_(limits.clients, limits.session_gap_ms) {}
  virtual ~Baseline() = default;

  /// `client` wants `resource`: learnt from, and the client's new place.
  void learn(ClientKey client, std::uint64_t resource, UnixMillis at);
  /// The same without learning from it.
  void follow(ClientKey client, std::uint64_t resource, UnixMillis at);
  /// The likeliest next resources of `client`, best first, never its current one; returns how many. None for a client without a session.
  std::size_t predict(ClientKey client, std::span<BaselineGuess> out) const;

 private:
  /// `resource` comes after `before`, which is empty at the beginning of a session.
  virtual void count(const SessionTrail& before, std::uint64_t resource) = 0;
  virtual std::size_t rank(const SessionTrail& now, std::span<BaselineGuess> out) const = 0;

  SessionTrails trails_;
};

/// What is wanted most, whatever the client does.
std::unique_ptr<Baseline> make_popularity(const Baseline::Limits& limits = {});

/// Markov chain of first order: what followed the current resource, filled up with what is popular.
std::unique_ptr<Baseline> make_markov1(const Baseline::Limits& limits = {});

/// Dependency graph: what was wanted within `window` accesses after the current resource (Padmanabhan and Mogul, "Using Predictive Prefetching to
/// Improve World Wide Web Latency", 1996).
std::unique_ptr<Baseline> make_dependency_graph(const Baseline::Limits& limits = {}, std::size_t window = 4);

/// Prediction by partial match of second order that goes on learning: what followed the last two resources, backing off to the last one and to
/// popularity with the escape probabilities of method C (Moffat, "Implementing the PPM data compression scheme", 1990; for web prefetching
/// Palpanas and Mendelzon, 1999).
std::unique_ptr<Baseline> make_ppm2(const Baseline::Limits& limits = {});

}  // namespace harbinger
