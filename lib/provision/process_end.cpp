#include "provision/process_end.h"

#include <signal.h>

#include <algorithm>
#include <thread>

namespace harbinger::provision {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{2};

void ask_to_end(const ProcessIdentity& first, const Clock& clock, MonotonicTime deadline) {
  const auto held = HeldProcess::hold(first);
  if (!held) return;
  const Duration polite = (deadline - clock.now()) * 3 / 4;
  kill(-first.pid, SIGTERM);
  held->wait(clock, clock.now() + polite);
}

}  // namespace

// Who lives in the session of the first is of the family while the first lives. Afterwards the mark tells, because the number may be somebody else's.
std::vector<ProcessStat> members(const Family& family) {
  const bool first_lives = family.first && lives(*family.first);
  auto all = all_processes();
  std::erase_if(all, [&](const ProcessStat& one) {
    if (one.ended() || (family.first && one.start < family.first->start)) return true;
    if (first_lives && one.session == family.first->pid) return false;
    return !has_in_environment(one.pid, family.mark);
  });
  return all;
}

Result<void> end_family(const Family& family, const Clock& clock, MonotonicTime deadline) {
  if (family.first && family.polite) ask_to_end(*family.first, clock, deadline);
  while (true) {
    const auto left = members(family);
    if (left.empty()) break;
    for (const auto& one : left)
      if (const auto held = HeldProcess::hold({.pid = one.pid, .start = one.start})) held->signal(SIGKILL);
    if (clock.now() >= deadline)
      return fail(ErrorCode::timeout, std::to_string(left.size()) + " processes of " + family.mark +
                                          " do not end, although they were killed");
    std::this_thread::sleep_for(kBetweenLooks);
  }
  if (family.first) (void)lives(*family.first);  // waited for, if it is a child of ours
  return {};
}

}  // namespace harbinger::provision
