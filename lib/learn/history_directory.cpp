#include "learn/history_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <string_view>

namespace harbinger::learn {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kEnding = ".accesses";
constexpr std::string_view kOwnerFile = "owner";

// Best effort: the lock is on the directory; this only lets a refusal say who has it.
void note_owner(const fs::path& directory) {
  const File file(open((directory / kOwnerFile).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  const auto pid = std::to_string(getpid()) + "\n";
  if (file) write_all(file.number(), pid.data(), pid.size());
}

std::string owner(const fs::path& directory) {
  std::string pid;
  std::ifstream(directory / kOwnerFile) >> pid;
  return pid.empty() ? "another process" : "process " + pid;
}

}  // namespace

Result<HistoryDirectory> HistoryDirectory::take(fs::path path) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return file_trouble("make directory", path);
  File held(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!held) return file_trouble("open directory", path);
  if (flock(held.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return file_trouble("lock directory", path);
    return fail(ErrorCode::conflict, "the access history in " + path.string() + " is in use by " + owner(path));
  }
  note_owner(path);
  return HistoryDirectory(std::move(path), std::move(held));
}

fs::path HistoryDirectory::segment(std::uint64_t number) const {
  char name[32];
  std::snprintf(name, sizeof name, "%012llu", static_cast<unsigned long long>(number));
  return path_ / (name + std::string(kEnding));
}

std::vector<std::uint64_t> HistoryDirectory::segments() const {
  std::vector<std::uint64_t> numbers;
  std::error_code error;
  for (fs::directory_iterator entry(path_, error), end; !error && entry != end; entry.increment(error)) {
    const auto name = entry->path().filename().string();
    std::uint64_t number = 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    // Only names exactly as we write them; whatever else lies here is not ours.
    if (number > 0 && entry->path() == segment(number)) numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

bool HistoryDirectory::still_there() const {
  struct stat ours{}, present{};
  return fstat(held_.number(), &ours) == 0 && stat(path_.c_str(), &present) == 0 && ours.st_dev == present.st_dev &&
         ours.st_ino == present.st_ino;
}

File HistoryDirectory::reopen() const { return File(openat(held_.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

}  // namespace harbinger::learn
