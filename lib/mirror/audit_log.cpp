#include "mirror/audit_log.h"

#include <mutex>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "learn/file.h"

namespace harbinger::mirror {

namespace {

using learn::File;

bool sync_folder_of(const std::filesystem::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const File directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return directory && fsync(directory.number()) == 0;
}

class FileLog final : public AuditLog {
 public:
  explicit FileLog(std::filesystem::path path) : path_(std::move(path)) {}

  Result<void> open_file() {
    file_ = File(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!file_) return trouble("open");
    if (!sync_folder_of(path_)) return trouble("bring to the disk the name of");
    return end_cut_line();
  }

  Result<void> write(std::string_view line) override {
    const std::lock_guard lock(mutex_);
    if (moved())
      if (auto opened = open_file(); !opened) return opened;
    return append(std::string(line) + '\n');
  }

  void take_back() override {
    const std::lock_guard lock(mutex_);
    shorten_to(before_last_);
  }

 private:
  std::unexpected<Error> trouble(const char* verb, int reason = errno) const {
    auto error = learn::file_trouble(verb, path_, reason);
    if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG) error.error().code = ErrorCode::too_large;
    return error;
  }

  off_t size() const {
    struct stat state{};
    return fstat(file_.number(), &state) == 0 ? state.st_size : 0;
  }

  bool moved() const {
    struct stat here{}, there{};
    if (!file_ || fstat(file_.number(), &here) != 0 || stat(path_.c_str(), &there) != 0) return true;
    return here.st_ino != there.st_ino || here.st_dev != there.st_dev;
  }

  // A file that cannot even be shortened is opened anew for the next line.
  void shorten_to(off_t size) {
    if (ftruncate(file_.number(), size) != 0 || fsync(file_.number()) != 0) file_ = File();
  }

  Result<void> end_cut_line() {
    char last = '\n';
    const auto end = size();
    if (end == 0 || pread(file_.number(), &last, 1, end - 1) != 1 || last == '\n') return {};
    return append("\n");
  }

  Result<void> append(std::string_view text) {
    before_last_ = size();
    if (learn::write_all(file_.number(), text.data(), text.size()) && fsync(file_.number()) == 0) return {};
    auto error = trouble("write");
    shorten_to(before_last_);
    return error;
  }

  const std::filesystem::path path_;
  std::mutex mutex_;
  File file_;
  off_t before_last_ = 0;
};

}  // namespace

Result<std::unique_ptr<AuditLog>> AuditLog::open(const std::filesystem::path& file) {
  auto log = std::make_unique<FileLog>(file);
  if (auto opened = log->open_file(); !opened) return fail(opened.error());
  return log;
}

}  // namespace harbinger::mirror
