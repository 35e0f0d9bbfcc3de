#include "plugins/forward/health.h"

#include <algorithm>

#include <harbinger/loop.h>
#include <harbinger/message.h>

namespace harbinger::forward {

void Health::failed(const std::shared_ptr<Upstream>& upstream) {
  if (!upstream->failed(config_.max_fails)) return;
  log_.warning("down", upstream->address.to_string() + " is down");
  if (upstream->begin_probing()) probe_later(upstream, config_.interval);
}

// A timer owns what it needs; no coroutine waits in between, so a loop may end at any time.
void Health::probe_later(std::shared_ptr<Upstream> upstream, Duration interval) {
  Loop* const loop = Loop::current();
  if (!loop) return upstream->probed();
  loop->after(interval, [self = shared_from_this(), upstream = std::move(upstream), interval] {
    if (self->stopped_.load(std::memory_order_relaxed)) return;
    start(probe_until_up(self, upstream, interval));
  });
}

Task<void> Health::probe_until_up(std::shared_ptr<Health> self, std::shared_ptr<Upstream> upstream, Duration interval) {
  const bool replied = co_await self->probe(*upstream);
  if (!replied) {
    self->probe_later(upstream, std::min(2 * interval, kLongestInterval));
    co_return;
  }
  upstream->probed();
  self->log_.info("up", upstream->address.to_string() + " is up again");
}

void Health::survey_if_due(const Upstreams& upstreams, MonotonicTime now) {
  auto due = next_survey_.load(std::memory_order_relaxed);
  if (now.ns < due || upstreams.size() < 2) return;
  if (!next_survey_.compare_exchange_strong(due, (now + kSurveyInterval).ns, std::memory_order_relaxed)) return;
  for (const auto& upstream : upstreams)
    if (upstream->is_up() && upstream->begin_probing()) start(measure(shared_from_this(), upstream));
}

Task<void> Health::measure(std::shared_ptr<Health> self, std::shared_ptr<Upstream> upstream) {
  const bool replied = co_await self->probe(*upstream);
  upstream->probed();
  if (!replied) self->failed(upstream);
}

// Any reply shows that it works; what it says is of no interest.
Task<bool> Health::probe(Upstream& upstream) {
  const auto query = make_query(0, Question{.name = Name(), .type = RRType::NS});
  const auto began = clock_.now();
  const auto deadline = began + kProbeTimeout;
  const auto reply = co_await exchange_.ask(upstream.address, config_.over, query, deadline);
  if (reply) {
    upstream.replied(clock_.now() - began);
  } else {
    upstream.metrics.probe_failures.add();
  }
  co_return reply.has_value();
}

}  // namespace harbinger::forward
