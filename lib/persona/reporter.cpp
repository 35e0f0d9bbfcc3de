#include <harbinger/reporter.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/calendar.h"
#include "persona/report_queue.h"

namespace harbinger {

namespace {

using std::chrono::steady_clock;

}  // namespace

// What answers of the transport may still touch after the reporter is gone.
struct Answers {
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t sent = 0, answered = 0;  // batches
  std::atomic<std::uint64_t> taken{0}, refused{0}, shed{0}, lost{0};

  void take(std::uint64_t batch, std::uint64_t events, const Result<PersonaEngine::Receipt>& receipt) {
    {
      const std::lock_guard lock(mutex);
      if (batch <= answered) return;  // too late: it counts as lost already
      answered = batch;
      if (receipt) {
        taken += receipt->taken;
        refused += receipt->rejected;
        shed += receipt->shed;
      } else {
        lost += events;
      }
    }
    changed.notify_all();
  }
};

struct Reporter::Impl {
  Impl(Transport to, const Settings& with) : transport(std::move(to)), settings(with), queue(with.queue) {
    thread = std::thread([this] { run(); });
  }

  void run() {
    std::unique_lock lock(answers->mutex);
    while (!stopped) {
      // Woken when a batch is full, or somebody flushes; a wake-up that is missed costs one `every`.
      answers->changed.wait_for(lock, settings.every, [this] { return stopped || wanted(); });
      lock.unlock();
      while (!stopped && send()) {
      }
      lock.lock();
    }
  }

  bool wanted() const { return flush_up_to > done_up_to || queue.pushed() - queue.popped() >= settings.batch; }

  // One batch, answered or given up; false when there was none.
  bool send() {
    std::size_t count = 0;
    events.resize(settings.batch);
    texts.resize(settings.batch);
    const auto keep = [&](const BehaviourEvent& event) {
      texts[count] = event.resource;
      events[count] = event;
      events[count].resource = texts[count];
    };
    while (count < settings.batch && queue.pop(keep)) ++count;
    if (count == 0) return false;
    sent.fetch_add(count, std::memory_order_relaxed);
    const auto batch = ++answers->sent;
    transport({events.data(), count}, [answers = answers, batch, count](const Result<PersonaEngine::Receipt>& receipt) {
      answers->take(batch, count, receipt);
    });
    wait_for(batch, count);
    {
      const std::lock_guard lock(answers->mutex);
      done_up_to = queue.popped();
    }
    answers->changed.notify_all();
    return true;
  }

  void wait_for(std::uint64_t batch, std::size_t count) {
    {
      std::unique_lock lock(answers->mutex);
      const auto until = steady_clock::now() + settings.patience;
      if (answers->changed.wait_until(lock, until, [&] { return answers->answered >= batch || stopped; })) return;
    }
    answers->take(batch, count, fail(ErrorCode::timeout, "no answer"));
  }

  const Transport transport;
  const Settings settings;
  persona::ReportQueue queue;
  const std::shared_ptr<Answers> answers = std::make_shared<Answers>();
  std::atomic<std::uint64_t> told{0}, rejected{0}, overflowed{0}, sent{0};
  std::atomic<bool> stopped{false};
  // Under the mutex of `answers`.
  std::uint64_t flush_up_to = 0, done_up_to = 0;
  // The thread's own.
  std::vector<BehaviourEvent> events;
  std::vector<std::string> texts;
  std::thread thread;
};

Reporter::Reporter(Transport transport, Settings settings)
    : impl_(std::make_unique<Impl>(std::move(transport), settings)) {}

Reporter::~Reporter() {
  flush(impl_->settings.goodbye);
  {
    const std::lock_guard lock(impl_->answers->mutex);
    impl_->stopped = true;
  }
  impl_->answers->changed.notify_all();
  impl_->thread.join();
}

bool Reporter::report(BehaviourEvent event) noexcept {
  const auto now = calendar_ms(system_clock());
  if (event.at == 0) event.at = now;
  impl_->told.fetch_add(1, std::memory_order_relaxed);
  if (fault_of(event, now) != EventFault::none) {
    impl_->rejected.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  const auto place = impl_->queue.push(event);
  if (!place) {
    impl_->overflowed.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  if ((*place + 1) % impl_->settings.batch == 0) impl_->answers->changed.notify_all();
  return true;
}

bool Reporter::flush(std::chrono::milliseconds limit) {
  std::unique_lock lock(impl_->answers->mutex);
  const auto up_to = impl_->queue.pushed();
  impl_->flush_up_to = std::max(impl_->flush_up_to, up_to);
  impl_->answers->changed.notify_all();
  return impl_->answers->changed.wait_for(lock, limit, [&] { return impl_->done_up_to >= up_to; });
}

Reporter::Counts Reporter::counts() const noexcept {
  const auto& answers = *impl_->answers;
  return {.told = impl_->told,
          .rejected = impl_->rejected,
          .overflowed = impl_->overflowed,
          .sent = impl_->sent,
          .taken = answers.taken,
          .refused = answers.refused,
          .shed = answers.shed,
          .lost = answers.lost};
}

Reporter::Transport report_to(PersonaEngine& engine) {
  return [&engine](std::span<const BehaviourEvent> events, PersonaEngine::Reported done) {
    engine.report(events, std::move(done));
  };
}

}  // namespace harbinger
