#include <harbinger/access_history.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <optional>

#include <openssl/crypto.h>

#include <harbinger/random.h>

#include "learn/access_codec.h"
#include "learn/disk_sync.h"
#include "learn/history_directory.h"
#include "learn/history_recovery.h"
#include "learn/segment.h"

namespace harbinger {

namespace fs = std::filesystem;

namespace learn {
namespace {

constexpr std::uint64_t kLeastBytes = 64 << 10;
constexpr std::uint64_t kMostSegmentBytes = 8 << 20;
constexpr std::uint64_t kMostBatchBytes = 64 << 10;
constexpr std::size_t kMostSegments = 4096;  // a server that restarts every second must not fill a directory
constexpr UnixMillis kJump = 60 * 60 * 1000;
constexpr UnixMillis kDistrust = 10 * 60 * 1000;

// The span between two times that may be any; 0 when `later` is not later.
UnixMillis elapsed(UnixMillis earlier, UnixMillis later) {
  if (later <= earlier) return 0;
  const auto wide = static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier);
  return static_cast<UnixMillis>(std::min<std::uint64_t>(wide, INT64_MAX));
}

/// The segment that is being written.
struct Current {
  File file;
  SegmentHeader header;
  FrameCipher cipher;
  KeptSegment kept;
};

class Journal final : public AccessHistory {
 public:
  Journal(Settings settings, HistoryDirectory directory, const Secret& secret, Recovery found, UnixMillis now)
      : settings_(std::move(settings)),
        directory_(std::move(directory)),
        secret_(secret),
        opened_(std::move(found.opened)),
        kept_(found.segments.begin(), found.segments.end()),
        last_number_(found.last_number),
        now_(now),
        flushed_at_(now),
        distrusted_since_(now) {
    settings_.max_bytes = std::max(settings_.max_bytes, kLeastBytes);
    drop_old();
  }
  ~Journal() override {
    flush();
    if (current_) end_segment();
    sync_.wait();
    OPENSSL_cleanse(secret_.data(), secret_.size());
  }

  const Opened& opened() const override { return opened_; }
  void append(const Access& access) override;
  void tend(UnixMillis now, bool now_please) override;
  Result<void> read(UnixMillis since, const std::function<void(const Access&)>& use) const override;
  State state() const override;

 private:
  std::uint64_t segment_bytes() const {
    return std::clamp(settings_.max_bytes / 16, kLeastBytes / 4, kMostSegmentBytes);
  }
  std::uint64_t batch_bytes() const { return std::min(segment_bytes() / 4, kMostBatchBytes); }
  UnixMillis max_age() const { return std::chrono::milliseconds(settings_.max_age).count(); }

  void flush();
  void sync(bool wait);
  void note_sync_errors();
  void try_again();
  Result<void> probe_room();
  Result<void> begin_segment();
  Result<void> make_segment_file();
  Result<void> take_directory_again();
  Result<void> write_frame(FrameKind kind, std::uint32_t accesses, UnixMillis newest,
                           std::span<const std::uint8_t> data);
  void end_segment();
  void give_up(std::string why);
  void look_after_deletion();
  void note_clock(UnixMillis now);
  void drop_old();
  bool is_too_old(const KeptSegment& segment) const;
  std::uint64_t bytes() const;

  Settings settings_;
  HistoryDirectory directory_;
  Secret secret_;
  Opened opened_;
  std::deque<KeptSegment> kept_;
  std::uint64_t last_number_;
  std::optional<Current> current_;
  DiskSync sync_;
  bool unsynced_ = false;

  // What waits: accesses that are encoded as the next frame of the current segment, or of the one that will be begun.
  AccessEncoder encoder_;
  std::vector<std::uint8_t> batch_, sealed_;
  std::uint32_t batch_accesses_ = 0;
  UnixMillis batch_newest_ = INT64_MIN;

  UnixMillis now_, flushed_at_;
  std::optional<UnixMillis> distrusted_since_;
  std::uint64_t appended_ = 0, written_ = 0, lost_ = 0;
  std::string trouble_;
};

void Journal::append(const Access& access) {
  ++appended_;
  if (access.resource.size() > kMaxKeptResource || !trouble_.empty()) {
    ++lost_;
    return;
  }
  encoder_.encode(access, batch_);
  ++batch_accesses_;
  batch_newest_ = std::max(batch_newest_, access.at);
  if (batch_.size() >= batch_bytes()) flush();
}

void Journal::tend(UnixMillis now, bool now_please) {
  const bool due = now_please || now < flushed_at_ || elapsed(flushed_at_, now) >= settings_.flush_every.count();
  note_clock(now);
  if (!due) return;
  flushed_at_ = now;
  // First, so that new trouble is seen for one interval at least, even if it is overcome then.
  if (!trouble_.empty()) try_again();
  look_after_deletion();
  note_sync_errors();
  flush();
  sync(now_please);
  if (current_ && (current_->kept.bytes >= segment_bytes() || elapsed(current_->header.begun, now) > max_age() / 16))
    end_segment();
  drop_old();
}

void Journal::flush() {
  if (batch_accesses_ == 0) return;
  if (!current_) {
    if (auto begun = begin_segment(); !begun) return give_up(begun.error().message);
  }
  if (auto done = write_frame(FrameKind::accesses, batch_accesses_, batch_newest_, batch_); !done)
    return give_up(done.error().message);
  written_ += batch_accesses_;
  batch_.clear();
  batch_accesses_ = 0;
  batch_newest_ = INT64_MIN;
  if (current_->kept.bytes >= segment_bytes()) {
    end_segment();
    drop_old();
  }
}

// A sync that is still under way is not waited for: the next one will take everything along.
void Journal::sync(bool wait) {
  if (current_ && unsynced_ && (wait || !sync_.busy())) {
    sync_.request(File(fcntl(current_->file.number(), F_DUPFD_CLOEXEC, 0)));
    unsynced_ = false;
  }
  if (!wait) return;
  sync_.wait();
  note_sync_errors();
}

void Journal::note_sync_errors() {
  if (auto failed = sync_.take_error()) give_up(directory_.path().string() + ": " + failed->message);
}

void Journal::try_again() {
  auto begun = begin_segment();
  if (begun) begun = probe_room();
  if (begun)
    trouble_.clear();
  else
    give_up(begun.error().message);
}

// Is there room for more than a header? File systems that cannot say so will say it when written to.
Result<void> Journal::probe_room() {
  const int file = current_->file.number();
  if (fallocate(file, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(2 * batch_bytes())) != 0 && errno == ENOSPC)
    return file_trouble("write", current_->kept.path);
  // Gives back what was not used.
  if (ftruncate(file, static_cast<off_t>(current_->kept.bytes)) != 0) return file_trouble("write", current_->kept.path);
  return {};
}

Result<void> Journal::begin_segment() {
  if (!directory_.still_there()) {
    if (auto taken = take_directory_again(); !taken) return taken;
  }
  auto made = make_segment_file();
  if (!made && current_) {
    unlink(current_->kept.path.c_str());
    current_.reset();
  }
  return made;
}

Result<void> Journal::take_directory_again() {
  auto taken = HistoryDirectory::take(directory_.path());
  if (!taken) return fail(taken.error());
  directory_ = std::move(*taken);
  std::erase_if(kept_, [](const KeptSegment& segment) { return !fs::exists(segment.path); });
  // The key went with the directory; without it the new segments could not be read after a restart.
  if (fs::exists(settings_.key_file)) return {};
  return write_secret(settings_.key_file, secret_);
}

Result<void> Journal::make_segment_file() {
  SegmentHeader header;
  header.begun = now_;
  if (!kept_.empty()) {
    header.previous = kept_.back().number;
    header.previous_frames = kept_.back().frames;
  }
  for (std::size_t i = 0; i < header.salt.size(); i += 8) {
    const auto word = system_random().next();
    std::memcpy(header.salt.data() + i, &word, sizeof word);
  }
  File file;
  fs::path path;
  do {
    header.number = ++last_number_;
    path = directory_.segment(header.number);
    file = File(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600));
  } while (!file && errno == EEXIST);
  if (!file) return file_trouble("make", path);

  const auto octets = write_segment_header(header, secret_);
  current_.emplace(std::move(file), header, FrameCipher(header, secret_),
                   KeptSegment{path, header.number, 0, 0, octets.size(), now_});
  if (!write_all(current_->file.number(), octets.data(), octets.size())) return file_trouble("write", path);
  if (File entries = directory_.reopen()) sync_.request(std::move(entries));
  return {};
}

Result<void> Journal::write_frame(FrameKind kind, std::uint32_t accesses, UnixMillis newest,
                                  std::span<const std::uint8_t> data) {
  sealed_.clear();
  current_->cipher.seal(kind, accesses, newest, data, sealed_);
  if (!write_all(current_->file.number(), sealed_.data(), sealed_.size()))
    return file_trouble("write", current_->kept.path);
  unsynced_ = true;
  KeptSegment& kept = current_->kept;
  if (accesses > 0) kept.newest = kept.accesses == 0 ? newest : std::max(kept.newest, newest);
  kept.bytes += sealed_.size();
  kept.accesses += accesses;
  ++kept.frames;
  return {};
}

void Journal::end_segment() {
  flush();
  if (!current_ || current_->kept.frames == 0) return;
  if (auto done = write_frame(FrameKind::end, 0, INT64_MIN, {}); !done) return give_up(done.error().message);
  sync_.request(std::move(current_->file));
  unsynced_ = false;
  kept_.push_back(std::move(current_->kept));
  current_.reset();
  encoder_.reset();
}

// The segment is abandoned as it is, without what was half written. What waited refers to it and goes too.
void Journal::give_up(std::string why) {
  trouble_ = std::move(why);
  lost_ += batch_accesses_;
  batch_.clear();
  batch_accesses_ = 0;
  batch_newest_ = INT64_MIN;
  encoder_.reset();
  unsynced_ = false;
  if (!current_) return;
  if (current_->kept.frames == 0) {
    unlink(current_->kept.path.c_str());
  } else {
    // Where this fails, opening will cut the tail.
    [[maybe_unused]] const int cut = ftruncate(current_->file.number(), static_cast<off_t>(current_->kept.bytes));
    kept_.push_back(std::move(current_->kept));
  }
  current_.reset();
}

// Writing to a file that has been deleted goes well, and nobody will ever read it.
void Journal::look_after_deletion() {
  struct stat status{};
  if (!current_ || (fstat(current_->file.number(), &status) == 0 && status.st_nlink > 0)) return;
  give_up(current_->kept.path.string() + " was deleted");
  std::erase_if(kept_, [](const KeptSegment& segment) { return !fs::exists(segment.path); });
}

void Journal::note_clock(UnixMillis now) {
  if (elapsed(now_, now) > kJump) distrusted_since_ = now;
  if (distrusted_since_ && (now < *distrusted_since_ || elapsed(*distrusted_since_, now) >= kDistrust))
    distrusted_since_.reset();
  now_ = now;
}

bool Journal::is_too_old(const KeptSegment& segment) const {
  return !distrusted_since_ && elapsed(segment.newest, now_) > max_age();
}

std::uint64_t Journal::bytes() const {
  std::uint64_t sum = current_ ? current_->kept.bytes : 0;
  for (const KeptSegment& segment : kept_) sum += segment.bytes;
  return sum;
}

void Journal::drop_old() {
  auto left = bytes();
  while (!kept_.empty() && (left > settings_.max_bytes || kept_.size() > kMostSegments || is_too_old(kept_.front()))) {
    if (unlink(kept_.front().path.c_str()) != 0 && errno != ENOENT) return;  // tried again with the next tend
    left -= kept_.front().bytes;
    kept_.pop_front();
  }
}

AccessHistory::State Journal::state() const {
  return {appended_, written_, lost_, bytes(), kept_.size() + (current_ ? 1 : 0), trouble_};
}

Result<void> Journal::read(UnixMillis since, const std::function<void(const Access&)>& use) const {
  Result<void> result;
  const auto use_recent = [&](const Access& access) {
    if (access.at >= since && elapsed(access.at, now_) <= max_age()) use(access);
  };
  const auto note = [&](const fs::path& path, const std::string& why) {
    if (result) result = fail(ErrorCode::malformed, path.string() + ": " + why);
  };
  const auto read_segment = [&](const KeptSegment& segment, AccessDecoder& decoder) {
    if (segment.accesses == 0 || segment.newest < since) return;
    const File file(open(segment.path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return note(segment.path, std::strerror(errno));
    const auto walk = walk_segment(reader_of(file.number()), secret_,
                                   [&](const FrameHeader&, auto data) { return decoder.decode(data, use_recent); });
    if (!walk) return note(segment.path, walk.error().message);
    if (walk->disk) return note(segment.path, walk->disk->message);
    if (walk->frames < segment.frames) note(segment.path, walk->damage.empty() ? "its tail is missing" : walk->damage);
  };

  for (const KeptSegment& segment : kept_) {
    AccessDecoder decoder;
    read_segment(segment, decoder);
  }
  // What waits refers to what the current segment said, so that is read in any case.
  AccessDecoder decoder;
  if (current_) {
    KeptSegment whole = current_->kept;
    if (batch_accesses_ > 0) whole.newest = INT64_MAX;
    read_segment(whole, decoder);
  }
  if (auto decoded = decoder.decode(batch_, use_recent); !decoded) note(directory_.path(), decoded.error().message);
  return result;
}

}  // namespace

}  // namespace learn

Result<std::unique_ptr<AccessHistory>> open_access_history(AccessHistory::Settings settings, UnixMillis now) {
  auto directory = learn::HistoryDirectory::take(settings.directory);
  if (!directory) return fail(directory.error());
  if (settings.key_file.empty()) settings.key_file = settings.directory / "key";

  const bool has_segments = !directory->segments().empty();
  const auto secret = has_segments ? read_secret(settings.key_file) : read_or_make_secret(settings.key_file);
  if (!secret && secret.error().code == ErrorCode::not_found)
    return fail(ErrorCode::denied, "the access history in " + settings.directory.string() +
                                       " cannot be read without its key file " + settings.key_file.string() +
                                       ", which is missing");
  if (!secret) return fail(secret.error());

  auto found = learn::recover(*directory, *secret);
  if (!found && found.error().code == ErrorCode::denied)
    return fail(ErrorCode::denied, found.error().message + " than the one in key file " + settings.key_file.string());
  if (!found) return fail(found.error());
  return std::make_unique<learn::Journal>(std::move(settings), std::move(*directory), *secret, std::move(*found), now);
}

}  // namespace harbinger
