#include "mirror/sealed_file.h"

#include <algorithm>
#include <optional>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>

#include "learn/file.h"
#include "mirror/sealed_octets.h"

namespace harbinger::mirror {

namespace {

bool no_space(int reason) { return reason == ENOSPC || reason == EDQUOT || reason == EFBIG; }

// Nothing when the system would not; errno says why. At most one octet more than may be there, so that what is too long is seen.
std::optional<std::vector<std::uint8_t>> read_all(int descriptor, std::size_t most) {
  struct stat about{};
  if (fstat(descriptor, &about) != 0) return std::nullopt;
  std::vector<std::uint8_t> octets(std::min(static_cast<std::size_t>(about.st_size), most) + 1);
  std::size_t filled = 0;
  while (filled < octets.size()) {
    const auto got = read(descriptor, octets.data() + filled, octets.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  octets.resize(filled);
  return octets;
}

}  // namespace

SealedFile::SealedFile(std::filesystem::path path, const Secret& secret, std::string purpose)
    : path_(std::move(path)), secret_(secret), purpose_(std::move(purpose)) {}

SealedFile::~SealedFile() { OPENSSL_cleanse(secret_.data(), secret_.size()); }

std::filesystem::path SealedFile::unfinished() const { return path_.string() + ".unfinished"; }

std::unexpected<Error> SealedFile::trouble(const char* verb, int reason) const {
  auto error = learn::file_trouble((std::string(verb) + ' ' + purpose_ + ',').c_str(), path_, reason);
  if (no_space(reason)) return fail(ErrorCode::too_large, error.error().message + "; the old content stays");
  return error;
}

Result<void> SealedFile::write(std::span<const std::uint8_t> data) const {
  if (data.size() > kMostData)
    return fail(ErrorCode::too_large, "cannot write " + purpose_ + ", " + path_.string() + ": more than 1 GiB");
  auto written = write_beside(seal_octets(secret_, purpose_, data));
  if (!written) {
    unlink(unfinished().c_str());  // it may be what fills the disk
    return written;
  }
  return move_into_place();
}

Result<void> SealedFile::write_beside(std::span<const std::uint8_t> octets) const {
  const learn::File file(open(unfinished().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  const bool done = file && learn::write_all(file.number(), octets.data(), octets.size()) && fsync(file.number()) == 0;
  if (!done) return trouble("write", errno);
  return {};
}

Result<void> SealedFile::move_into_place() const {
  if (rename(unfinished().c_str(), path_.c_str()) != 0) return trouble("write", errno);
  const auto folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
  const learn::File directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const bool synced = directory && (fsync(directory.number()) == 0 || errno == EINVAL);
  if (!synced) return trouble("bring to the disk", errno);
  return {};
}

Result<std::vector<std::uint8_t>> SealedFile::read() const {
  const learn::File file(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return trouble("read", errno);
  auto octets = read_all(file.number(), kMostData + 128);
  if (!octets) return trouble("read", errno);
  auto opened = open_octets(secret_, purpose_, std::move(*octets));
  if (opened) return opened;
  return fail(opened.error().code, "cannot read " + purpose_ + ", " + path_.string() + ": " + opened.error().message,
              {.file = path_.string()});
}

}  // namespace harbinger::mirror
