#include "provision/control_groups.h"

#include <signal.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>
#include <vector>

namespace harbinger::provision {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kBetweenTries{2};

// A group has the files of its limits only where the controller is there to keep them. One that is there already is of somebody who was killed here.
bool can_limit(const fs::path& parent, const std::string& name, const char* file) {
  std::error_code error;
  const auto group = parent / name;
  if (!fs::exists(parent, error)) return false;
  fs::create_directory(group, error);
  if (error) return false;
  const bool has = fs::exists(group / file, error);
  fs::remove(group, error);
  return has;
}

// Removes those of this name that nobody is in, and tells the others.
std::vector<fs::path> remaining_groups(const std::string& name) {
  const fs::path root = "/sys/fs/cgroup";
  std::vector<fs::path> left;
  std::error_code error;
  const auto try_to_remove = [&](const fs::path& group) {
    std::error_code none;
    fs::remove(group, none);
    if (fs::exists(group, none)) left.push_back(group);
  };
  try_to_remove(root / name);
  for (const auto& tree : fs::directory_iterator(root, error))
    if (tree.is_directory(error)) try_to_remove(tree.path() / name);
  return left;
}

void kill_all_in(const fs::path& group) {
  std::ifstream in(group / "cgroup.procs");
  for (pid_t process = 0; in >> process;)
    if (process > 0) kill(process, SIGKILL);
}

}  // namespace

ControlGroups probe_control_groups(const std::string& name) {
  const fs::path root = "/sys/fs/cgroup";
  std::error_code error;
  if (!fs::exists(root / "cgroup.controllers", error))  // version 1: a tree for each
    return {.memory = can_limit(root / "memory", name, "memory.limit_in_bytes"),
            .cpu = can_limit(root / "cpu", name, "cpu.cfs_quota_us"),
            .pids = can_limit(root / "pids", name, "pids.max")};
  std::ifstream in(root / "cgroup.controllers");
  std::string words(std::istreambuf_iterator<char>(in), {});
  words = " " + words;
  const auto has = [&](const char* word) {
    return words.find(word) != std::string::npos && can_limit(root, name, "cgroup.procs");
  };
  return {.memory = has(" memory"), .cpu = has(" cpu "), .pids = has(" pids")};
}

Result<void> remove_control_groups(const std::string& name, const Clock& clock, MonotonicTime deadline) {
  while (true) {
    const auto left = remaining_groups(name);
    if (left.empty()) return {};
    if (clock.now() >= deadline)
      return fail(ErrorCode::timeout, "the control group " + left.front().string() + " cannot be removed");
    for (const auto& group : left) kill_all_in(group);
    std::this_thread::sleep_for(kBetweenTries);
  }
}

}  // namespace harbinger::provision
