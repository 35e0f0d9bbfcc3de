#include "server/wishes.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace harbinger::server {

namespace {

constexpr std::array kSignals{SIGHUP, SIGUSR1, SIGINT, SIGTERM, SIGQUIT};

std::atomic<Wishes*> wishes_of_signals{nullptr};
std::atomic<bool> told_to_stop{false};
std::array<struct sigaction, kSignals.size() + 1> before;

void on_signal(int number) {
  const int saved = errno;
  auto* wishes = wishes_of_signals.load();
  if (!wishes) return;
  if (number == SIGHUP || number == SIGUSR1) {
    wishes->add(Wishes::kReload);
  } else if (number != SIGQUIT && !told_to_stop.exchange(true)) {
    wishes->add(Wishes::kStop);
  } else {
    wishes->add(Wishes::kStopNow);
    std::signal(number, SIG_DFL);  // should even that hang, the next one ends us
  }
  errno = saved;
}

void handle(int number, void (*handler)(int), struct sigaction& old) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(number, &action, &old);
}

}  // namespace

Wishes::Wishes() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void Wishes::add(unsigned wishes) noexcept {
  wishes_.fetch_or(wishes);
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
}

unsigned Wishes::take(std::optional<std::chrono::milliseconds> limit) {
  const auto end = std::chrono::steady_clock::now() + limit.value_or(std::chrono::milliseconds(0));
  for (;;) {
    std::uint64_t count;
    [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof count);
    if (const auto wishes = wishes_.exchange(0)) return wishes;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (limit && left <= 0) return 0;
    pollfd wake{wake_.get(), POLLIN, 0};
    ::poll(&wake, 1, limit ? static_cast<int>(left) : -1);
  }
}

SignalHandlers::SignalHandlers(Wishes& wishes) {
  told_to_stop = false;
  wishes_of_signals = &wishes;
  for (std::size_t i = 0; i < kSignals.size(); ++i) handle(kSignals[i], on_signal, before[i]);
  handle(SIGPIPE, SIG_IGN, before.back());
}

SignalHandlers::~SignalHandlers() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before[i], nullptr);
  ::sigaction(SIGPIPE, &before.back(), nullptr);
  wishes_of_signals = nullptr;
}

}  // namespace harbinger::server
