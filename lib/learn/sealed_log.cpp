#include "learn/sealed_log.h"

#include <algorithm>
#include <optional>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <harbinger/random.h>

#include "learn/file.h"
#include "learn/octets.h"
#include "learn/sealer.h"

namespace harbinger::learn {

namespace {

using Octets = SealedLog::Octets;

constexpr std::size_t kMagic = 8, kSalt = 32, kCheck = 16, kHeader = kMagic + kSalt + kCheck;
constexpr std::size_t kFrame = 4 + 12;
constexpr std::uint64_t kWorthRewriting = 1 << 20;

Octets new_header(const Secret& secret, const SealedLog::Kind& kind) {
  Octets header(kind.magic.begin(), kind.magic.end());
  header.resize(kMagic + kSalt);
  for (std::size_t at = kMagic; at < header.size(); at += 8) put_word(header.data() + at, system_random().next());
  const auto check = derive_key(secret, kind.headers, header);
  header.insert(header.end(), check.begin(), check.begin() + kCheck);
  return header;
}

// Seals and opens the records of one file in their order.
class Cipher {
 public:
  Cipher(const Secret& secret, const SealedLog::Kind& kind, std::span<const std::uint8_t> header)
      : sealer_(derive_key(secret, kind.records, header)) {}

  /// `ahead`: of the next one.
  void seal(std::span<const std::uint8_t> data, std::uint64_t ahead, Octets& out) {
    const auto nonce = random_nonce();
    std::array<std::uint8_t, 4> size{};
    put_fixed(size.data(), static_cast<std::uint32_t>(data.size()));
    out.insert(out.end(), size.begin(), size.end());
    out.insert(out.end(), nonce.begin(), nonce.end());
    sealer_.seal(nonce, beside(ahead), data, out);
  }
  bool open(std::span<const std::uint8_t, 12> nonce_octets, std::span<std::uint8_t> sealed) {
    SealingNonce nonce;
    std::ranges::copy(nonce_octets, nonce.begin());
    return sealer_.open(nonce, beside(0), sealed);
  }
  void next(std::uint64_t by) { number_ += by; }

 private:
  std::array<std::uint8_t, 8> beside(std::uint64_t ahead) const {
    std::array<std::uint8_t, 8> octets{};
    put_word(octets.data(), number_ + ahead);
    return octets;
  }

  Sealer sealer_;
  std::uint64_t number_ = 0;
};

Result<Octets> read_all(const std::filesystem::path& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return file_trouble("read", path);
  Octets octets(std::filesystem::file_size(path));
  std::size_t got = 0;
  while (got < octets.size()) {
    const auto some = read(file.number(), octets.data() + got, octets.size() - got);
    if (some < 0 && errno == EINTR) continue;
    if (some < 0) return file_trouble("read", path);
    if (some == 0) break;
    got += static_cast<std::size_t>(some);
  }
  octets.resize(got);
  return octets;
}

bool sync_folder(const std::filesystem::path& folder) {
  const File file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return file && fsync(file.number()) == 0;
}

class RealLog final : public SealedLog {
 public:
  RealLog(std::filesystem::path path, const Secret& secret, Kind kind)
      : path_(std::move(path)),
        folder_(path_.has_parent_path() ? path_.parent_path() : "."),
        secret_(secret),
        kind_(std::move(kind)) {}

  Result<void> begin(const std::filesystem::path& lock, const Use& use, const All& all);
  Result<void> append(std::span<const Octets> records, const All& all) override;
  std::uint64_t size() const override { return size_; }

 private:
  Result<void> lock(const std::filesystem::path& path);
  Result<void> load(const Use& use);
  Result<void> read_records(Octets& octets, const Use& use);
  Result<void> rewrite(const std::vector<Octets>& records);
  Result<void> go_on();
  Result<void> add(std::span<const Octets> records);
  std::unexpected<Error> damaged(std::uint64_t offset) const;

  const std::filesystem::path path_, folder_;
  const Secret secret_;
  const Kind kind_;
  File lock_, file_;
  std::optional<Cipher> cipher_;
  std::uint64_t size_ = 0, live_ = 0;
  bool suspect_ = false;  // nobody knows what of it the disk has
};

Result<void> RealLog::begin(const std::filesystem::path& lock_path, const Use& use, const All& all) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (auto locked = lock(lock_path); !locked) return locked;
  if (auto loaded = load(use); !loaded) return loaded;
  if (rewrite(all())) return {};
  return go_on();  // a full disk: the old file does
}

Result<void> RealLog::lock(const std::filesystem::path& path) {
  lock_ = File(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_) return file_trouble("make", path);
  if (flock(lock_.number(), LOCK_EX | LOCK_NB) == 0) return {};
  return fail(ErrorCode::conflict, "another process has " + folder_.string() + "; each needs a folder of its own");
}

std::unexpected<Error> RealLog::damaged(std::uint64_t offset) const {
  return fail(ErrorCode::malformed,
              path_.string() + " is damaged at octet " + std::to_string(offset) + "; " + kind_.advice);
}

Result<void> RealLog::load(const Use& use) {
  auto octets = read_all(path_);
  if (!octets) {
    if (octets.error().code == ErrorCode::not_found) return {};
    return fail(octets.error());
  }
  // A header that is not whole was never finished, and nothing was done by it.
  if (octets->size() < kHeader) return {};
  const std::span header(octets->data(), kHeader);
  if (!std::ranges::equal(header.first(kMagic), kind_.magic)) return damaged(0);
  const auto check = derive_key(secret_, kind_.headers, header.first(kHeader - kCheck));
  if (!std::ranges::equal(header.last(kCheck), std::span(check).first(kCheck)))
    return fail(ErrorCode::denied,
                path_.string() + " was sealed with another secret; give the key file it was made with");
  cipher_.emplace(secret_, kind_, header);
  return read_records(*octets, use);
}

// A crash may have cut the last record, by which nothing was done yet. Anything else is damage.
Result<void> RealLog::read_records(Octets& octets, const Use& use) {
  std::uint64_t at = kHeader;
  while (octets.size() - at >= kFrame) {
    const auto size = std::uint64_t{get_fixed<std::uint32_t>(octets.data() + at)} + Sealer::kTag;
    if (size > kMostRecord) return damaged(at);
    const auto left = octets.size() - at - kFrame;
    if (size > left) break;
    const std::span<const std::uint8_t, 12> nonce(octets.data() + at + 4, 12);
    const std::span sealed(octets.data() + at + kFrame, size);
    if (!cipher_->open(nonce, sealed)) {
      if (size == left) break;
      return damaged(at);
    }
    if (!use(sealed.first(size - Sealer::kTag))) return damaged(at);
    cipher_->next(1);
    at += kFrame + size;
  }
  size_ = at;
  return {};
}

// Whole and on the disk before it takes the old one's place.
Result<void> RealLog::rewrite(const std::vector<Octets>& records) {
  const auto beside = path_.string() + ".new";
  File file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file) return file_trouble("make", beside);
  auto octets = new_header(secret_, kind_);
  Cipher cipher(secret_, kind_, octets);
  for (const auto& each : records) {
    cipher.seal(each, 0, octets);
    cipher.next(1);
  }
  const bool whole = write_all(file.number(), octets.data(), octets.size()) && fsync(file.number()) == 0 &&
                     rename(beside.c_str(), path_.c_str()) == 0;
  if (!whole) {
    auto trouble = file_trouble("write", path_);
    unlink(beside.c_str());
    return trouble;
  }
  file_ = std::move(file);
  cipher_.emplace(std::move(cipher));
  size_ = live_ = octets.size();
  suspect_ = !sync_folder(folder_);
  if (suspect_) return file_trouble("sync", folder_);
  return {};
}

Result<void> RealLog::go_on() {
  file_ = File(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file_ || !cipher_) return file_trouble("write", path_);
  if (ftruncate(file_.number(), static_cast<off_t>(size_)) != 0 || lseek(file_.number(), 0, SEEK_END) < 0)
    return file_trouble("write", path_);
  live_ = size_;
  return {};
}

Result<void> RealLog::add(std::span<const Octets> records) {
  Octets octets;
  for (std::uint64_t ahead = 0; ahead < records.size(); ++ahead) {
    if (records[ahead].size() + kFrame + Sealer::kTag > kMostRecord)
      return fail(ErrorCode::too_large, "a record of more than 1 MiB for " + path_.string());
    cipher_->seal(records[ahead], ahead, octets);
  }
  if (!write_all(file_.number(), octets.data(), octets.size())) {
    auto trouble = file_trouble("write", path_);
    suspect_ = ftruncate(file_.number(), static_cast<off_t>(size_)) != 0 ||
               lseek(file_.number(), static_cast<off_t>(size_), SEEK_SET) < 0;
    return trouble;
  }
  if (fsync(file_.number()) != 0) {
    suspect_ = true;
    return file_trouble("sync", path_);
  }
  cipher_->next(records.size());
  size_ += octets.size();
  return {};
}

Result<void> RealLog::append(std::span<const Octets> records, const All& all) {
  const bool large = size_ > kWorthRewriting && size_ > 4 * live_;
  auto written = suspect_ || large ? rewrite(all()) : add(records);
  if (!written && large && !suspect_) written = add(records);
  return written;
}

}  // namespace

Result<std::unique_ptr<SealedLog>> SealedLog::open(std::filesystem::path path, const std::filesystem::path& lock,
                                                   const Secret& secret, Kind kind, const Use& use, const All& all) {
  auto log = std::make_unique<RealLog>(std::move(path), secret, std::move(kind));
  if (auto begun = log->begin(lock, use, all); !begun) return fail(begun.error());
  return log;
}

}  // namespace harbinger::learn
