// forward - hands queries on to other DNS servers.
#include <algorithm>
#include <atomic>

#include <harbinger/plugin.h>

#include "plugins/forward/health.h"
#include "plugins/forward/outgoing.h"
#include "plugins/forward/pool.h"
#include "plugins/forward/read_reply.h"
#include "plugins/forward/tries.h"

namespace harbinger::forward {
namespace {

constexpr std::size_t kMostTargets = 15;
constexpr std::uint8_t kV4Bits = 24, kV6Bits = 56;  // RFC 7871 sec. 11.1

// One query's place among those in work.
class Place {
 public:
  Place(std::atomic<std::uint32_t>& in_work, std::uint32_t most) : in_work_(in_work) {
    const auto before = in_work_.fetch_add(1, std::memory_order_relaxed);
    granted_ = most == 0 || before < most;
  }
  ~Place() { in_work_.fetch_sub(1, std::memory_order_relaxed); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  bool granted() const { return granted_; }

 private:
  std::atomic<std::uint32_t>& in_work_;
  bool granted_;
};

Failure failure_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::timeout:
      return Failure::timeout;
    case ErrorCode::unreachable:
      return Failure::unreachable;
    case ErrorCode::malformed:
      return Failure::malformed;
    default:
      return Failure::local;
  }
}

Reply refusal(EdeCode cause, std::string text) {
  return std::move(Reply::failure(cause, std::move(text)).set_recursion_available());
}

// The last failure decides what the client is told.
Reply give_up(const std::optional<Failure>& failure, const Trouble& trouble) {
  if (failure == Failure::timeout) return refusal(EdeCode::no_reachable_authority, "no upstream replied in time");
  if (failure == Failure::unreachable) return refusal(EdeCode::network_error, "no upstream could be reached");
  if (failure == Failure::malformed) return refusal(EdeCode::invalid_data, "no upstream sent a usable reply");
  if (trouble.kind == Trouble::Kind::bad_rcode)
    return refusal(trouble.cause.value_or(EdeCode::no_reachable_authority),
                   "the upstreams answered " + to_string(trouble.rcode));
  return refusal(EdeCode::other, "no upstream could be asked");
}

class Forward final : public Plugin {
 public:
  struct Config {
    Name from;
    std::vector<Target> to;
    Policy policy = Policy::random;
    std::vector<Name> except;
    bool force_tcp = false;
    bool prefer_udp = false;
    unsigned max_fails = 2;
    std::chrono::milliseconds health_check{500};
    std::chrono::milliseconds timeout{2000};
    unsigned retries = 2;
    std::uint32_t max_concurrent = 8192;
    bool ecs = false;
  };

  explicit Forward(Config config) : config_(std::move(config)) {}

  Result<void> start(const PluginContext& context) override;
  void refresh() override { look_again(); }
  void stop() override {
    if (health_) health_->stop();
  }
  std::string not_ready() const override {
    return pool_ && pool_->is_empty() ? "no address of an upstream is known yet" : "";
  }

  Task<Reply> serve(const Query& query, Next next) override { return is_ours(query) ? forward(query) : next(query); }

 private:
  bool is_ours(const Query& query) const;
  Task<Reply> forward(const Query& query);
  Task<Result<std::vector<std::uint8_t>>> ask(Upstream& upstream, std::span<const std::uint8_t> query,
                                              const Tries& tries);
  void count_failure(const std::shared_ptr<Upstream>& upstream, Failure failure);
  void look_again();

  const Config config_;
  const Clock* clock_ = nullptr;
  Random* random_ = nullptr;
  Exchange* exchange_ = nullptr;
  std::function<void(std::function<void()>)> in_background_;
  std::shared_ptr<Pool> pool_;
  std::shared_ptr<Health> health_;
  Counter rejects_;
  std::atomic<std::uint32_t> in_work_{0};
  std::atomic<std::uint64_t> turn_{0};
};

Result<void> Forward::start(const PluginContext& context) {
  if (config_.to.size() > kMostTargets)
    return fail(ErrorCode::too_large, "forward takes at most 15 upstreams, not " + std::to_string(config_.to.size()));
  auto targets = config_.to;
  for (Target& target : targets)
    if (auto* path = std::get_if<std::filesystem::path>(&target.is)) *path = context.resolve(*path);

  pool_ = std::make_shared<Pool>(std::move(targets), Pool::Sources::of_the_system(), context.metrics, context.log);
  auto loaded = pool_->load();
  if (!loaded || context.checking) return loaded;

  clock_ = context.clock;
  random_ = context.random;
  exchange_ = context.exchange;
  in_background_ = context.in_background;
  const auto over = config_.force_tcp ? Exchange::Over::tcp : Exchange::Over::udp;
  const Health::Config health{.over = over, .interval = config_.health_check, .max_fails = config_.max_fails};
  health_ = std::make_shared<Health>(health, *exchange_, *clock_, context.log);
  rejects_ =
      context.metrics->counter("harbinger_forward_max_concurrent_rejects_total", "Queries above max_concurrent.");
  if (pool_->has_hosts()) look_again();
  return {};
}

void Forward::look_again() {
  in_background_([pool = pool_, clock = clock_] { pool->refresh(clock->now()); });
}

// Transfers and the like cannot be handed on as one message.
bool Forward::is_ours(const Query& query) const {
  const auto type = query.type();
  if (type == RRType::AXFR || type == RRType::IXFR || type == RRType::OPT || type == RRType::TSIG) return false;
  return query.name().is_within(config_.from) &&
         std::ranges::none_of(config_.except, [&](const Name& name) { return query.name().is_within(name); });
}

Task<Reply> Forward::forward(const Query& query) {
  const Place place(in_work_, config_.max_concurrent);
  if (!place.granted()) {
    rejects_.add();
    co_return refusal(EdeCode::other, "too many queries wait for upstreams");
  }
  const auto began = clock_->now();
  if (pool_->refresh_due(began)) look_again();
  const auto upstreams = pool_->upstreams();
  if (upstreams->empty()) co_return refusal(EdeCode::not_ready, "no address of an upstream is known yet");
  if (config_.policy == Policy::fastest) health_->survey_if_due(*upstreams, began);

  std::optional<ClientSubnet> subnet;
  if (config_.ecs) subnet = query.subnet(kV4Bits, kV6Bits);
  const Outgoing outgoing(query, subnet);
  const auto turn = config_.policy == Policy::round_robin ? turn_.fetch_add(1, std::memory_order_relaxed) : 0;
  Tries tries(order_of(*upstreams, config_.policy, turn, *random_), config_.retries, config_.timeout, began,
              query.deadline());

  std::optional<Failure> failure;
  Trouble trouble;
  while (const auto index = tries.next(clock_->now())) {
    const auto& upstream = (*upstreams)[*index];
    const auto bytes = co_await ask(*upstream, outgoing.wire(), tries);
    if (!bytes) {
      failure = failure_of(bytes.error().code);
      if (failure != Failure::timeout) tries.settle();
      count_failure(upstream, *failure);
      continue;
    }
    auto reply = read_reply(*bytes, query, subnet);
    if (reply) co_return std::move(*reply);
    tries.settle();
    trouble = reply.error();
    failure = trouble.kind == Trouble::Kind::malformed ? std::optional(Failure::malformed) : std::nullopt;
    if (failure) upstream->metrics.failures[static_cast<std::size_t>(*failure)].add();
  }
  co_return give_up(failure, trouble);
}

// Over UDP, and over TCP what was cut.
Task<Result<std::vector<std::uint8_t>>> Forward::ask(Upstream& upstream, std::span<const std::uint8_t> query,
                                                     const Tries& tries) {
  const auto began = clock_->now();
  const auto deadline = tries.deadline(began, upstream.usual_time());
  upstream.metrics.requests.add();
  const auto over = config_.force_tcp ? Exchange::Over::tcp : Exchange::Over::udp;
  auto reply = co_await exchange_->ask(upstream.address, over, query, deadline);
  if (!reply) co_return reply;

  const Duration took = clock_->now() - began;
  upstream.replied(took);
  if (over == Exchange::Over::udp && is_cut(*reply)) {
    const auto tcp_deadline = std::min(clock_->now() + Duration(config_.timeout), tries.end());
    reply = co_await exchange_->ask(upstream.address, Exchange::Over::tcp, query, tcp_deadline);
    if (!reply) co_return reply;
  }
  upstream.metrics.duration.observe(std::chrono::duration<double>(clock_->now() - began).count());
  upstream.metrics.response(short_rcode(*reply)).add();
  co_return reply;
}

void Forward::count_failure(const std::shared_ptr<Upstream>& upstream, Failure failure) {
  upstream->metrics.failures[static_cast<std::size_t>(failure)].add();
  if (failure != Failure::local) health_->failed(upstream);
}

}  // namespace

PluginSpec spec() {
  using namespace std::chrono_literals;
  using C = Forward::Config;
  return define_plugin<Forward>("forward", "hands queries on to other DNS servers")
      .argument("FROM", &C::from, "this name and all below are forwarded")
      .argument("TO", &C::to, "addresses, host names or files like /etc/resolv.conf; at most 15")
      .option("policy", &C::policy,
              one_of<Policy>({{"random", Policy::random},
                              {"round_robin", Policy::round_robin},
                              {"sequential", Policy::sequential},
                              {"fastest", Policy::fastest}}),
              "which upstream is asked first")
      .option("except", &C::except, "names within FROM that are not forwarded, with all below")
      .option("force_tcp", &C::force_tcp, "ask over TCP only")
      .option("prefer_udp", &C::prefer_udp, "ask over UDP first, as is done anyway")
      .option("max_fails", &C::max_fails, "failures in a row after which an upstream is down, 0 never")
      .option("health_check", &C::health_check, between(10ms, 60s),
              "time before the first probe of an upstream that is down")
      .option("timeout", &C::timeout, between(10ms, 60s), "the longest that one try may take")
      .option("retries", &C::retries, at_most(14), "tries after the first")
      .option("max_concurrent", &C::max_concurrent, "queries in work at the same time, 0 for no limit")
      .option("ecs", &C::ecs, "send the client's subnet along (RFC 7871)");
}

}  // namespace harbinger::forward
