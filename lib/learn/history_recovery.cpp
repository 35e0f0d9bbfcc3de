#include "learn/history_recovery.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "learn/segment.h"

namespace harbinger::learn {

namespace {

class Recoverer {
 public:
  Recoverer(const HistoryDirectory& directory, const Secret& secret) : directory_(directory), secret_(secret) {}

  Result<Recovery> run() {
    const auto numbers = directory_.segments();
    for (const auto number : numbers)
      if (auto ours = check_header(number); !ours) return fail(ours.error());
    // The disk is the slower half: let it fetch all of them while the first ones are checked.
    for (const auto number : numbers) fetch(number);
    for (const auto number : numbers) recover_one(number);
    if (!numbers.empty()) found_.last_number = numbers.back();
    count();
    return std::move(found_);
  }

 private:
  // Before anything is touched: segments that are intact and not ours to read stop it all.
  Result<void> check_header(std::uint64_t number) const {
    const auto path = directory_.segment(number);
    const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<std::uint8_t, SegmentHeader::kSize> octets;
    if (!file || reader_of(file.number())(0, octets) < static_cast<std::ptrdiff_t>(octets.size())) return {};
    const auto header = read_segment_header(octets, secret_);
    if (header || header.error().code == ErrorCode::malformed) return {};
    return fail(header.error().code, path.string() + ": " + header.error().message);
  }

  void fetch(std::uint64_t number) const {
    const File file(open(directory_.segment(number).c_str(), O_RDONLY | O_CLOEXEC));
    if (file) posix_fadvise(file.number(), 0, 0, POSIX_FADV_WILLNEED);
  }

  void recover_one(std::uint64_t number) {
    const auto path = directory_.segment(number);
    const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return leave(path, std::strerror(errno));
    posix_fadvise(file.number(), 0, 0, POSIX_FADV_SEQUENTIAL);
    const auto walk = walk_segment(reader_of(file.number()), secret_);
    if (!walk) return leave(path, walk.error().message);
    if (walk->disk) return leave(path, walk->disk->message);
    if (walk->damage.empty() && walk->header.number != number)
      return leave(path, "it is segment " + std::to_string(walk->header.number) + " under another name");

    if (!walk->damage.empty()) cut(path, file, *walk);
    if (walk->frames == 0) {
      std::error_code ignored;  // on a disk that cannot be written, it stays and is empty still
      std::filesystem::remove(path, ignored);
      return;
    }
    check_chain(path, walk->header);
    const auto newest = walk->accesses > 0 ? walk->newest : walk->header.begun;
    found_.segments.push_back({path, number, walk->frames, walk->accesses, walk->good_bytes, newest});
  }

  void leave(const std::filesystem::path& path, const std::string& why) {
    found_.opened.damage.push_back(path.string() + ": left alone: " + why);
  }

  void cut(const std::filesystem::path& path, const File& file, const SegmentWalk& walk) {
    struct stat status{};
    fstat(file.number(), &status);
    const auto tail = static_cast<std::uint64_t>(status.st_size) - walk.good_bytes;
    std::string sentence = path.string() + ": octet " + std::to_string(walk.good_bytes) + ": " + walk.damage + "; " +
                           std::to_string(tail) + " octets cut";
    if (truncate(path.c_str(), static_cast<off_t>(walk.good_bytes)) != 0)
      sentence += std::string(", but they are still in the file: ") + std::strerror(errno);
    found_.opened.cut_bytes += tail;
    found_.opened.damage.push_back(std::move(sentence));
  }

  // The oldest segments go in time, so the first one may miss its predecessor.
  void check_chain(const std::filesystem::path& path, const SegmentHeader& header) {
    if (found_.segments.empty()) return;
    const KeptSegment& before = found_.segments.back();
    if (header.previous != before.number) {
      found_.opened.damage.push_back(path.string() + ": segment " + std::to_string(header.previous) +
                                     " should come before it and is missing");
    } else if (header.previous_frames > before.frames) {
      found_.opened.damage.push_back(before.path.string() + ": octet " + std::to_string(before.bytes) + ": the last " +
                                     std::to_string(header.previous_frames - before.frames) + " frames are missing");
    }
  }

  void count() {
    for (const KeptSegment& segment : found_.segments) {
      found_.opened.accesses += segment.accesses;
      found_.opened.bytes += segment.bytes;
    }
    found_.opened.segments = found_.segments.size();
  }

  const HistoryDirectory& directory_;
  const Secret& secret_;
  Recovery found_;
};

}  // namespace

Result<Recovery> recover(const HistoryDirectory& directory, const Secret& secret) {
  return Recoverer(directory, secret).run();
}

}  // namespace harbinger::learn
