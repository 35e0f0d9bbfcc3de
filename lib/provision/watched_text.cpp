#include "provision/watched_text.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/read_file.h"

namespace harbinger::provision {

namespace {

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

std::string trimmed(const std::string& text) {
  constexpr const char* kSpace = " \t\r\n";
  const auto begin = text.find_first_not_of(kSpace);
  return begin == text.npos ? "" : text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

}  // namespace

WatchedText::Stamp WatchedText::stamp_of(const std::filesystem::path& file) {
  struct stat state{};
  if (::stat(file.c_str(), &state) != 0) return {};
  return {state.st_dev, state.st_ino, state.st_size, nanoseconds(state.st_mtim), nanoseconds(state.st_ctim)};
}

// The stamp first: what changes meanwhile is read again the next time.
Result<std::string> WatchedText::read() {
  seen_ = stamp_of(file_);
  text_.clear();
  const auto whole = read_file(file_, "the secret in");
  if (!whole) return fail(whole.error());
  auto text = trimmed(*whole);
  if (text.empty() || std::ranges::any_of(text, [](unsigned char octet) { return octet < ' ' || octet == 127; }))
    return fail(ErrorCode::malformed, file_.string() + " should have one line of text, and nothing else");
  text_ = std::move(text);
  return text_;
}

Result<std::string> WatchedText::text() {
  const std::lock_guard lock(mutex_);
  if (!text_.empty() && stamp_of(file_) == seen_) return text_;
  return read();
}

bool WatchedText::differs_from(std::string_view known) {
  const std::lock_guard lock(mutex_);
  const auto now = read();
  return now && *now != known;
}

}  // namespace harbinger::provision
