// The engine's thread: a turn at a time, a piece of everything in each.
#include <chrono>

#include "persona/engine_impl.h"

namespace harbinger::persona {

namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 5ms;  // with other engines: who asks does not wait longer for what they know
constexpr auto kPause = 100ms,
               kShortPause = 1ms;  // the short one while something takes long, or is held up by the disk

}  // namespace

void Engine::publish_state() {
  State state;
  const auto& counts = core_.counts();
  state.clients = core_.clients();
  state.bytes = core_.bytes();
  state.events = counts.events;
  state.invalidations = counts.invalidations;
  if (trainer_) {
    const auto trained = trainer_->state();
    state.models_published = trained.published;
    state.models_refused = trained.refused;
    state.held_out_loss = trained.held_out_loss;
    state.untrained_loss = trained.untrained_loss;
  }
  if (counts.network_faults > 0) state.trouble = "the network gave answers that are no numbers";
  if (!core_.detail().trouble.empty()) state.trouble = core_.detail().trouble;
  {
    const std::lock_guard guard(state_mutex_);
    state_ = state;
    detail_ = core_.detail();
  }
  state.shed = queue_.shed();
  metrics_.update(counts, state);
}

void Engine::run() {
  while (!stopping_) {
    const bool more = turn();
    if (queue_.empty()) mailbox_->wait(more ? kShortPause : kPause);
  }
  end();
}

// Everybody gets a piece of the time: asks first, then one block of acts, then one portion of what takes long.
bool Engine::turn() {
  const bool mail = run_mail();
  answer_asks();
  const bool acts = deal_with_acts();
  const bool awaited = core_.answer_late(kPatience);
  core_.duties(false);
  const bool more = core_.go_on();
  core_.tell();
  call_finished();
  if (mail || acts || more) publish_state();
  meet_those_who_wait();
  return more || awaited;
}

bool Engine::run_mail() {
  mailbox_->take(mail_);
  for (const auto& work : mail_) work();
  const bool some = !mail_.empty();
  mail_.clear();
  return some;
}

void Engine::answer_asks() {
  for (;;) {
    std::shared_ptr<Asks> asks;
    {
      const std::lock_guard guard(asks_mutex_);
      if (asks_.empty()) return;
      asks = std::move(asks_.front());
      asks_.pop_front();
      asks_waiting_ -= asks->asks.size();
    }
    core_.take(std::move(asks));
  }
}

bool Engine::deal_with_acts() {
  const bool pressed = queue_.pressed();
  auto block = queue_.take();
  if (!block) return false;
  core_.deal_with(*block, pressed, [this] {
    answer_asks();
    core_.answer_late(kPatience);
  });
  queue_.settle(std::move(block));
  return true;
}

void Engine::call_finished() {
  queue_.take_finished(finished_);
  for (const auto& each : finished_)
    if (each.done) each.done(each.receipt);
  finished_.clear();
}

void Engine::meet_those_who_wait() {
  if (waiting_.empty() || !mailbox_->empty()) return;
  std::erase_if(waiting_, [this](const auto& each) {
    if (queue_.settled_up_to() < each->acts) return false;
    core_.duties(true);
    while (core_.go_on() && !core_.saving()) {
    }
    core_.tell();
    publish_state();
    each->met.set_value();
    return true;
  });
}

// Everything that was handed over is dealt with, everybody hears, and the last state is kept.
void Engine::end() {
  while (deal_with_acts()) call_finished();
  run_mail();
  answer_asks();
  core_.answer_late({});
  core_.tell();
  core_.end_sharing();
  bool saved = !settings_.state;
  if (!saved) core_.save([&](const Result<void>&) { saved = true; });
  while (!saved)
    if (core_.go_on(); !saved) std::this_thread::sleep_for(kShortPause / 4);
  mailbox_->close();
  run_mail();
  answer_asks();
  call_finished();
  for (const auto& each : std::exchange(waiting_, {})) each->met.set_value();
}

}  // namespace harbinger::persona
