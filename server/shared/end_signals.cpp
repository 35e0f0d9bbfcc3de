#include "server/shared/end_signals.h"

#include <csignal>

namespace harbinger::server {

namespace {

sigset_t ends() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

void keep_end_signals() {
  const auto set = ends();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void wait_for_end() {
  auto set = ends();
  int number = 0;
  sigwait(&set, &number);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace harbinger::server
