// The directory of an access history: held by one process at a time, its segments known by their names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <harbinger/result.h>

#include "learn/file.h"

namespace harbinger::learn {

class HistoryDirectory {
 public:
  /// Makes the directory when it is missing, and takes it until this object goes. `conflict` names the process that has it.
  static Result<HistoryDirectory> take(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path segment(std::uint64_t number) const;
  /// The numbers of the segments, ascending.
  std::vector<std::uint64_t> segments() const;
  /// Whether the path still leads to the directory that was taken.
  bool still_there() const;
  /// Another descriptor of it.
  File reopen() const;

 private:
  HistoryDirectory(std::filesystem::path path, File held) : path_(std::move(path)), held_(std::move(held)) {}

  std::filesystem::path path_;
  File held_;
};

}  // namespace harbinger::learn
