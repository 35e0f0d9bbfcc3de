#include "learn/snapshots.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string>
#include <vector>

namespace harbinger {

namespace {

constexpr std::string_view kPrefix = "model-", kSuffix = ".snapshot";
constexpr std::size_t kKept = 2;

std::optional<UnixMillis> time_in(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  name = name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
  UnixMillis at = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), at);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return at;
}

}  // namespace

std::vector<std::pair<UnixMillis, std::filesystem::path>> Snapshots::list() const {
  std::vector<std::pair<UnixMillis, std::filesystem::path>> found;
  std::error_code error;
  for (std::filesystem::directory_iterator it(directory_, error), end; !error && it != end; it.increment(error))
    if (const auto at = time_in(it->path().filename().string())) found.emplace_back(*at, it->path());
  std::ranges::sort(found, std::greater{});
  return found;
}

std::optional<UnixMillis> Snapshots::load(SequenceModel& model) const {
  for (const auto& [at, file] : list()) {
    const auto loaded = model.load(file);
    if (loaded) return at;
    log_.warning("snapshot", "cannot use " + file.string() + ": " + loaded.error().message);
  }
  return std::nullopt;
}

Result<void> Snapshots::save(const SequenceModel& model, UnixMillis latest) const {
  const auto file = directory_ / (std::string(kPrefix) + std::to_string(latest) + std::string(kSuffix));
  if (auto saved = model.save(file); !saved) return saved;
  std::error_code ignored;
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
  std::size_t kept = 0;
  for (const auto& [at, other] : list()) {
    const bool of_a_clock_that_was_ahead = at > latest;
    if (of_a_clock_that_was_ahead || ++kept > kKept) std::filesystem::remove(other, ignored);
  }
  return {};
}

}  // namespace harbinger
