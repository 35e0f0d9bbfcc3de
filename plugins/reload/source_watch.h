// Notices that one of some files has other content than before.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace harbinger::reload {

/// A file that cannot be read counts as a content of its own, and so does an unfinished one: a change is told when two looks in a row agree.
class SourceWatch {
 public:
  explicit SourceWatch(std::vector<std::filesystem::path> files);

  /// True once for each change, at the second look that sees it.
  bool changed();
  /// The last look saw something new: look again soon.
  bool settling() const { return last_seen_ != known_; }

 private:
  std::uint64_t look() const;

  const std::vector<std::filesystem::path> files_;
  std::uint64_t known_, last_seen_;
};

}  // namespace harbinger::reload
