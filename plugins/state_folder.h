// A folder with a plugin's state, and the one service of this process that has it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <harbinger/metrics.h>
#include <harbinger/result.h>
#include <harbinger/secret_file.h>

namespace harbinger {

/// Makes the folder where it is missing. `denied` when it cannot be made.
Result<void> make_folder(const std::filesystem::path& folder);

/// Makes the folder where it is missing; the secret of what lies in it, from `key`, or from `key` in the folder, which is made then, too.
Result<Secret> open_state_folder(const std::filesystem::path& folder, const std::optional<std::filesystem::path>& key);

/// What marks what we make as ours where others start some, too: the same for the same state folder, in which it is kept; another for each. 17 characters.
Result<std::string> installation_of(const std::filesystem::path& state);

/// Services by their folder (`Settings::state`), each made for the first who asks and gone after the last; and what was `Told` by one, which the next one of the folder goes
/// on with after a reload. Any thread.
template <class Service, class Told, class Settings>
class FolderServices {
 public:
  /// The one that is alive with these settings, or what `make` makes of what was told: that of the service before where `keeps(before, now)`, else new, by `make_told`.
  template <class Keeps, class MakeTold, class Make>
  Result<std::shared_ptr<Service>> shared(const Metrics* metrics, const Settings& settings, Keeps keeps,
                                          MakeTold make_told, Make make) {
    const std::lock_guard guard(lock_);
    auto& entry = known_[{metrics, settings.state}];
    if (auto alive = entry.service.lock(); alive && entry.settings == settings) return alive;
    std::shared_ptr<Told> told = keeps(entry.settings, settings) ? entry.told.lock() : nullptr;
    if (!told) told = make_told();
    Result<std::shared_ptr<Service>> made = make(told);
    if (made) entry = {*made, told, settings};
    return made;
  }

 private:
  struct Entry {
    std::weak_ptr<Service> service;
    std::weak_ptr<Told> told;
    Settings settings;
  };
  std::mutex lock_;
  std::map<std::pair<const Metrics*, std::filesystem::path>, Entry> known_;
};

}  // namespace harbinger
