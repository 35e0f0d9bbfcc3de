// A disk of a test's own that is soon full.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace harbinger::test {

enum class OnDisk { well, badly, no_disk };

/// Runs `story` in a child process that has a small file system at `folder`. `no_disk` where the user may not mount one. What the story writes to stderr
/// is for people; it returns whether all was well.
inline OnDisk on_small_disk(const std::filesystem::path& folder, const std::string& size,
                            const std::function<bool()>& story) {
  constexpr int kNoDisk = 77;
  std::filesystem::create_directories(folder);
  const pid_t child = fork();
  if (child == 0) {
    const bool mounted = unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         mount("none", folder.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
    if (!mounted) _exit(kNoDisk);
    _exit(story() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoDisk) return OnDisk::no_disk;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? OnDisk::well : OnDisk::badly;
}

/// Until nothing more fits.
inline void fill_disk(const std::filesystem::path& folder) {
  std::ofstream ballast(folder / "ballast");
  const std::string some(512, 'x');
  while (ballast << some << std::flush) {
  }
}
inline void make_room(const std::filesystem::path& folder) { std::filesystem::remove(folder / "ballast"); }

}  // namespace harbinger::test
