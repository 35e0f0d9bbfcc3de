#include "net/token_file.h"

#include <mutex>
#include <utility>

#include <sys/stat.h>

namespace harbinger::net {

namespace {

// What changes with a file's content, or with the file that has this name.
struct Stamp {
  ino_t inode = 0;
  off_t size = -1;
  std::int64_t written = 0, changed = 0;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

Stamp stamp_of(const std::filesystem::path& file) {
  struct stat state{};
  if (stat(file.c_str(), &state) != 0) return {};
  return {state.st_ino, state.st_size, nanoseconds(state.st_mtim), nanoseconds(state.st_ctim)};
}

class WatchedFile final : public TokenFile {
 public:
  WatchedFile(std::filesystem::path file, const ScopedTokens::Grammar& grammar, Logger log)
      : file_(std::move(file)), grammar_(grammar), log_(std::move(log)) {}

  // The stamp first: what changes meanwhile is read again the next time.
  Result<void> read() {
    seen_ = stamp_of(file_);
    auto tokens = ScopedTokens::load(file_, grammar_);
    tokens_ = tokens ? std::move(*tokens) : ScopedTokens();
    if (!tokens) return fail(tokens.error());
    return {};
  }

  std::optional<ScopedTokens::Holder> find(std::string_view token) override {
    const std::lock_guard lock(mutex_);
    if (stamp_of(file_) != seen_) {
      if (auto again = read(); !again)
        log_.error("tokens", again.error().to_string() + "; until this is right, nobody is let in");
      else
        log_.info("tokens", "read " + file_.string() + " again");
    }
    return tokens_.find(token);
  }

 private:
  const std::filesystem::path file_;
  const ScopedTokens::Grammar grammar_;
  const Logger log_;
  std::mutex mutex_;
  Stamp seen_;
  ScopedTokens tokens_;
};

}  // namespace

Result<std::unique_ptr<TokenFile>> TokenFile::open(const std::filesystem::path& file,
                                                   const ScopedTokens::Grammar& grammar, Logger log) {
  auto watched = std::make_unique<WatchedFile>(file, grammar, std::move(log));
  if (auto read = watched->read(); !read) return fail(read.error());
  return watched;
}

}  // namespace harbinger::net
