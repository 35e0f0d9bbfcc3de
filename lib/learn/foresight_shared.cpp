// Who shares a learner with whom.
#include <algorithm>
#include <map>
#include <mutex>
#include <string>

#include "learn/foresight_impl.h"

namespace harbinger {

namespace {

struct Known {
  std::weak_ptr<Foresight> foresight;
  std::string settings;
};
struct Registry {
  std::mutex lock;
  std::map<std::string, Known> known;
};
Registry& registry() {
  static Registry only;
  return only;
}

std::string text_of(const Foresight::Settings& settings) {
  std::string text = std::to_string(settings.model.contexts) + ' ' + std::to_string(settings.model.session_gap_s) +
                     ' ' + std::to_string(settings.planner.extra_upstream) + ' ' +
                     std::to_string(settings.planner.records) + ' ' + std::to_string(settings.ring) + ' ' +
                     std::to_string(settings.recent.most_per_second);
  for (const auto& manifest : settings.manifests) text += ' ' + manifest.string();
  if (const auto& journal = settings.journal)
    text += ' ' + journal->key_file.string() + ' ' + std::to_string(journal->max_bytes) + ' ' +
            std::to_string(journal->max_age.count());
  return text;
}

std::string identity_of(const Foresight::Settings& settings, const Foresight::World& world) {
  if (settings.journal) return "journal " + std::filesystem::weakly_canonical(settings.journal->directory).string();
  // Two worlds in one process, as in tests, have a clock each.
  return "memory " + std::to_string(reinterpret_cast<std::uintptr_t>(world.clock)) + ' ' + text_of(settings);
}

}  // namespace

// The lock is held while a journal opens, so that of two blocks that start at once the second finds the first's.
Result<std::shared_ptr<Foresight>> Foresight::shared(const Settings& settings, const World& world) {
  const auto identity = identity_of(settings, world);
  auto text = text_of(settings);
  auto& all = registry();
  const std::lock_guard guard(all.lock);
  auto& known = all.known[identity];
  if (auto alive = known.foresight.lock()) {
    if (known.settings != text)
      world.log.warning(
          "fixed",
          "what the learner is made with (contexts, keep, key, manifest, extra_upstream) changes at the next start");
    return alive;
  }
  auto impl = std::make_unique<Impl>(settings, world);
  if (auto started = impl->start(); !started) {
    all.known.erase(identity);
    return fail(started.error());
  }
  const std::shared_ptr<Foresight> made(new Foresight(std::move(impl)));
  known = {made, std::move(text)};
  std::erase_if(all.known, [](const auto& each) { return each.second.foresight.expired(); });
  return made;
}

std::vector<std::shared_ptr<Foresight>> Foresight::running() {
  std::vector<std::shared_ptr<Foresight>> alive;
  auto& all = registry();
  const std::lock_guard guard(all.lock);
  for (const auto& [identity, known] : all.known)
    if (auto each = known.foresight.lock()) alive.push_back(std::move(each));
  return alive;
}

void Foresight::catch_up_all() {
  for (const auto& each : running()) each->catch_up();
}

}  // namespace harbinger
