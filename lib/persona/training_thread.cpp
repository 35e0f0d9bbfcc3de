#include "persona/training_thread.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <unordered_map>
#include <vector>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/calendar.h"

namespace harbinger::persona {

namespace {

using namespace std::chrono_literals;

constexpr auto kPause = 200ms;
constexpr UnixMillis kRecalled = 86'400'000;
constexpr std::size_t kMostRecalled =
    2'000'000;  // acts: the newest have the last word, the journal is bounded by itself
constexpr std::size_t kPortion = 1024;

std::int64_t used_by_thread() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

}  // namespace

TrainingThread::TrainingThread(Trainer& trainer, ActJournal* journal, double most, const Clock& clock)
    : trainer_(trainer), journal_(journal), most_(std::clamp(most, 0.001, 1.0)), clock_(clock), thread_([this] {
        run();
      }) {}

TrainingThread::~TrainingThread() {
  stopped_ = true;
  {
    const std::lock_guard guard(mutex_);
    changed_.notify_all();
  }
  thread_.join();
}

void TrainingThread::run() {
  // Best effort: at the usual priority it is still within its share.
  static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), 10));
  recall();
  while (wait()) {
    write_journal();
    used_ns_ = used_by_thread();
    trainer_.round([this] { return rest(); });
  }
  write_journal();
}

// For the next round.
bool TrainingThread::wait() {
  std::unique_lock lock(mutex_);
  if (!trainer_.due()) {
    ++times_idle_;
    changed_.notify_all();
    changed_.wait_for(lock, kPause, [this] { return stopped_ || woken_; });
    woken_ = false;
  }
  return !stopped_;
}

// Idle once more after this call: then it has seen what was handed over before.
void TrainingThread::catch_up() {
  std::unique_lock lock(mutex_);
  const auto before = times_idle_;
  ++hurried_;
  woken_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return times_idle_ > before || stopped_; });
  --hurried_;
}

// After each piece of work: sleeps for as long as makes the work its share of the time.
bool TrainingThread::rest() {
  const auto used = used_by_thread();
  const auto pause = static_cast<double>(used - used_ns_) * (1 / most_ - 1);
  {
    std::unique_lock lock(mutex_);
    const auto span = std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(pause, 1e10)));
    changed_.wait_for(lock, span, [this] { return stopped_ || hurried_ > 0; });
  }
  write_journal();
  used_ns_ = used_by_thread();
  return !stopped_;
}

void TrainingThread::write_journal() {
  if (journal_) journal_->write(calendar_ms(clock_));
}

void TrainingThread::recall() {
  if (!journal_) return;
  std::unordered_map<ClientKey, UnixMillis> last;
  std::vector<Trainer::Noted> portion;
  std::size_t count = 0;
  std::uint32_t at_s = 0;
  journal_->recall(calendar_ms(clock_) - kRecalled, [&](const BehaviourEvent& act) {
    if (stopped_ || ++count > kMostRecalled || act.client == 0) return;
    auto& before = last[act.client];
    portion.push_back({act.client, encode(act, before)});
    before = act.at;
    at_s = static_cast<std::uint32_t>(act.at / 1000);
    if (portion.size() < kPortion) return;
    trainer_.recall(portion, at_s);
    portion.clear();
  });
  trainer_.recall(portion, at_s);
}

}  // namespace harbinger::persona
