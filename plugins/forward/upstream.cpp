#include "plugins/forward/upstream.h"

#include <algorithm>
#include <utility>

namespace harbinger::forward {

namespace {

using namespace std::chrono_literals;

constexpr std::array kBounds{0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0};
constexpr std::array<std::string_view, kFailures> kCauses{"timeout", "unreachable", "malformed", "local"};
constexpr std::int64_t kSlowest = std::chrono::nanoseconds(10s).count();

void shuffle(std::span<std::uint8_t> indices, Random& random) {
  for (std::size_t left = indices.size(); left > 1; --left) std::swap(indices[left - 1], indices[random.below(left)]);
}

// One that never replied is tried after those that did.
bool is_faster(const Upstream& a, const Upstream& b) {
  const auto rank = [](const Upstream& upstream) {
    const auto time = upstream.usual_time();
    return time == Duration::zero() ? Duration::max() : time;
  };
  return rank(a) < rank(b);
}

}  // namespace

UpstreamMetrics::UpstreamMetrics(Metrics& all, const std::string& to) {
  const auto counter = [&](const std::string& name, std::string_view help, Labels labels = {}) {
    labels.insert(labels.begin(), {"to", to});
    return all.counter("harbinger_forward_" + name, help, std::move(labels));
  };
  requests = counter("requests_total", "Questions sent to an upstream.");
  probe_failures = counter("healthcheck_failures_total", "Probes of an upstream that failed.");
  for (std::size_t i = 0; i < responses.size(); ++i) {
    const auto rcode = i + 1 == responses.size() ? "other" : to_string(static_cast<Rcode>(i));
    responses[i] = counter("responses_total", "Replies of an upstream.", {{"rcode", rcode}});
  }
  for (std::size_t i = 0; i < kFailures; ++i)
    failures[i] = counter("failures_total", "Tries that failed.", {{"cause", std::string(kCauses[i])}});
  duration = all.histogram("harbinger_forward_request_duration_seconds", "Time from question to reply.", kBounds,
                           {{"to", to}});
}

Counter& UpstreamMetrics::response(Rcode rcode) {
  return responses[std::min<std::size_t>(static_cast<std::size_t>(rcode), responses.size() - 1)];
}

// Plain loads and stores: when two workers meet, one measurement is lost, which does not matter.
void Upstream::replied(Duration took) {
  const auto usual = usual_ns_.load(std::memory_order_relaxed);
  const auto sample = std::max<std::int64_t>(took.count(), 1);
  usual_ns_.store(usual == 0 ? sample : std::max<std::int64_t>(usual + (sample - usual) / 8, 1),
                  std::memory_order_relaxed);
  if (fails_.load(std::memory_order_relaxed) != 0) fails_.store(0, std::memory_order_relaxed);
  if (!is_up()) down_.store(false, std::memory_order_relaxed);
}

bool Upstream::failed(unsigned max_fails) {
  const auto usual = usual_ns_.load(std::memory_order_relaxed);
  usual_ns_.store(std::min(usual * 2, kSlowest), std::memory_order_relaxed);
  const auto fails = fails_.fetch_add(1, std::memory_order_relaxed) + 1;
  return max_fails != 0 && fails >= max_fails && !down_.exchange(true, std::memory_order_relaxed);
}

Order order_of(std::span<const std::shared_ptr<Upstream>> upstreams, Policy policy, std::uint64_t turn,
               Random& random) {
  Order order;
  order.size = std::min(upstreams.size(), kMostUpstreams);
  const auto all = std::span(order.index).first(order.size);
  std::size_t up = 0, down = order.size;
  for (std::size_t i = 0; i < order.size; ++i)
    all[upstreams[i]->is_up() ? up++ : --down] = static_cast<std::uint8_t>(i);
  shuffle(all.subspan(up), random);

  const auto first = all.first(up);
  switch (policy) {
    case Policy::random:
      shuffle(first, random);
      break;
    case Policy::round_robin:
      if (up > 1) std::ranges::rotate(first, first.begin() + static_cast<std::ptrdiff_t>(turn % up));
      break;
    case Policy::sequential:
      break;
    case Policy::fastest:
      std::ranges::stable_sort(first, [&](auto a, auto b) { return is_faster(*upstreams[a], *upstreams[b]); });
      break;
  }
  return order;
}

Duration patience(Duration usual_time, Duration timeout) {
  constexpr Duration shortest = 400ms, of_a_stranger = 800ms;
  const auto wanted = usual_time == Duration::zero() ? of_a_stranger : std::max<Duration>(8 * usual_time, shortest);
  return std::min(wanted, timeout);
}

}  // namespace harbinger::forward
