#include "server/replay/unpack.h"

#include <fcntl.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace harbinger::replay {

namespace {

constexpr std::size_t kChunk = 256 * 1024;

// The file as it lies on the disk.
class RawFile {
 public:
  RawFile(int fd, std::uint64_t size) : fd_(fd), size_(size), buffer_(kChunk) {}
  ~RawFile() {
    if (fd_ != STDIN_FILENO) ::close(fd_);
  }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;

  // What has been read and not yet used; reads more when there is nothing. Empty at the end.
  std::span<char> rest() {
    if (begin_ == end_) fill();
    return std::span(buffer_).subspan(begin_, end_ - begin_);
  }
  void use(std::size_t octets) { begin_ += octets; }
  const std::string& trouble() const { return trouble_; }
  double done() const {
    return size_ == 0 ? 0 : std::min(1.0, static_cast<double>(total_) / static_cast<double>(size_));
  }

 private:
  void fill() {
    begin_ = end_ = 0;
    ssize_t got = 0;
    do got = ::read(fd_, buffer_.data(), buffer_.size());
    while (got < 0 && errno == EINTR);
    if (got < 0) trouble_ = std::string("cannot be read any further: ") + std::strerror(errno);
    if (got <= 0) return;
    end_ = static_cast<std::size_t>(got);
    total_ += end_;
  }

  int fd_;
  std::uint64_t size_, total_ = 0;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  std::string trouble_;
};

class Plain final : public OctetSource {
 public:
  explicit Plain(std::unique_ptr<RawFile> raw) : raw_(std::move(raw)) {}

  std::size_t read(std::span<char> out) override {
    const auto rest = raw_->rest();
    const auto size = std::min(rest.size(), out.size());
    std::memcpy(out.data(), rest.data(), size);
    raw_->use(size);
    return size;
  }
  std::string trouble() const override { return raw_->trouble(); }
  double done() const override { return raw_->done(); }

 private:
  std::unique_ptr<RawFile> raw_;
};

class Gzip final : public OctetSource {
 public:
  explicit Gzip(std::unique_ptr<RawFile> raw) : raw_(std::move(raw)) { inflateInit2(&stream_, 15 + 16); }
  ~Gzip() override { inflateEnd(&stream_); }

  std::size_t read(std::span<char> out) override {
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    while (stream_.avail_out == out.size() && !ended_) step();
    return out.size() - stream_.avail_out;
  }
  std::string trouble() const override { return raw_->trouble().empty() ? trouble_ : raw_->trouble(); }
  double done() const override { return raw_->done(); }

 private:
  void stop(std::string why) {
    ended_ = true;
    trouble_ = std::move(why);
  }

  void step() {
    const auto rest = raw_->rest();
    if (rest.empty()) return stop(between_members_ ? "" : "the gzip data ends in the middle");
    stream_.next_in = reinterpret_cast<Bytef*>(rest.data());
    stream_.avail_in = static_cast<uInt>(rest.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    raw_->use(rest.size() - stream_.avail_in);
    // RFC 1952 sec. 2.2: a file is any number of members, one after the other.
    const bool after_a_member = between_members_;
    between_members_ = result == Z_STREAM_END;
    if (result == Z_STREAM_END)
      inflateReset(&stream_);
    else if (result != Z_OK && result != Z_BUF_ERROR)
      stop(after_a_member ? "what follows the gzip data is none" : "the gzip data is damaged");
  }

  std::unique_ptr<RawFile> raw_;
  z_stream stream_{};
  bool ended_ = false, between_members_ = false;
  std::string trouble_;
};

class Xz final : public OctetSource {
 public:
  explicit Xz(std::unique_ptr<RawFile> raw) : raw_(std::move(raw)) {
    if (lzma_stream_decoder(&stream_, kMemory, LZMA_CONCATENATED) != LZMA_OK) stop("no memory for xz");
  }
  ~Xz() override { lzma_end(&stream_); }

  std::size_t read(std::span<char> out) override {
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream_.avail_out = out.size();
    while (stream_.avail_out == out.size() && !ended_) step();
    return out.size() - stream_.avail_out;
  }
  std::string trouble() const override { return raw_->trouble().empty() ? trouble_ : raw_->trouble(); }
  double done() const override { return raw_->done(); }

 private:
  static constexpr std::uint64_t kMemory = 256 << 20;

  void stop(std::string why) {
    ended_ = true;
    trouble_ = std::move(why);
  }

  void step() {
    const auto rest = raw_->rest();
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(rest.data());
    stream_.avail_in = rest.size();
    const auto result = lzma_code(&stream_, rest.empty() ? LZMA_FINISH : LZMA_RUN);
    raw_->use(rest.size() - stream_.avail_in);
    if (result == LZMA_OK) return;
    if (result == LZMA_STREAM_END)
      stop("");
    else if (result == LZMA_BUF_ERROR)
      stop("the xz data ends in the middle");
    else if (result == LZMA_MEMLIMIT_ERROR)
      stop("the xz data needs more than 256 MiB to unpack");
    else
      stop("the xz data is damaged");
  }

  std::unique_ptr<RawFile> raw_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool ended_ = false;
  std::string trouble_;
};

bool begins_with(std::span<const char> octets, std::string_view magic) {
  return std::string_view(octets.data(), octets.size()).starts_with(magic);
}

}  // namespace

Result<std::unique_ptr<OctetSource>> open_octets(const std::string& path) {
  const int fd = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const auto code = errno == ENOENT ? ErrorCode::not_found : ErrorCode::denied;
    return fail(code, std::string("cannot open: ") + std::strerror(errno), {.file = path});
  }
  struct stat about{};
  const bool sized = ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
  auto raw = std::make_unique<RawFile>(fd, sized ? static_cast<std::uint64_t>(about.st_size) : 0);
  if (S_ISDIR(about.st_mode)) return fail(ErrorCode::malformed, "is a folder, not a file", {.file = path});
  const auto first = raw->rest();
  if (begins_with(first, "\x1f\x8b")) return std::make_unique<Gzip>(std::move(raw));
  if (begins_with(first, {"\xfd\x37zXZ\0", 6})) return std::make_unique<Xz>(std::move(raw));
  return std::make_unique<Plain>(std::move(raw));
}

}  // namespace harbinger::replay
