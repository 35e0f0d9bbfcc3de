#include "plugins/file/zone_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <algorithm>

#include "learn/file.h"
#include "plugins/file/journal_codec.h"

namespace harbinger::file {

namespace {

using learn::File;
using learn::file_trouble;
using learn::write_all;
using State = journal::Frame::State;
namespace fs = std::filesystem;

constexpr std::size_t kRecordsOfFrame = 4096;

// As a file's name: every octet that is not plain is written by its number.
std::string file_name(const Name& apex) {
  std::string name;
  for (const char each : apex.to_string()) {
    const bool plain = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9') ||
                       each == '-' || each == '_' || each == '.';
    name += plain ? std::string(1, static_cast<char>(std::tolower(each)))
                  : "%" + std::to_string(static_cast<unsigned char>(each));
  }
  return name + "journal";
}

bool sync_folder(const fs::path& folder) {
  const File opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened && ::fsync(opened.number()) == 0;
}

Result<std::vector<std::uint8_t>> octets_of(int descriptor, const fs::path& path) {
  struct stat about{};
  if (::fstat(descriptor, &about) != 0) return file_trouble("look at", path);
  std::vector<std::uint8_t> octets(static_cast<std::size_t>(about.st_size));
  std::size_t at = 0;
  while (at < octets.size()) {
    const auto got = ::pread(descriptor, octets.data() + at, octets.size() - at, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return file_trouble("read", path);
    at += static_cast<std::size_t>(got);
  }
  return octets;
}

std::unexpected<Error> damaged(const fs::path& path, std::size_t offset) {
  return fail(ErrorCode::malformed, path.string() + ": damaged at octet " + std::to_string(offset) +
                                        "; put a copy back, or move it away: then the master file counts alone");
}

class RealJournal final : public ZoneJournal {
 public:
  RealJournal(File lock, fs::path path, Name apex)
      : lock_(std::move(lock)), path_(std::move(path)), apex_(std::move(apex)) {}

  Result<void> begin(std::uint32_t master_serial, Past& past);
  Result<void> append(const Step& step) override;
  Result<void> rewrite(const std::vector<Record>& whole, const std::vector<Lease>& leases,
                       std::uint32_t master_serial) override;
  std::uint64_t size() const override { return size_; }
  const fs::path& path() const override { return path_; }

 private:
  Result<void> read(std::span<const std::uint8_t> octets, Past& past);
  Result<void> take(const journal::Frame& frame, std::size_t offset, Past& past) const;
  Result<void> write_at_end(std::span<const std::uint8_t> octets);
  Result<void> cut_back();

  const File lock_;
  const fs::path path_;
  const Name apex_;
  File file_;
  std::uint32_t master_serial_ = 0;
  std::uint64_t size_ = 0, number_ = 0;
  bool unclean_ = false;  // there may be something behind `size_`
};

// A journal that is new is written with its first step.
Result<void> RealJournal::begin(std::uint32_t master_serial, Past& past) {
  past.master_serial = master_serial_ = master_serial;
  file_ = File(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file_) return file_trouble("open", path_);
  auto octets = octets_of(file_.number(), path_);
  if (!octets) return fail(octets.error());
  if (!octets->empty()) return read(*octets, past);
  if (!sync_folder(path_.parent_path())) return file_trouble("sync", path_.parent_path());
  return {};
}

Result<void> RealJournal::read(std::span<const std::uint8_t> octets, Past& past) {
  std::size_t offset = 0;
  const auto head = journal::read_head(octets, offset);
  if (!head && !journal::has_frame_behind(octets, 0, 0)) {  // cut off before the first step: nothing was acknowledged
    past.cut_off = octets.size();
    unclean_ = true;
    return {};
  }
  if (!head) return damaged(path_, 0);
  if (head->apex != apex_)
    return fail(ErrorCode::conflict, path_.string() + ": this is the journal of zone " + head->apex.to_string());
  past.master_serial = master_serial_ = head->master_serial;
  for (;;) {
    const auto before = offset;
    const auto frame = journal::read_frame(octets, number_, offset);
    // Only the last step can have been cut off by a crash, and it was not acknowledged.
    if (frame.state == State::damaged && journal::has_frame_behind(octets, number_ + 1, before))
      return damaged(path_, before);
    if (frame.state != State::good) break;
    if (auto taken = take(frame, before, past); !taken) return taken;
    ++number_;
  }
  size_ = offset;
  past.cut_off = octets.size() - offset;
  unclean_ = past.cut_off > 0;
  return {};
}

Result<void> RealJournal::take(const journal::Frame& frame, std::size_t offset, Past& past) const {
  if (frame.kind == journal::Kind::whole) {
    auto records = journal::read_records(frame.data);
    if (!records) return damaged(path_, offset);
    if (!past.whole) past.whole.emplace();
    std::ranges::move(*records, std::back_inserter(*past.whole));
    return {};
  }
  auto step = journal::read_step(frame.data);
  if (!step) return damaged(path_, offset);
  past.steps.push_back(std::move(*step));
  return {};
}

Result<void> RealJournal::append(const Step& step) {
  if (unclean_)
    if (auto cut = cut_back(); !cut) return cut;
  auto framed = journal::frame(journal::Kind::step, number_, journal::write_step(step));
  if (size_ == 0) {
    const auto head = journal::write_head({apex_, master_serial_});
    framed.insert(framed.begin(), head.begin(), head.end());
  }
  if (auto written = write_at_end(framed); !written) {
    unclean_ = true;
    const auto trouble = written;
    if (auto cut = cut_back(); !cut) return cut;
    return trouble;
  }
  size_ += framed.size();
  ++number_;
  return {};
}

Result<void> RealJournal::write_at_end(std::span<const std::uint8_t> octets) {
  if (::lseek(file_.number(), static_cast<off_t>(size_), SEEK_SET) < 0) return file_trouble("seek in", path_);
  if (!write_all(file_.number(), octets.data(), octets.size())) return file_trouble("write", path_);
  if (::fdatasync(file_.number()) != 0) return file_trouble("sync", path_);
  return {};
}

// What was not acknowledged must not come back after a crash.
Result<void> RealJournal::cut_back() {
  if (::ftruncate(file_.number(), static_cast<off_t>(size_)) != 0) return file_trouble("cut", path_);
  if (::fdatasync(file_.number()) != 0) return file_trouble("sync", path_);
  unclean_ = false;
  return {};
}

Result<void> RealJournal::rewrite(const std::vector<Record>& whole, const std::vector<Lease>& leases,
                                  std::uint32_t master_serial) {
  const fs::path beside = path_.string() + ".new";
  File fresh(::open(beside.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fresh) return file_trouble("open", beside);
  std::uint64_t size = 0, number = 0;
  const auto put = [&](const std::vector<std::uint8_t>& octets) {
    size += octets.size();
    return write_all(fresh.number(), octets.data(), octets.size());
  };
  const auto give_up = [&](const char* verb) {
    auto trouble = file_trouble(verb, beside);
    ::unlink(beside.c_str());
    return trouble;
  };
  if (!put(journal::write_head({apex_, master_serial}))) return give_up("write");
  for (std::size_t at = 0; at < whole.size(); at += kRecordsOfFrame) {
    const auto some = std::span(whole).subspan(at, std::min(kRecordsOfFrame, whole.size() - at));
    if (!put(journal::frame(journal::Kind::whole, number++, journal::write_records(some)))) return give_up("write");
  }
  if (!leases.empty() && !put(journal::frame(journal::Kind::step, number++, journal::write_step({{}, leases}))))
    return give_up("write");
  if (::fsync(fresh.number()) != 0) return give_up("sync");
  if (::rename(beside.c_str(), path_.c_str()) != 0) return give_up("rename");
  file_ = std::move(fresh);
  master_serial_ = master_serial;
  size_ = size;
  number_ = number;
  unclean_ = false;
  if (!sync_folder(path_.parent_path())) return file_trouble("sync", path_.parent_path());
  return {};
}

}  // namespace

Result<std::unique_ptr<ZoneJournal>> ZoneJournal::open(const fs::path& folder, const Name& apex,
                                                       std::uint32_t master_serial, Past& past) {
  std::error_code trouble;
  fs::create_directories(folder, trouble);
  if (trouble) return fail(ErrorCode::denied, "cannot make " + folder.string() + ": " + trouble.message());
  const fs::path path = folder / file_name(apex);
  const fs::path lock_path = path.string() + ".lock";
  File lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return file_trouble("open", lock_path);
  if (::flock(lock.number(), LOCK_EX | LOCK_NB) != 0)
    return fail(ErrorCode::conflict, "another process has the journal " + path.string());
  auto journal = std::make_unique<RealJournal>(std::move(lock), path, apex);
  if (auto begun = journal->begin(master_serial, past); !begun) return fail(begun.error());
  return journal;
}

}  // namespace harbinger::file
