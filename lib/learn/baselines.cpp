#include "learn/baselines.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "learn/popularity_counts.h"
#include "learn/successor_counts.h"

namespace harbinger {

void Baseline::learn(ClientKey client, std::uint64_t resource, UnixMillis at) {
  const auto move = trails_.kind(client, resource, at);
  if (move != SessionTrails::Move::repeated) {
    const SessionTrail none;
    count(move == SessionTrails::Move::first ? none : *trails_.find(client), resource);
  }
  trails_.move(client, resource, at);
}

void Baseline::follow(ClientKey client, std::uint64_t resource, UnixMillis at) { trails_.move(client, resource, at); }

std::size_t Baseline::predict(ClientKey client, std::span<BaselineGuess> out) const {
  const auto* trail = trails_.find(client);
  return trail == nullptr ? 0 : rank(*trail, out);
}

namespace {

// Collects guesses, each resource once and never the current one.
class Ranking {
 public:
  Ranking(std::uint64_t current, std::span<BaselineGuess> out) : current_(current), out_(out) {}

  bool full() const { return used_ == out_.size(); }
  std::size_t size() const { return used_; }
  void add(std::uint64_t resource, double probability) {
    if (full() || resource == current_) return;
    const auto used = out_.first(used_);
    if (std::ranges::find(used, resource, &BaselineGuess::resource) != used.end()) return;
    out_[used_++] = {resource, static_cast<float>(std::min(probability, 1.0))};
  }
  void fill(const PopularityCounts& popularity) {
    for (const auto& entry : popularity.top()) add(entry.resource, 0);
  }

 private:
  std::uint64_t current_;
  std::span<BaselineGuess> out_;
  std::size_t used_ = 0;
};

class Popularity final : public Baseline {
 public:
  explicit Popularity(const Limits& limits) : Baseline(limits), counts_(limits.contexts, limits.half_life) {}

 private:
  void count(const SessionTrail&, std::uint64_t resource) override { counts_.add(resource); }
  std::size_t rank(const SessionTrail& now, std::span<BaselineGuess> out) const override {
    Ranking ranking(now.current(), out);
    for (const auto& entry : counts_.top()) ranking.add(entry.resource, counts_.share(entry));
    return ranking.size();
  }

  PopularityCounts counts_;
};

class Markov1 final : public Baseline {
 public:
  explicit Markov1(const Limits& limits)
      : Baseline(limits), pairs_(limits.contexts), popularity_(limits.contexts, limits.half_life) {}

 private:
  void count(const SessionTrail& before, std::uint64_t resource) override {
    popularity_.add(resource);
    if (before.size == 0) return;
    pairs_.occurred(before.current());
    pairs_.add(before.current(), resource);
  }
  std::size_t rank(const SessionTrail& now, std::span<BaselineGuess> out) const override {
    Ranking ranking(now.current(), out);
    if (const auto* context = pairs_.find(now.current()))
      for (const auto& [resource, count] : context->successors) {
        if (ranking.full()) break;
        ranking.add(resource, count / (context->seen + 1));
      }
    ranking.fill(popularity_);
    return ranking.size();
  }

  SuccessorCounts pairs_;
  PopularityCounts popularity_;
};

class DependencyGraph final : public Baseline {
 public:
  DependencyGraph(const Limits& limits, std::size_t window)
      : Baseline(limits),
        window_(std::min(window, SessionTrail::kLength)),
        arcs_(limits.contexts),
        popularity_(limits.contexts, limits.half_life) {}

 private:
  void count(const SessionTrail& before, std::uint64_t resource) override {
    popularity_.add(resource);
    arcs_.occurred(resource);
    const auto recent = before.recent().first(std::min<std::size_t>(before.size, window_));
    for (auto it = recent.begin(); it != recent.end(); ++it)
      if (*it != resource && std::find(recent.begin(), it, *it) == it) arcs_.add(*it, resource);
  }
  std::size_t rank(const SessionTrail& now, std::span<BaselineGuess> out) const override {
    Ranking ranking(now.current(), out);
    if (const auto* node = arcs_.find(now.current()))
      for (const auto& [resource, count] : node->successors) {
        if (ranking.full()) break;
        ranking.add(resource, count / std::max(node->seen, 1.0F));
      }
    ranking.fill(popularity_);
    return ranking.size();
  }

  std::size_t window_;
  SuccessorCounts arcs_;
  PopularityCounts popularity_;
};

class Ppm2 final : public Baseline {
 public:
  explicit Ppm2(const Limits& limits)
      : Baseline(limits),
        pairs_(limits.contexts / 2),
        triples_(limits.contexts / 2),
        popularity_(limits.contexts, limits.half_life) {}

 private:
  // Of a context with very many successors only the first matter for a ranking.
  static constexpr std::size_t kLooksAt = 64;

  // Order matters: a then b is another context than b then a.
  static std::uint64_t both(std::uint64_t previous, std::uint64_t current) {
    const auto hash = (previous * 0x9E3779B97F4A7C15 ^ current) * 0xD6E8FEB86659FD93;
    return hash ^ hash >> 32;
  }

  void count(const SessionTrail& before, std::uint64_t resource) override {
    popularity_.add(resource);
    if (before.size >= 1) {
      pairs_.occurred(before.current());
      pairs_.add(before.current(), resource);
    }
    if (before.size >= 2) {
      triples_.occurred(both(before.previous(), before.current()));
      triples_.add(both(before.previous(), before.current()), resource);
    }
  }

  // Method C: as much is kept for what was never seen here as there are different successors.
  static double mix(const SuccessorCounts::Context* context, double left, std::vector<BaselineGuess>& guesses) {
    if (context == nullptr || context->successors.empty()) return left;
    const double all = context->seen + static_cast<double>(context->successors.size());
    const auto successors = std::span(context->successors);
    for (const auto& [resource, count] : successors.first(std::min(successors.size(), kLooksAt))) {
      auto known = std::ranges::find(guesses, resource, &BaselineGuess::resource);
      if (known == guesses.end()) known = guesses.insert(guesses.end(), {resource, 0});
      known->probability += static_cast<float>(left * count / all);
    }
    return left * static_cast<double>(context->successors.size()) / all;
  }

  std::size_t rank(const SessionTrail& now, std::span<BaselineGuess> out) const override {
    guesses_.clear();
    double left = 1;
    if (now.size >= 2) left = mix(triples_.find(both(now.previous(), now.current())), left, guesses_);
    left = mix(pairs_.find(now.current()), left, guesses_);
    for (const auto& entry : popularity_.top()) {
      const auto known = std::ranges::find(guesses_, entry.resource, &BaselineGuess::resource);
      const auto probability = static_cast<float>(left * popularity_.share(entry));
      if (known != guesses_.end())
        known->probability += probability;
      else
        guesses_.push_back({entry.resource, probability});
    }
    std::ranges::stable_sort(guesses_, std::greater{}, &BaselineGuess::probability);
    Ranking ranking(now.current(), out);
    for (const auto& guess : guesses_) ranking.add(guess.resource, guess.probability);
    return ranking.size();
  }

  SuccessorCounts pairs_, triples_;
  PopularityCounts popularity_;
  mutable std::vector<BaselineGuess> guesses_;  // kept for its memory
};

}  // namespace

std::unique_ptr<Baseline> make_popularity(const Baseline::Limits& limits) {
  return std::make_unique<Popularity>(limits);
}

std::unique_ptr<Baseline> make_markov1(const Baseline::Limits& limits) { return std::make_unique<Markov1>(limits); }

std::unique_ptr<Baseline> make_dependency_graph(const Baseline::Limits& limits, std::size_t window) {
  return std::make_unique<DependencyGraph>(limits, window);
}

std::unique_ptr<Baseline> make_ppm2(const Baseline::Limits& limits) { return std::make_unique<Ppm2>(limits); }

}  // namespace harbinger
