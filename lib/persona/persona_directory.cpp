#include <harbinger/persona_directory.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace harbinger {

namespace {

constexpr int kTries = 100;
constexpr auto kRelaxed = std::memory_order_relaxed;
using Words = std::array<std::uint64_t, 4>;

PersonaName number_of(PersonaId persona) {
  if (persona == 0) return PersonaName(kDefaultPersonaName);
  std::array<char, 16> text{'p', 'e', 'r', 's', 'o', 'n', 'a', '-'};
  const auto end = std::to_chars(text.data() + 8, text.data() + text.size(), persona).ptr;
  return PersonaName({text.data(), end});
}

}  // namespace

PersonaName::PersonaName(std::string_view name) noexcept
    : size_(static_cast<std::uint8_t>(std::min(name.size(), kMost))) {
  std::copy_n(name.data(), size_, octets_.data());
}

PersonaName PersonaDirectory::name(PersonaId persona) const noexcept {
  const auto& label = labels_[persona];
  for (int i = 0; i < kTries; ++i) {
    const auto version = label.version.load(std::memory_order_acquire);
    Words words;
    for (std::size_t at = 0; at < words.size(); ++at) words[at] = label.words[at].load(kRelaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    if (version % 2 != 0 || label.version.load(kRelaxed) != version) continue;
    std::array<char, sizeof words> text;
    std::memcpy(text.data(), words.data(), sizeof words);
    const auto size = static_cast<std::uint8_t>(text.back());
    return size == 0 ? number_of(persona) : PersonaName({text.data(), size});
  }
  return number_of(persona);
}

const PersonaProfile* PersonaDirectory::profile(PersonaId persona) const noexcept {
  const auto* table = table_.load();
  return table ? table->profiles[persona].get() : nullptr;
}

void PersonaDirectory::write(Label& label, std::string_view name) {
  std::array<char, sizeof(Words)> text{};
  const auto size = std::min(name.size(), PersonaName::kMost);
  std::copy_n(name.data(), size, text.data());
  text.back() = static_cast<char>(size);
  Words words;
  std::memcpy(words.data(), text.data(), sizeof words);
  const auto version = label.version.load(kRelaxed);
  label.version.store(version + 1, kRelaxed);
  std::atomic_thread_fence(std::memory_order_release);
  for (std::size_t at = 0; at < words.size(); ++at) label.words[at].store(words[at], kRelaxed);
  label.version.store(version + 2, std::memory_order_release);
}

void PersonaDirectory::publish(std::vector<PersonaProfile> personas) {
  auto table = std::make_unique<Table>();
  for (auto& each : personas) {
    const auto id = each.id;
    table->profiles[id] = std::make_unique<const PersonaProfile>(std::move(each));
  }
  bool renamed = false;
  {
    const std::lock_guard guard(writing_);
    for (std::size_t id = 0; id < kPersonas; ++id) {
      const auto name = table->profiles[id] ? std::string_view(table->profiles[id]->name) : std::string_view();
      const auto* before = profile(static_cast<PersonaId>(id));
      renamed = renamed || name != (before ? std::string_view(before->name) : std::string_view());
      write(labels_[id], name);
    }
    table_.publish(table.release());
  }
  if (!renamed) return;
  const std::lock_guard guard(hearing_);
  for (const auto& tell : renamed_) tell();
}

// Under the lock the table cannot be replaced, so nobody frees it meanwhile.
std::vector<PersonaProfile> PersonaDirectory::personas() const {
  const std::lock_guard guard(writing_);
  std::vector<PersonaProfile> all;
  if (const auto* table = table_.load())
    for (const auto& each : table->profiles)
      if (each) all.push_back(*each);
  return all;
}

template <class Each>
std::shared_ptr<void> PersonaDirectory::enlist(std::list<Each>& hearers, Each hear) {
  const std::lock_guard guard(hearing_);
  const auto place = hearers.insert(hearers.end(), std::move(hear));
  return {&*place, [this, &hearers, place](void*) {
            const std::lock_guard wait(hearing_);
            hearers.erase(place);
          }};
}

std::shared_ptr<void> PersonaDirectory::hear_expected(Hear hear) { return enlist(hearers_, std::move(hear)); }

std::shared_ptr<void> PersonaDirectory::hear_renamed(std::function<void()> renamed) {
  return enlist(renamed_, std::move(renamed));
}

void PersonaDirectory::expected(const PersonaUpdate::Successors& successors) {
  const std::lock_guard guard(hearing_);
  for (const auto& hear : hearers_) hear(successors);
}

PersonaDirectory& persona_directory() {
  static PersonaDirectory only;
  return only;
}

}  // namespace harbinger
