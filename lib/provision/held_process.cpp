#include "provision/held_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "provision/process_stat.h"

namespace harbinger::provision {
namespace {

// glibc has wrappers from 2.36 on.
int open_process(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }
int signal_process(int descriptor, int number) {
  return static_cast<int>(syscall(SYS_pidfd_send_signal, descriptor, number, nullptr, 0));
}

bool comes_to_end(const Descriptor& process, const Clock& clock, MonotonicTime deadline) {
  while (true) {
    pollfd ended{.fd = process.number(), .events = POLLIN, .revents = 0};
    const int ready = poll(&ended, 1, poll_time(clock, deadline));
    if (ready > 0) return true;
    if (ready == 0 && clock.now() >= deadline) return false;
  }
}

}  // namespace

bool lives(const ProcessIdentity& process) {
  const auto stat = read_process(process.pid);
  if (!stat || stat->start != process.start) return false;
  if (!stat->ended()) return true;
  if (stat->parent == getpid()) waitpid(process.pid, nullptr, WNOHANG);
  return false;
}

std::optional<HeldProcess> HeldProcess::hold(const ProcessIdentity& process) {
  if (process.pid <= 0) return std::nullopt;
  Descriptor descriptor(open_process(process.pid));
  if (!descriptor || !lives(process)) return std::nullopt;
  return HeldProcess(process, std::move(descriptor));
}

bool HeldProcess::signal(int number) const { return signal_process(descriptor_.number(), number) == 0; }

bool HeldProcess::wait(const Clock& clock, MonotonicTime deadline) const {
  return comes_to_end(descriptor_, clock, deadline) && !lives(process_);
}

bool wait_for_child(pid_t pid, const Clock& clock, MonotonicTime deadline) {
  const Descriptor process(open_process(pid));
  return process && comes_to_end(process, clock, deadline);
}

int poll_time(const Clock& clock, MonotonicTime deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock.now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

}  // namespace harbinger::provision
