#include "steer/steering_policies.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "steer/conditions.h"
#include "steer/make_pool.h"
#include "steer/state_table.h"

namespace harbinger::steer {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();

// One number for each way.
class Cells {
 public:
  Cells(std::size_t groups, std::size_t endpoints, double first)
      : endpoints_(endpoints), values_(groups * endpoints, first) {}
  double& at(std::size_t group, std::size_t endpoint) { return values_[group * endpoints_ + endpoint]; }
  std::size_t endpoints() const { return endpoints_; }
  std::size_t groups() const { return values_.size() / endpoints_; }
  std::size_t least(std::size_t group) const {
    const auto first = values_.begin() + static_cast<std::ptrdiff_t>(group * endpoints_);
    return static_cast<std::size_t>(std::min_element(first, first + static_cast<std::ptrdiff_t>(endpoints_)) - first);
  }

 private:
  std::size_t endpoints_;
  std::vector<double> values_;
};

class Nearest final : public SteeringPolicy {
 public:
  Nearest(std::size_t groups, std::size_t endpoints) : first_(groups, endpoints, kUnknown) {}
  std::size_t choose(std::size_t group, double) override { return first_.least(group); }
  void measured(std::size_t group, std::size_t endpoint, double ms, double at) override {
    auto& cell = first_.at(group, endpoint);
    if (at <= 0) cell = cell == kUnknown ? ms : (cell + ms) / 2;
  }

 private:
  Cells first_;
};

class RoundRobin final : public SteeringPolicy {
 public:
  explicit RoundRobin(std::size_t endpoints) : endpoints_(endpoints) {}
  std::size_t choose(std::size_t, double) override { return next_++ % endpoints_; }
  void measured(std::size_t, std::size_t, double, double) override {}

 private:
  std::size_t endpoints_, next_ = 0;
};

class Ewma final : public SteeringPolicy {
 public:
  Ewma(std::size_t groups, std::size_t endpoints, bool probes, std::uint64_t seed)
      : cells_(groups, endpoints, kUnknown), probes_(probes), chance_(seed) {}
  std::size_t choose(std::size_t group, double) override { return cells_.least(group); }
  void measured(std::size_t group, std::size_t endpoint, double ms, double) override {
    auto& cell = cells_.at(group, endpoint);
    cell = cell == kUnknown ? ms : cell + 0.3 * (ms - cell);
  }
  std::optional<std::pair<std::size_t, std::size_t>> probe(double) override {
    if (!probes_) return std::nullopt;
    return std::pair(chance_.below(cells_.groups()), chance_.below(cells_.endpoints()));
  }

 private:
  Cells cells_;
  bool probes_;
  learn::Chance chance_;
};

// Finagle's: rises at once, falls slowly; the better of two that are drawn (Mitzenmacher, 2001).
class PeakEwma final : public SteeringPolicy {
 public:
  PeakEwma(std::size_t groups, std::size_t endpoints, std::uint64_t seed)
      : cost_(groups, endpoints, 0), at_(groups, endpoints, 0), chance_(seed) {}
  std::size_t choose(std::size_t group, double) override {
    const auto one = chance_.below(cost_.endpoints()), two = chance_.below(cost_.endpoints());
    return cost_.at(group, one) <= cost_.at(group, two) ? one : two;
  }
  void measured(std::size_t group, std::size_t endpoint, double ms, double at) override {
    auto& cost = cost_.at(group, endpoint);
    const double weight = std::exp(-(at - at_.at(group, endpoint)) / 10);
    cost = ms > cost ? ms : cost * weight + ms * (1 - weight);
    at_.at(group, endpoint) = at;
  }

 private:
  Cells cost_, at_;
  learn::Chance chance_;
};

// Gaussian, of the logarithm; what was seen counts less with each measurement since (Raj, Kalyani, 2017).
class Thompson final : public SteeringPolicy {
 public:
  Thompson(std::size_t groups, std::size_t endpoints, std::uint64_t seed)
      : count_(groups, endpoints, 0), sum_(groups, endpoints, 0), chance_(seed) {}
  std::size_t choose(std::size_t group, double) override {
    std::size_t best = 0;
    double least = kUnknown;
    for (std::size_t endpoint = 0; endpoint < count_.endpoints(); ++endpoint) {
      const double count = std::max(count_.at(group, endpoint), 1e-3);
      const double drawn = sum_.at(group, endpoint) / count + 0.35 / std::sqrt(count) * chance_.normal();
      if (drawn < least) least = drawn, best = endpoint;
    }
    return best;
  }
  void measured(std::size_t group, std::size_t endpoint, double ms, double) override {
    for (std::size_t each = 0; each < count_.endpoints(); ++each) {
      count_.at(group, each) *= 0.98;
      sum_.at(group, each) *= 0.98;
    }
    count_.at(group, endpoint) += 1;
    sum_.at(group, endpoint) += std::log(ms);
  }

 private:
  Cells count_, sum_;
  learn::Chance chance_;
};

// The server's own code: learnt ways, compiled five times a second, and a pool that keeps a client where it is while that is about as fast as the fastest.
class Ours final : public SteeringPolicy {
 public:
  Ours(std::size_t groups, std::size_t endpoints, bool probes)
      : groups_(groups), probes_(probes), pool_(make_filtered_pool(settings(endpoints), 1)) {
    for (std::size_t i = 0; i < endpoints; ++i) {
      EndpointBook::Entry entry;
      entry.id = static_cast<EndpointId>(i);
      entry.endpoint.name = std::to_string(i);
      entries_.push_back(std::move(entry));
    }
  }
  std::size_t choose(std::size_t group, double at) override {
    if (!table_ || at - compiled_ >= 0.2) compile(at);
    const auto choice = pool_->choose({.group = group_of(group), .hash = group * 0x9e3779b97f4a7c15u}, *table_);
    return choice.endpoints[0];
  }
  void measured(std::size_t group, std::size_t endpoint, double ms, double at) override {
    conditions_->measured(group_of(group), static_cast<EndpointId>(endpoint), ms, Conditions::Source::edge, time(at));
  }
  std::optional<std::pair<std::size_t, std::size_t>> probe(double at) override {
    if (!probes_) return std::nullopt;
    if (wanted_.empty())
      for (const auto& each : conditions_->wanted(time(at), 16)) wanted_.push_back(each);
    if (wanted_.empty()) return std::nullopt;
    const auto next = wanted_.front();
    wanted_.pop_front();
    return std::pair(std::size_t{next.group.keys[0]} - 1, std::size_t{next.endpoint});
  }

 private:
  static PoolSettings settings(std::size_t endpoints) {
    PoolSettings settings{.name = "p"};
    for (std::size_t i = 0; i < endpoints; ++i) settings.endpoints.push_back(std::to_string(i));
    settings.filters = {{.kind = Filter::Kind::latency}};
    return settings;
  }
  static ClientGroup group_of(std::size_t group) {
    ClientGroup made;
    made.keys[0] = static_cast<std::uint32_t>(group + 1);
    return made;
  }
  static MonotonicTime time(double at) { return {static_cast<std::int64_t>((at + 1) * 1e9)}; }
  void compile(double at) {
    table_ = std::make_unique<StateTable>(entries_, std::span(&pool_, 1), conditions_->compile(time(at)),
                                          std::span<const PersonaProfile>());
    compiled_ = at;
  }

  std::size_t groups_;
  bool probes_;
  std::shared_ptr<const Pool> pool_;
  std::vector<EndpointBook::Entry> entries_;
  std::unique_ptr<Conditions> conditions_ = make_conditions();
  std::unique_ptr<StateTable> table_;
  double compiled_ = 0;
  std::deque<Conditions::Wanted> wanted_;
};

}  // namespace

const std::vector<std::string>& steering_policy_words() {
  static const std::vector<std::string> words{"nearest",       "round_robin", "ewma",      "ewma_probes",
                                              "peak_ewma_p2c", "thompson",    "harbinger", "harbinger_probes"};
  return words;
}

std::unique_ptr<SteeringPolicy> make_steering_policy(std::string_view word, std::size_t groups, std::size_t endpoints,
                                                     std::uint64_t seed) {
  if (word == "nearest") return std::make_unique<Nearest>(groups, endpoints);
  if (word == "round_robin") return std::make_unique<RoundRobin>(endpoints);
  if (word == "ewma" || word == "ewma_probes") return std::make_unique<Ewma>(groups, endpoints, word != "ewma", seed);
  if (word == "peak_ewma_p2c") return std::make_unique<PeakEwma>(groups, endpoints, seed);
  if (word == "thompson") return std::make_unique<Thompson>(groups, endpoints, seed);
  if (word == "harbinger" || word == "harbinger_probes")
    return std::make_unique<Ours>(groups, endpoints, word != "harbinger");
  return nullptr;
}

}  // namespace harbinger::steer
