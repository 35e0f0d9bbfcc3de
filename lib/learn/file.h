// A file descriptor that closes itself, and what the system says about trouble with it.
#pragma once

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

#include <unistd.h>

#include <harbinger/result.h>

namespace harbinger::learn {

class File {
 public:
  File() = default;
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  explicit operator bool() const { return descriptor_ >= 0; }
  int number() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

/// `cannot VERB PATH: reason`, from errno.
inline std::unexpected<Error> file_trouble(const char* verb, const std::filesystem::path& path, int reason = errno) {
  const auto code = reason == ENOENT   ? ErrorCode::not_found
                    : reason == EEXIST ? ErrorCode::conflict
                                       : ErrorCode::denied;
  return fail(code, std::string("cannot ") + verb + " " + path.string() + ": " + std::strerror(reason));
}

/// Writes all of it, going on after interruptions; false with errno set when the system would not.
inline bool write_all(int descriptor, const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const auto written = write(descriptor, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace harbinger::learn
