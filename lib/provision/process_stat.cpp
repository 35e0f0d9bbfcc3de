#include "provision/process_stat.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_set>

#include "provision/descriptor.h"

namespace harbinger::provision {
namespace {

constexpr std::size_t kMostEnvironment = 64UL * 1024;

// Files of /proc have no size, and say all in few reads.
std::string read_small(const std::string& path, std::size_t most) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  if (!file) return text;
  std::array<char, 4096> buffer;
  while (text.size() < most) {
    const ssize_t got = read(file.number(), buffer.data(), buffer.size());
    if (got <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

std::string of_process(pid_t pid, const char* file) { return "/proc/" + std::to_string(pid) + "/" + file; }

// Entries of a folder that are numbers: processes, threads.
std::vector<pid_t> numbers_in(const std::string& path) {
  std::vector<pid_t> numbers;
  DIR* folder = opendir(path.c_str());
  if (!folder) return numbers;
  while (const dirent* entry = readdir(folder)) {
    const std::string_view name = entry->d_name;
    pid_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && end == name.data() + name.size()) numbers.push_back(number);
  }
  closedir(folder);
  return numbers;
}

/// Reads numbers with blanks between them.
class Numbers {
 public:
  explicit Numbers(std::string_view text) : text_(text) {}

  template <class T>
  bool next(T& number) {
    const auto from = text_.find_first_not_of(' ');
    if (from == std::string_view::npos) return false;
    text_.remove_prefix(from);
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
    if (error != std::errc()) return false;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return true;
  }
  bool skip(int count) {
    for (std::int64_t ignored = 0; count > 0; --count)
      if (!next(ignored)) return false;
    return true;
  }

 private:
  std::string_view text_;
};

}  // namespace

// proc(5): "pid (name) state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime cutime cstime priority nice threads
// itrealvalue starttime vsize rss ...". The name may hold anything, so what counts begins behind its last parenthesis.
std::optional<ProcessStat> parse_process_stat(std::string_view text) {
  ProcessStat stat;
  const auto name_end = text.rfind(')');
  if (name_end == std::string_view::npos || name_end + 3 >= text.size()) return std::nullopt;
  if (!Numbers(text).next(stat.pid)) return std::nullopt;
  stat.state = text[name_end + 2];

  Numbers rest(text.substr(name_end + 3));
  std::array<std::uint64_t, 4> times{};
  std::int64_t pages = 0;
  bool good = rest.next(stat.parent) && rest.skip(1) && rest.next(stat.session) && rest.skip(7);
  for (auto& time : times) good = good && rest.next(time);
  good = good && rest.skip(4) && rest.next(stat.start) && rest.skip(1) && rest.next(pages);
  if (!good) return std::nullopt;
  for (const auto time : times) stat.ticks += time;
  stat.memory =
      static_cast<std::uint64_t>(std::max<std::int64_t>(pages, 0)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  return stat;
}

std::optional<ProcessStat> read_process(pid_t pid) {
  if (pid <= 0) return std::nullopt;
  return parse_process_stat(read_small(of_process(pid, "stat"), 4096));
}

std::vector<ProcessStat> all_processes() {
  std::vector<ProcessStat> all;
  for (const pid_t pid : numbers_in("/proc"))
    if (const auto stat = read_process(pid)) all.push_back(*stat);
  return all;
}

std::vector<pid_t> threads_of(pid_t pid) { return numbers_in(of_process(pid, "task")); }

std::vector<ProcessStat> with_descendants(pid_t pid, const std::vector<ProcessStat>& all) {
  std::vector<ProcessStat> found;
  std::unordered_set<pid_t> members{pid};
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& one : all)
      if (members.contains(one.parent)) grown = members.insert(one.pid).second || grown;
  }
  for (const auto& one : all)
    if (members.contains(one.pid)) found.push_back(one);
  return found;
}

bool has_in_environment(pid_t pid, std::string_view name_and_value) {
  std::string wanted;
  wanted.append(1, '\0').append(name_and_value).append(1, '\0');
  const auto text = std::string(1, '\0') + read_small(of_process(pid, "environ"), kMostEnvironment);
  return text.find(wanted) != std::string::npos;
}

bool handles_sigterm(pid_t pid) {
  const auto text = read_small(of_process(pid, "status"), 8192);
  const std::string_view word = "SigCgt:\t";
  const auto at = text.find(word);
  if (at == std::string::npos) return false;
  std::uint64_t caught = 0;
  const char* from = text.data() + at + word.size();
  std::from_chars(from, text.data() + text.size(), caught, 16);
  return (caught & (1UL << (SIGTERM - 1))) != 0;
}

const std::string& boot_id() {
  static const std::string id = [] {
    auto text = read_small("/proc/sys/kernel/random/boot_id", 64);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text.empty() ? "unknown" : text;
  }();
  return id;
}

}  // namespace harbinger::provision
