#include "persona/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>

#include <harbinger/random.h>
#include "learn/file.h"
#include "learn/octets.h"
#include "persona/checkpoint_format.h"

namespace harbinger::persona {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "engine-", kEnding = ".checkpoint", kUnfinished = "unfinished.checkpoint";
constexpr std::size_t kKept = 2, kMostWaiting = 8;

std::uint64_t number_of(const fs::path& file) {
  const auto name = file.filename().string();
  std::uint64_t number = 0;
  if (name.starts_with(kPrefix) && name.ends_with(kEnding))
    std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), number);
  return number;
}

fs::path next_name(const fs::path& folder) {
  const auto there = checkpoints_in(folder);
  char number[32];
  std::snprintf(number, sizeof number, "%012llu",
                static_cast<unsigned long long>(there.empty() ? 1 : number_of(there.front()) + 1));
  return folder / (std::string(kPrefix) + number + std::string(kEnding));
}

CheckpointHeader fresh_header() {
  CheckpointHeader header;
  for (std::size_t i = 0; i < header.salt.size(); i += 8)
    learn::put_word(header.salt.data() + i, system_random().next());
  return header;
}

// One frame after the other, to a file that is not named yet.
class FrameWriter {
 public:
  FrameWriter(fs::path path, const CheckpointHeader& header, const Secret& secret)
      : path_(std::move(path)),
        file_(open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)),
        sealer_(checkpoint_sealer(header, secret)) {
    const auto octets = write_checkpoint_header(header, secret);
    good_ = file_ && learn::write_all(file_.number(), octets.data(), octets.size());
  }

  bool write(Section section, std::span<const std::uint8_t> data) {
    if (!good_) return false;
    const auto octets = write_frame(
        {static_cast<std::uint32_t>(data.size()), static_cast<std::uint32_t>(section), learn::random_nonce()});
    sealed_.assign(octets.begin(), octets.end());
    sealer_.seal(read_frame(octets).nonce, beside_frame(octets, place_++), data, sealed_);
    good_ = learn::write_all(file_.number(), sealed_.data(), sealed_.size());
    return good_;
  }

  bool good() const { return good_; }
  bool sync() { return good_ && fsync(file_.number()) == 0; }

 private:
  const fs::path path_;
  learn::File file_;
  learn::Sealer sealer_;
  std::vector<std::uint8_t> sealed_;
  std::uint64_t place_ = 0;
  bool good_ = false;
};

Result<void> name_it(const fs::path& unfinished, const fs::path& folder) {
  const auto path = next_name(folder);
  if (rename(unfinished.c_str(), path.c_str()) != 0) return learn::file_trouble("name checkpoint", path);
  const learn::File directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory) fsync(directory.number());
  std::error_code ignored;
  const auto there = checkpoints_in(folder);
  for (std::size_t i = kKept; i < there.size(); ++i) fs::remove(there[i], ignored);
  return {};
}

}  // namespace

std::string_view to_string(Section section) noexcept {
  switch (section) {
    case Section::network:
      return "network";
    case Section::clusters:
      return "clusters";
    case Section::clients:
      return "clients";
    case Section::counts:
      return "counts";
    case Section::tables:
      return "versions of shared tables";
    case Section::end:
      return "end";
  }
  return "unknown section";
}

std::vector<fs::path> checkpoints_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (number_of(it->path()) > 0) found.push_back(it->path());
  std::ranges::sort(found, std::ranges::greater{}, number_of);
  return found;
}

CheckpointWriter::CheckpointWriter(fs::path folder, const Secret& secret)
    : folder_(std::move(folder)), secret_(secret), thread_([this] { run(); }) {}

CheckpointWriter::~CheckpointWriter() {
  {
    const std::lock_guard guard(mutex_);
    abandoned_ = !finished_;
    changed_.notify_one();
  }
  thread_.join();
}

bool CheckpointWriter::ready() const {
  const std::lock_guard guard(mutex_);
  return waiting_.size() < kMostWaiting || result_;
}

std::vector<std::uint8_t> CheckpointWriter::buffer() {
  const std::lock_guard guard(mutex_);
  if (spare_.empty()) return {};
  auto buffer = std::move(spare_.back());
  spare_.pop_back();
  return buffer;
}

void CheckpointWriter::put(Section section, std::vector<std::uint8_t> data) {
  const std::lock_guard guard(mutex_);
  if (result_) return;  // the disk is full, or such: what came of it says so
  waiting_.emplace_back(section, std::move(data));
  changed_.notify_one();
}

void CheckpointWriter::finish() {
  const std::lock_guard guard(mutex_);
  finished_ = true;
  changed_.notify_one();
}

std::optional<Result<void>> CheckpointWriter::result() const {
  const std::lock_guard guard(mutex_);
  return result_;
}

std::optional<CheckpointWriter::Portion> CheckpointWriter::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !waiting_.empty() || finished_ || abandoned_; });
  if (waiting_.empty() || abandoned_) return std::nullopt;
  auto portion = std::move(waiting_.front());
  waiting_.pop_front();
  return portion;
}

void CheckpointWriter::give_back(Portion portion) {
  portion.second.clear();
  const std::lock_guard guard(mutex_);
  spare_.push_back(std::move(portion.second));
}

void CheckpointWriter::run() {
  auto result = write();
  if (!result) unlink((folder_ / kUnfinished).c_str());
  const std::lock_guard guard(mutex_);
  result_ = std::move(result);
}

Result<void> CheckpointWriter::write() {
  const auto path = folder_ / kUnfinished;
  FrameWriter out(path, fresh_header(), secret_);
  while (auto portion = next()) {
    out.write(portion->first, portion->second);
    give_back(std::move(*portion));
    if (!out.good()) break;
  }
  if (!out.good()) return learn::file_trouble("write checkpoint", path);
  {
    const std::lock_guard guard(mutex_);
    if (abandoned_) return fail(ErrorCode::timeout, "the checkpoint was not finished");
  }
  if (!out.write(Section::end, {}) || !out.sync()) return learn::file_trouble("write checkpoint", path);
  return name_it(path, folder_);
}

namespace {

class FrameReader {
 public:
  FrameReader(const fs::path& path, const Secret& secret)
      : path_(path), secret_(secret), file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

  Result<void> run(const UseSection& use) {
    if (!file_) return learn::file_trouble("open checkpoint", path_);
    posix_fadvise(file_.number(), 0, 0, POSIX_FADV_SEQUENTIAL);
    std::array<std::uint8_t, CheckpointHeader::kSize> octets;
    const auto header = read_checkpoint_header(std::span(octets).first(read(octets)), secret_);
    if (!header) return wrong(header.error().code, header.error().message);
    at_ = octets.size();
    auto sealer = checkpoint_sealer(*header, secret_);
    for (;;) {
      const auto section = next(sealer);
      if (!section) return fail(section.error());
      if (*section == Section::end) return {};
      if (auto used = use(*section, data_); !used)
        return wrong(used.error().code,
                     "its " + std::string(to_string(*section)) + " cannot be used: " + used.error().message);
      at_ += CheckpointFrame::kSize + data_.size() + learn::Sealer::kTag;
    }
  }

 private:
  Result<Section> next(learn::Sealer& sealer) {
    FrameOctets octets;
    if (read(octets) < octets.size()) return wrong(ErrorCode::truncated, "it ends too early");
    const auto frame = read_frame(octets);
    if (frame.size > CheckpointWriter::kMostData) return wrong(ErrorCode::malformed, "a frame's header is damaged");
    sealed_.resize(frame.size + learn::Sealer::kTag);
    if (read(sealed_) < sealed_.size())
      return wrong(ErrorCode::truncated, "it ends too early, or a frame's header is damaged");
    if (!sealer.open(frame.nonce, beside_frame(octets, place_++), sealed_))
      return wrong(ErrorCode::malformed, "the frame of " + std::to_string(sealed_.size()) + " octets there is damaged");
    data_ = std::span(sealed_).first(frame.size);
    return static_cast<Section>(frame.section);
  }

  std::size_t read(std::span<std::uint8_t> to) {
    std::size_t filled = 0;
    while (filled < to.size()) {
      const auto got = ::read(file_.number(), to.data() + filled, to.size() - filled);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      filled += static_cast<std::size_t>(got);
    }
    return filled;
  }

  std::unexpected<Error> wrong(ErrorCode code, const std::string& what) const {
    return fail(code, "checkpoint " + path_.string() + " cannot be read at octet " + std::to_string(at_) + ": " + what,
                {.file = path_.string()});
  }

  const fs::path& path_;
  const Secret& secret_;
  const learn::File file_;
  std::uint64_t at_ = 0, place_ = 0;
  std::vector<std::uint8_t> sealed_;
  std::span<const std::uint8_t> data_;
};

}  // namespace

Result<void> read_checkpoint(const fs::path& file, const Secret& secret, const UseSection& use) {
  return FrameReader(file, secret).run(use);
}

}  // namespace harbinger::persona
