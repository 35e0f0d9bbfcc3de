#include "provision/provider_calls.h"

#include <algorithm>

#include "base/signals.h"

namespace harbinger::provision {

ProviderCalls::ProviderCalls(unsigned threads, std::size_t providers)
    : most_(std::max(1U, threads - std::min(threads, 1U))), one_provider_(providers <= 1), of_provider_(providers) {
  const AllSignalsBlocked blocked;
  for (unsigned i = 0; i < std::max(1U, threads); ++i)
    threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
}

ProviderCalls::~ProviderCalls() {
  hurry_.request_stop();
  for (auto& each : threads_) each.request_stop();
}

void ProviderCalls::call(Kind kind, std::size_t provider, What what) {
  const std::lock_guard guard(lock_);
  waiting_[static_cast<std::size_t>(kind)].push_back({provider, std::move(what)});
  changed_.notify_all();
}

bool ProviderCalls::finish(Duration most) {
  std::unique_lock guard(lock_);
  waiting_[static_cast<std::size_t>(Kind::look)].clear();
  waiting_[static_cast<std::size_t>(Kind::start)].clear();
  hurry_.request_stop();
  const bool done = changed_.wait_for(guard, most, [this] { return idle(); });
  hurry_ = {};
  return done;
}

bool ProviderCalls::may(Kind kind, std::size_t provider) const {
  if (kind != Kind::stop && others_ >= most_) return false;
  return one_provider_ || of_provider_[provider] < most_;
}

// The first that may, of the most urgent kind.
bool ProviderCalls::next(Running& to) {
  for (const auto kind : {Kind::stop, Kind::look, Kind::start}) {
    auto& waiting = waiting_[static_cast<std::size_t>(kind)];
    const auto found = std::ranges::find_if(waiting, [&](const auto& each) { return may(kind, each.provider); });
    if (found == waiting.end()) continue;
    to = {std::move(*found), kind};
    waiting.erase(found);
    return true;
  }
  return false;
}

void ProviderCalls::run(const std::stop_token& stop) {
  std::unique_lock guard(lock_);
  Running running;
  while (changed_.wait(guard, stop, [&] { return next(running); }) && !stop.stop_requested()) {
    ++running_;
    ++of_provider_[running.call.provider];
    if (running.kind != Kind::stop) ++others_;
    const auto hurry = hurry_.get_token();
    guard.unlock();
    running.call.what(hurry);
    running.call.what = {};
    guard.lock();
    --running_;
    --of_provider_[running.call.provider];
    if (running.kind != Kind::stop) --others_;
    changed_.notify_all();
  }
}

}  // namespace harbinger::provision
