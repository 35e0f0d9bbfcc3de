#include "mirror/config_store.h"

#include <mutex>

#include <fcntl.h>
#include <sys/file.h>

#include "base/calendar.h"
#include "learn/file.h"
#include "mirror/audit_line.h"
#include "mirror/if_match.h"
#include "mirror/sealed_file.h"

namespace harbinger::mirror {

namespace fs = std::filesystem;

namespace {

constexpr const char* kPurpose = "the settings of mirroring";

ConfigStore::Refusal disk_refusal(const Error& error) {
  return {error.code == ErrorCode::too_large ? ConfigStore::Refused::no_room : ConfigStore::Refused::failed,
          error.message};
}

class FileStore final : public ConfigStore {
 public:
  explicit FileStore(const Settings& settings)
      : settings_(settings), file_(settings.folder / "settings.sealed", settings.secret, kPurpose) {}

  Result<void> open() {
    std::error_code error;
    fs::create_directories(settings_.folder, error);
    if (auto held = hold_folder(); !held) return held;
    if (auto loaded = load(); !loaded) return loaded;
    auto audit = AuditLog::open(settings_.folder / "audit.log");
    if (!audit) return fail(audit.error());
    audit_ = std::move(*audit);
    note_start();
    return {};
  }

  std::shared_ptr<const ConfigVersion> current() const override {
    const std::lock_guard lock(mutex_);
    return current_;
  }

  AuditLog& audit() override { return *audit_; }

  Changed replace(const MirrorSettings& settings, std::string_view if_match, const Author& author) override {
    const std::lock_guard lock(mutex_);
    if (if_match.empty())
      return refuse(Refused::unconditional, "a change needs If-Match with the ETag of the settings that it changes");
    if (!names_version(if_match, current_->etag))
      return refuse(Refused::stale, "the settings are at version " + current_->etag + " by now: read them again");
    if (settings == current_->settings) return current_;
    auto next = std::make_shared<ConfigVersion>(next_version(settings, author));
    if (auto kept = keep(*next, author); !kept) return std::unexpected(disk_refusal(kept.error()));
    current_ = std::move(next);
    return current_;
  }

 private:
  static Changed refuse(Refused reason, std::string why) { return std::unexpected(Refusal{reason, std::move(why)}); }

  Result<void> hold_folder() {
    const auto path = settings_.folder / "lock";
    lock_ = learn::File(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock_) return learn::file_trouble("open", path);
    if (flock(lock_.number(), LOCK_EX | LOCK_NB) != 0)
      return fail(ErrorCode::conflict,
                  "another process keeps the settings in " + settings_.folder.string() + ": name another folder");
    return {};
  }

  Result<void> load() {
    ConfigVersion version;
    if (const auto octets = file_.read(); octets) {
      auto read = read_version(*octets);
      if (!read)
        return fail(read.error().code, file_.path().string() + " holds settings that cannot be used: " +
                                           read.error().message + "; move it away to begin with the defaults");
      version = std::move(*read);
    } else if (octets.error().code != ErrorCode::not_found) {
      return fail(octets.error());
    }
    version.etag = etag_of(version);
    current_ = std::make_shared<const ConfigVersion>(std::move(version));
    return {};
  }

  // Which of the changes in the log hold is told by the version that the next start finds.
  void note_start() {
    const auto line =
        audit_line({.what = "start", .outcome = "applied", .to = current_->number}, calendar_ms(*settings_.clock));
    if (auto written = audit_->write(line); !written) settings_.log.error("audit", written.error().message);
  }

  ConfigVersion next_version(const MirrorSettings& settings, const Author& author) const {
    ConfigVersion next{.number = current_->number + 1,
                       .settings = settings,
                       .changed_at = calendar_ms(*settings_.clock),
                       .changed_by = author.name};
    next.etag = etag_of(next);
    return next;
  }

  // The log first: no change is in force that it does not tell of.
  Result<void> keep(const ConfigVersion& next, const Author& author) {
    const AuditEntry entry{.what = "config",
                           .outcome = "applied",
                           .author = author,
                           .from = current_->number,
                           .to = next.number,
                           .changes = changes_between(current_->settings, next.settings)};
    if (auto told = audit_->write(audit_line(entry, next.changed_at)); !told) return told;
    auto written = file_.write(version_octets(next));
    if (!written) audit_->take_back();
    return written;
  }

  const Settings settings_;
  const SealedFile file_;
  learn::File lock_;
  std::unique_ptr<AuditLog> audit_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ConfigVersion> current_;
};

// One store for each folder, counted. Process-wide, because the folder is: the chains of a reload know nothing of each other.
struct Stores {
  struct Counted {
    std::unique_ptr<FileStore> store;
    std::size_t users = 0;
  };
  std::mutex mutex;
  std::map<fs::path, Counted> by_folder;

  // Closes under the lock: whoever asks meanwhile waits until the folder is free.
  void release(const fs::path& folder) {
    const std::lock_guard lock(mutex);
    const auto counted = by_folder.find(folder);
    if (--counted->second.users == 0) by_folder.erase(counted);
  }
};

Stores& stores() {
  static Stores all;
  return all;
}

}  // namespace

Result<std::shared_ptr<ConfigStore>> ConfigStore::shared(const Settings& settings) {
  auto& all = stores();
  const auto folder = fs::absolute(settings.folder).lexically_normal();
  const std::lock_guard lock(all.mutex);
  auto place = all.by_folder.find(folder);
  if (place == all.by_folder.end()) {
    auto store = std::make_unique<FileStore>(settings);
    if (auto opened = store->open(); !opened) return fail(opened.error());
    place = all.by_folder.emplace(folder, Stores::Counted{std::move(store)}).first;
  }
  ++place->second.users;
  return std::shared_ptr<ConfigStore>(place->second.store.get(), [folder](ConfigStore*) { stores().release(folder); });
}

}  // namespace harbinger::mirror
