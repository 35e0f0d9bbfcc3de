#include "persona/log_tail.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <harbinger/access.h>

namespace harbinger::persona {

namespace {

constexpr std::size_t kBuffer = 64 << 10;
constexpr std::int64_t kHead = 256;
constexpr std::int64_t kMostHeaders = 16 << 10;
constexpr std::string_view kPlaceWord = "harbinger-log-place-1";

std::unexpected<Error> denied(const std::filesystem::path& file, std::string_view what) {
  return fail(ErrorCode::denied, std::string(what), {file.string()});
}

}  // namespace

LogTail::LogTail(Settings settings, const Clock& clock, Use use)
    : settings_(std::move(settings)), clock_(clock), use_(std::move(use)), buffer_(kBuffer) {}

LogTail::~LogTail() {
  if (file_ >= 0) ::close(file_);
}

Result<bool> LogTail::poll() {
  if (file_ < 0)
    if (auto found = find(); !found || file_ < 0) return found ? Result<bool>(false) : fail(found.error());
  check_truncation();
  const bool more = read();
  if (more || !renamed_away()) return more;
  leave();
  ++counts_.rotations;
  return true;
}

// The file of the remembered place, wherever it is now; else the one of our name.
Result<void> LogTail::find() {
  const auto place = found_once_ ? std::nullopt : read_place();
  auto opened = open(settings_.file);
  if (!opened) return fail(opened.error());
  const bool first = !found_once_;
  if (place) {
    found_once_ = true;
    if (*opened && resume(*place)) return {};
    std::error_code ignored;
    const auto folder = settings_.file.has_parent_path() ? settings_.file.parent_path() : std::filesystem::path(".");
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
      struct stat status{};
      if (::stat(entry.path().c_str(), &status) != 0 || status.st_ino != place->inode) continue;
      if (const auto renamed = open(entry.path()); renamed && *renamed && resume(*place)) return {};
    }
    // It is gone, so the file of our name is newer as a whole.
    opened = open(settings_.file);
    if (!opened) return fail(opened.error());
  }
  found_once_ = true;
  if (!*opened) return {};
  if (first && !place && !settings_.from_start)
    begin_at_end();
  else
    begin_at(0);
  return {};
}

// True when the file is there; then it is the present one.
Result<bool> LogTail::open(const std::filesystem::path& file) {
  if (file_ >= 0) ::close(file_);
  file_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0 && errno == ENOENT) return false;
  if (file_ < 0) return denied(file, "cannot be read: " + std::string(std::strerror(errno)));
  struct stat status{};
  if (::fstat(file_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(file_);
    file_ = -1;
    return denied(file, "is no plain file");
  }
  at_ = {.device = status.st_dev, .inode = status.st_ino, .offset = 0, .head = {}};
  return true;
}

void LogTail::begin_at(std::int64_t offset) {
  partial_.clear();
  skipping_ = false;
  quiet_since_.reset();
  at_.offset = offset;
  at_.head = {};
  learn_head();
  use_.begin_file();
  if (offset > 0) hand_headers();
}

bool LogTail::resume(const Place& place) {
  if (at_.inode != place.inode || at_.device != place.device || size() < place.offset) return false;
  if (read_head(place.head.size).hash != place.head.hash) return false;
  begin_at(place.offset);
  return true;
}

void LogTail::begin_at_end() {
  const auto end = size();
  begin_at(end);
  char before = '\n';
  if (end > 0 && ::pread(file_, &before, 1, end - 1) == 1) skipping_ = before != '\n';
}

// Who begins in the middle would not know what the columns are.
void LogTail::hand_headers() {
  std::string head(static_cast<std::size_t>(std::min(at_.offset, kMostHeaders)), '\0');
  const auto got = ::pread(file_, head.data(), head.size(), 0);
  std::string_view rest(head.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  while (rest.starts_with('#')) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) return;
    use_.line(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
}

void LogTail::check_truncation() {
  const auto now = size();
  if (now == at_.offset) return;
  const bool refilled = at_.head.size > 0 && now > at_.offset && read_head(at_.head.size).hash != at_.head.hash;
  if (now > at_.offset && !refilled) return;
  ++counts_.truncations;
  if (!partial_.empty()) ++counts_.cut;
  begin_at(0);
}

// True when the limit of a poll came before the end of the file.
bool LogTail::read() {
  for (std::size_t octets = 0; octets < settings_.most_per_poll;) {
    const auto got = ::pread(file_, buffer_.data(), buffer_.size(), at_.offset);
    if (got <= 0) {
      learn_head();
      return false;
    }
    const auto size = static_cast<std::size_t>(got);
    at_.offset += got;
    octets += size;
    counts_.octets += size;
    quiet_since_.reset();
    take({buffer_.data(), size});
  }
  learn_head();
  return true;
}

void LogTail::take(std::string_view octets) {
  while (!octets.empty()) {
    const auto end = octets.find('\n');
    const auto piece = octets.substr(0, end);
    if (!skipping_ && partial_.size() + piece.size() > settings_.most_line) {
      ++counts_.too_long;
      skipping_ = true;
      partial_.clear();
    }
    if (end == std::string_view::npos) {
      if (!skipping_) partial_ += piece;
      return;
    }
    if (!skipping_) take_line(piece);
    skipping_ = false;
    octets.remove_prefix(end + 1);
  }
}

void LogTail::take_line(std::string_view line) {
  if (!partial_.empty()) line = partial_ += line;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (!line.empty()) {
    ++counts_.lines;
    use_.line(line);
  }
  partial_.clear();
}

void LogTail::leave() {
  if (!partial_.empty()) ++counts_.cut;
  partial_.clear();
  quiet_since_.reset();
  ::close(file_);
  file_ = -1;
}

// Another file has our name, and nobody has written to the old one for a while.
bool LogTail::renamed_away() {
  struct stat status{};
  if (::stat(settings_.file.c_str(), &status) != 0) return false;
  if (status.st_ino == at_.inode && status.st_dev == at_.device) return false;
  const auto now = clock_.now();
  if (!quiet_since_) quiet_since_ = now;
  return now - *quiet_since_ >= settings_.linger;
}

LogTail::Head LogTail::read_head(std::int64_t most) const {
  std::array<char, kHead> octets{};
  const auto wanted = static_cast<std::size_t>(std::clamp<std::int64_t>(most, 0, kHead));
  const auto got = ::pread(file_, octets.data(), wanted, 0);
  if (got <= 0) return {};
  return {static_cast<std::uint32_t>(got), resource_hash({octets.data(), static_cast<std::size_t>(got)})};
}

// The more of a file was read, the better it is known, up to its first kHead octets.
void LogTail::learn_head() {
  if (at_.head.size < kHead && at_.offset > at_.head.size) at_.head = read_head(at_.offset);
}

std::int64_t LogTail::size() const {
  struct stat status{};
  return ::fstat(file_, &status) == 0 ? status.st_size : 0;
}

std::optional<LogTail::Place> LogTail::read_place() const {
  if (!settings_.place) return std::nullopt;
  std::ifstream in(*settings_.place);
  std::string word;
  Place place;
  in >> word >> place.device >> place.inode >> place.offset >> place.head.size >> place.head.hash;
  if (!in || word != kPlaceWord || place.offset < 0 || place.head.size > kHead) return std::nullopt;
  return place;
}

Result<void> LogTail::remember() const {
  if (!settings_.place || file_ < 0) return {};
  // A line without an end is read again as a whole.
  const auto offset = at_.offset - static_cast<std::int64_t>(partial_.size());
  std::ostringstream text;
  text << kPlaceWord << ' ' << at_.device << ' ' << at_.inode << ' ' << offset << ' ' << at_.head.size << ' '
       << at_.head.hash << '\n';
  auto fresh = *settings_.place;
  fresh += ".new";
  {
    std::ofstream out(fresh, std::ios::trunc);
    out << text.str();
    out.flush();
    if (!out) return denied(fresh, "cannot be written");
  }
  std::error_code error;
  std::filesystem::rename(fresh, *settings_.place, error);
  if (error) return denied(*settings_.place, error.message());
  return {};
}

}  // namespace harbinger::persona
