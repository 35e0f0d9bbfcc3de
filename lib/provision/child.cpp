#include "provision/child.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "provision/process_stat.h"

namespace harbinger::provision {
namespace {

constexpr std::uint64_t kMegabyte = 1024UL * 1024;

/// All that a child needs between fork and exec, where nothing may be allocated.
struct Ready {
  std::vector<char*> words, environment;
  const char* folder = nullptr;
  int output = -1, keep = -1, note = -1, failure = -1;
  pid_t parent = 0;
  bool dies_with_us = false;
  bool limited = false, placed = false;
  rlimit memory{};
  cpu_set_t processors{};
  int nice = 0;
};

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> result;
  for (const auto& word : words) result.push_back(const_cast<char*>(word.c_str()));
  result.push_back(nullptr);
  return result;
}

bool choose_processors(double cpus, std::uint64_t first, cpu_set_t& chosen) {
  cpu_set_t ours;
  if (cpus <= 0 || sched_getaffinity(0, sizeof(ours), &ours) != 0) return false;
  const auto have = static_cast<std::uint64_t>(CPU_COUNT(&ours));
  const auto want = static_cast<std::uint64_t>(std::ceil(cpus));
  if (want >= have) return false;
  CPU_ZERO(&chosen);
  std::uint64_t number = 0;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &ours)) continue;
    if ((number + have - first % have) % have < want) CPU_SET(cpu, &chosen);
    ++number;
  }
  return true;
}

char* put(char* to, std::uint64_t number) {
  std::array<char, 20> digits;
  std::size_t count = 0;
  do digits[count++] = static_cast<char>('0' + number % 10);
  while ((number /= 10) > 0);
  while (count > 0) *to++ = digits[--count];
  return to;
}

// Field 22 of /proc/self/stat, with system calls only; the name before it may hold blanks and parentheses.
std::uint64_t own_start() {
  std::array<char, 1024> text;
  const int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  const ssize_t got = read(file, text.data(), text.size());
  ::close(file);
  ssize_t at = got - 1;
  while (at > 0 && text[static_cast<std::size_t>(at)] != ')') --at;
  int blanks = 0;
  for (; at >= 0 && at < got && blanks < 20; ++at) blanks += text[static_cast<std::size_t>(at)] == ' ';
  std::uint64_t start = 0;
  for (; at >= 0 && at < got && text[static_cast<std::size_t>(at)] != ' '; ++at)
    start = start * 10 + static_cast<std::uint64_t>(text[static_cast<std::size_t>(at)] - '0');
  return start;
}

bool write_note(int file) {
  std::array<char, 48> text;
  char* end = put(text.data(), static_cast<std::uint64_t>(getpid()));
  *end++ = ' ';
  end = put(end, own_start());
  *end++ = '\n';
  const auto size = end - text.data();
  return write(file, text.data(), static_cast<std::size_t>(size)) == size;
}

void forget_signals() {
  struct sigaction usual{};
  usual.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) sigaction(number, &usual, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// After fork, in a process that had many threads: system calls only.
[[noreturn]] void become(const Ready& ready) {
  forget_signals();
  // Until its note is written, nobody would find it if we were killed now.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != ready.parent) _exit(127);
  setsid();
  const int nothing = open("/dev/null", O_RDWR);
  const int output = ready.output >= 0 ? ready.output : nothing;
  const bool wired = dup2(nothing, 0) == 0 && dup2(output, 1) == 1 && dup2(output, 2) == 2;
  syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
  if (ready.keep >= 0) fcntl(ready.keep, F_SETFD, 0);
  if (ready.placed) sched_setaffinity(0, sizeof(ready.processors), &ready.processors);
  if (ready.nice != 0) setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + ready.nice);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const bool limited = !ready.limited || setrlimit(RLIMIT_DATA, &ready.memory) == 0;
  umask(077);
  const bool noted = ready.note < 0 || write_note(ready.note);
  if (!ready.dies_with_us) prctl(PR_SET_PDEATHSIG, 0);
  if (wired && limited && noted && chdir(ready.folder) == 0)
    execve(ready.words[0], ready.words.data(), ready.environment.data());
  const int reason = errno;
  (void)!write(ready.failure, &reason, sizeof(reason));
  _exit(127);
}

Ready prepare(const Child& child, int failure) {
  Ready ready;
  ready.words = pointers(child.words);
  ready.environment = pointers(child.environment);
  ready.folder = child.folder.c_str();
  ready.output = child.output;
  ready.keep = child.keep;
  ready.parent = getpid();
  ready.dies_with_us = child.dies_with_us;
  ready.note = child.note;
  ready.failure = failure;
  ready.limited = child.size.memory_mb > 0;
  const auto most = std::max(child.size.memory_mb, child.most_memory_mb);
  ready.memory = {.rlim_cur = child.size.memory_mb * kMegabyte, .rlim_max = most * kMegabyte};
  ready.placed = choose_processors(child.size.cpus, child.first_processor, ready.processors);
  ready.nice = child.nice;
  return ready;
}

std::unexpected<Error> cannot_start(const Child& child, int reason) {
  const auto code = reason == ENOENT                       ? ErrorCode::not_found
                    : reason == EAGAIN || reason == ENOMEM ? ErrorCode::too_large
                                                           : ErrorCode::denied;
  return fail(code,
              "cannot start " + child.words.at(0) + " in " + child.folder.string() + ": " + std::strerror(reason));
}

}  // namespace

Result<ProcessIdentity> start_child(const Child& child) {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return cannot_start(child, errno);
  Descriptor heard(ends[0]), told(ends[1]);
  const Ready ready = prepare(child, told.number());
  // fork and not posix_spawn: the child itself notes who it is, so that there is no moment in which it runs and nobody would find it.
  const pid_t pid = fork();
  if (pid < 0) return cannot_start(child, errno);
  if (pid == 0) become(ready);
  told.close();
  int reason = 0;
  const ssize_t got = read(heard.number(), &reason, sizeof(reason));  // closed by exec
  if (got == sizeof(reason)) {
    waitpid(pid, nullptr, 0);
    return cannot_start(child, reason);
  }
  const auto stat = read_process(pid);  // ours, so its number is not used again before we wait for it
  return ProcessIdentity{.pid = pid, .start = stat ? stat->start : 0};
}

bool limit_process(pid_t pid, const Size& size, std::uint64_t first_processor) {
  rlimit memory{};
  if (prlimit(pid, RLIMIT_DATA, nullptr, &memory) != 0) return false;
  memory.rlim_cur = std::min<rlim_t>(size.memory_mb * kMegabyte, memory.rlim_max);
  if (prlimit(pid, RLIMIT_DATA, &memory, nullptr) != 0) return false;
  cpu_set_t processors;
  if (!choose_processors(size.cpus, first_processor, processors) &&
      sched_getaffinity(0, sizeof(processors), &processors) != 0)
    return false;
  bool placed = true;
  for (const pid_t thread : threads_of(pid))
    placed = sched_setaffinity(thread, sizeof(processors), &processors) == 0 && placed;
  return placed;
}

}  // namespace harbinger::provision
