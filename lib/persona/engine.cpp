// The engine as others see it: what they hand over goes to its thread, and answers come from there.
#include "persona/engine.h"

#include "persona/engine_impl.h"

namespace harbinger::persona {

namespace {

constexpr std::size_t kMostAsks = 1 << 16;  // that wait for the engine's thread

}  // namespace

void Engine::assign(std::span<const PersonaAsk> asks, Assigned done) {
  const auto held = std::make_shared<Asks>(asks, std::move(done));
  if (keep(held)) return mailbox_->wake();
  asks_refused_ += asks.size();
  if (held->done) held->done(fail(ErrorCode::timeout, "too many asks wait for the persona engine"));
}

bool Engine::keep(const std::shared_ptr<Asks>& asks) {
  const std::lock_guard guard(asks_mutex_);
  const auto count = asks->asks.size();
  if (asks_.size() >= kMostAsks || (asks_waiting_ + count > kMostAsks && !asks_.empty())) return false;
  asks_waiting_ += count;
  asks_.push_back(asks);
  return true;
}

void Engine::report(std::span<const BehaviourEvent> events, Reported done) {
  const auto now = core_.now();
  thread_local std::vector<BehaviourEvent> good;
  good.clear();
  std::array<std::uint64_t, static_cast<std::size_t>(EventFault::limit)> faults{};
  for (const auto& event : events) {
    const auto fault = fault_of(event, now);
    if (fault == EventFault::none)
      good.push_back(event);
    else
      ++faults[static_cast<std::size_t>(fault)];
  }
  const auto rejected = events.size() - good.size();
  for (std::size_t i = 1; rejected > 0 && i < faults.size(); ++i)
    if (faults[i] > 0) metrics_.reject(static_cast<EventFault>(i), faults[i]);
  rejected_ += rejected;
  if (queue_.put(good, rejected, done)) return mailbox_->wake();
  if (done) done(fail(ErrorCode::timeout, "too many reports wait for the persona engine"));
}

void Engine::explain(ClientKey client, Explained done) {
  const bool posted = mailbox_->post([this, client, done] { done(core_.explain(client)); });
  if (!posted) done(fail(ErrorCode::timeout, "too much waits for the persona engine"));
}

// Work on the thread, waited for. From a callback it is on the thread already.
void Engine::there(const std::function<void()>& work) const {
  if (std::this_thread::get_id() == thread_.get_id()) return work();
  std::promise<void> done;
  const bool posted = mailbox_->post(
      [&] {
        work();
        done.set_value();
      },
      true);
  if (posted) done.get_future().wait();
}

Result<void> Engine::change(const std::function<Result<void>(Clusters&)>& work) {
  Result<void> result = fail(ErrorCode::unreachable, "the persona engine ends");
  there([&] { result = core_.change(work); });
  return result;
}

void Engine::drain() {
  auto waiting = std::make_shared<Waiting>(queue_.put_so_far());
  auto met = waiting->met.get_future();
  there([&] { waiting_.push_back(waiting); });
  met.wait();
}

void Engine::catch_up() {
  drain();
  if (!training_) return;
  training_->catch_up();
  drain();
}

Result<void> Engine::save() {
  if (!settings_.state) return fail(ErrorCode::unsupported, "the persona engine has no folder to keep its state in");
  std::promise<Result<void>> done;
  there([&] { core_.save([&](const Result<void>& result) { done.set_value(result); }); });
  return done.get_future().get();
}

EngineDetail Engine::detail() const {
  const std::lock_guard guard(state_mutex_);
  auto detail = detail_;
  detail.waiting = queue_.waiting();
  detail.asks_refused = asks_refused_;
  return detail;
}

}  // namespace harbinger::persona
