#include "plugins/file/text_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace harbinger::file {

namespace {

constexpr std::size_t kPiece = 256 << 10;

FileStamp stamp_from(const struct stat& status) {
  return {static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec,
          static_cast<std::uint64_t>(status.st_size), status.st_ino, status.st_dev};
}

Error cannot(const char* what, const std::filesystem::path& path, int reason) {
  ErrorCode code = reason == ENOENT ? ErrorCode::not_found : ErrorCode::denied;
  return {code, std::string("cannot ") + what + " zone file: " + std::strerror(reason), {path.string(), 0, 0}};
}

}  // namespace

FileStamp FileStamp::of(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  return stamp_from(status);
}

Result<TextSource> TextSource::open(const std::filesystem::path& path) {
  TextSource source;
  source.descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (source.descriptor_ < 0) return fail(cannot("open", path, errno));
  struct stat status{};
  if (::fstat(source.descriptor_, &status) != 0) return fail(cannot("read", path, errno));
  if (S_ISDIR(status.st_mode)) return fail(cannot("read", path, EISDIR));
  if (!S_ISREG(status.st_mode))
    return fail(ErrorCode::unsupported, "a zone file must be a regular file", {path.string(), 0, 0});
  source.stamp_ = stamp_from(status);
  return source;
}

TextSource TextSource::of_text(std::string_view text) {
  TextSource source;
  source.buffer_.assign(text.begin(), text.end());
  source.end_ = text.size();
  return source;
}

TextSource::TextSource(TextSource&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      failed_(other.failed_),
      buffer_(std::move(other.buffer_)),
      begin_(other.begin_),
      end_(other.end_),
      stamp_(other.stamp_) {}

TextSource::~TextSource() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool TextSource::fill() {
  if (descriptor_ < 0 || failed_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + kPiece) buffer_.resize(end_ + kPiece);
  ssize_t got;
  do {
    got = ::read(descriptor_, buffer_.data() + end_, buffer_.size() - end_);
  } while (got < 0 && errno == EINTR);
  if (got < 0) failed_ = true;
  if (got <= 0) return false;
  end_ += static_cast<std::size_t>(got);
  return true;
}

}  // namespace harbinger::file
