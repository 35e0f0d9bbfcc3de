#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <glob.h>
#include <unistd.h>

#include <harbinger/config.h>

#include "config/token.h"

namespace harbinger::config {

namespace {

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

std::unexpected<Error> cannot_read(const std::filesystem::path& path, int reason) {
  const auto code = reason == ENOENT ? ErrorCode::not_found : ErrorCode::denied;
  return fail(code, "cannot read `" + path.string() + "`: " + std::strerror(reason));
}

// Reads one octet more than allowed at most, so that an endless device is told as a file that is too large.
Result<std::string> read_text(const std::filesystem::path& path) {
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0) return cannot_read(path, errno);

  std::string text;
  while (text.size() <= kMaxText) {
    constexpr std::size_t kChunk = 64 << 10;
    const auto before = text.size();
    text.resize(before + kChunk);
    const auto got = read(file.number, text.data() + before, kChunk);
    text.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
    if (got < 0 && errno != EINTR) return cannot_read(path, errno);
    if (got == 0) break;
  }
  return text;
}

std::vector<std::filesystem::path> find_files(const std::string& pattern) {
  glob_t found{};
  std::vector<std::filesystem::path> files;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  std::error_code ignored;
  std::erase_if(files, [&](const auto& file) { return std::filesystem::is_directory(file, ignored); });
  return files;
}

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

}  // namespace

Sources Sources::of_the_system() { return {read_text, find_files, variable}; }

}  // namespace harbinger::config
