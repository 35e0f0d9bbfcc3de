#include "persona/persona_register.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace harbinger::persona {

namespace {

// How much better another entry must fit before a cluster is called anew.
constexpr float kClearlyBetter = 0.15F;

bool is_name(std::string_view name) {
  const auto plain = [](char each) {
    return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') || each == '-';
  };
  return !name.empty() && name.size() <= 31 && std::ranges::all_of(name, plain);
}

std::vector<std::string> sentences_of(const std::vector<Distinction>& distinctions) {
  constexpr std::size_t kTold = 3;
  std::vector<std::string> sentences;
  for (const auto& each : distinctions)
    if (sentences.size() < kTold) sentences.push_back(each.sentence);
  return sentences;
}

}  // namespace

std::string PersonaRegister::unique(std::string_view word, PersonaId id) const {
  const auto taken = [&](const std::string& name) {
    if (name == kDefaultPersonaName) return true;
    for (std::size_t i = 1; i < slots_.size(); ++i)
      if (i != id && slots_[i].used && slots_[i].profile.name == name) return true;
    return false;
  };
  std::string name(word);
  for (int number = 2; taken(name); ++number) {
    const auto ending = '-' + std::to_string(number);
    name = std::string(word.substr(0, 31 - ending.size())) + ending;
  }
  return name;
}

const CatalogueEntry* PersonaRegister::entry_named(std::string_view name) const {
  const auto found = std::ranges::find(catalogue_->entries(), name, [](const auto& each) { return each.profile.name; });
  return found == catalogue_->entries().end() ? nullptr : &*found;
}

// What follows from the entry, under the number, name and pin that the persona has.
void PersonaRegister::name_after_entry(Slot& slot, const CatalogueEntry& entry, float fit) {
  PersonaProfile profile = entry.profile;
  profile.id = slot.profile.id;
  profile.entry = entry.profile.name;
  profile.pinned = slot.profile.pinned;
  profile.clients = slot.profile.clients;
  profile.distinguished_by = std::move(slot.profile.distinguished_by);
  profile.name = slot.named_by_operator ? slot.profile.name : unique(entry.profile.name, profile.id);
  slot.nameless = false;
  slot.profile = std::move(profile);
  slot.fit = fit;
}

bool PersonaRegister::look_at(const Look& look) {
  auto& slot = slots_[look.id];
  const bool fresh = !std::exchange(slot.used, true);
  if (fresh) slot.profile.id = look.id;
  slot.profile.clients = look.clients;
  const auto sentences = sentences_of(look.distinctions);
  bool changed = fresh || slot.profile.distinguished_by != sentences;
  slot.profile.distinguished_by = sentences;
  if (slot.profile.pinned || slot.by_rule) return changed;

  const auto match = catalogue_->match(look.features);
  if (match.entry && (slot.profile.entry.empty() ||
                      (match.entry->profile.name != slot.profile.entry && match.fit > slot.fit + kClearlyBetter))) {
    name_after_entry(slot, *match.entry, match.fit);
    return true;
  }
  if (slot.profile.name.empty() || (slot.nameless && !look.distinctions.empty())) {
    slot.nameless = look.distinctions.empty();
    const auto word = slot.nameless ? "persona-" + std::to_string(look.id) : look.distinctions.front().word;
    slot.profile.name = unique(word, look.id);
    changed = true;
  }
  return changed;
}

bool PersonaRegister::renew(std::span<const Look> clusters) {
  bool changed = false;
  std::array<bool, 256> there{};
  for (const auto& look : clusters) {
    there[look.id] = true;
    changed |= look_at(look);
  }
  for (std::size_t id = 1; id < slots_.size(); ++id) {
    auto& slot = slots_[id];
    if (!slot.used || there[id] || slot.by_rule || slot.profile.pinned) continue;
    slot = {};
    changed = true;
  }
  return changed;
}

PersonaId PersonaRegister::of_entry(const CatalogueEntry& entry, const std::function<PersonaId()>& spare) {
  for (std::size_t id = 1; id < slots_.size(); ++id)
    if (slots_[id].used && slots_[id].by_rule && slots_[id].profile.entry == entry.profile.name)
      return static_cast<PersonaId>(id);
  const auto id = spare();
  if (id == 0) return 0;
  auto& slot = slots_[id];
  slot = {};
  slot.used = slot.by_rule = true;
  slot.profile.id = id;
  name_after_entry(slot, entry, 1);
  return id;
}

std::optional<PersonaId> PersonaRegister::find(std::string_view name) const {
  for (std::size_t id = 1; id < slots_.size(); ++id)
    if (slots_[id].used && slots_[id].profile.name == name) return static_cast<PersonaId>(id);
  return std::nullopt;
}

std::optional<Error> PersonaRegister::trouble_with(std::string_view name) const {
  if (!is_name(name))
    return Error{ErrorCode::malformed, "a persona's name has 1 to 31 characters: a to z, 0 to 9 and -"};
  if (name == kDefaultPersonaName)
    return Error{ErrorCode::conflict, "default is the persona of those of whom nothing is known"};
  if (find(name)) return Error{ErrorCode::conflict, "there is a persona " + std::string(name) + " already"};
  return std::nullopt;
}

Result<PersonaId> PersonaRegister::rename(std::string_view persona, std::string_view name) {
  const auto id = find(persona);
  if (!id) return fail(ErrorCode::not_found, "there is no persona " + std::string(persona));
  if (auto trouble = trouble_with(name)) return fail(std::move(*trouble));
  auto& slot = slots_[*id];
  slot.profile.name = name;
  slot.named_by_operator = true;
  slot.nameless = false;
  return *id;
}

Result<PersonaId> PersonaRegister::pin(std::string_view persona, bool pinned) {
  const auto id = find(persona);
  if (!id) return fail(ErrorCode::not_found, "there is no persona " + std::string(persona));
  slots_[*id].profile.pinned = pinned;
  return *id;
}

Result<void> PersonaRegister::add(PersonaId id, std::string_view name) {
  if (auto trouble = trouble_with(name)) return fail(std::move(*trouble));
  auto& slot = slots_[id];
  slot = {};
  slot.used = slot.named_by_operator = true;
  slot.profile.id = id;
  slot.profile.name = name;
  return {};
}

void PersonaRegister::remove(PersonaId id) { slots_[id] = {}; }

std::vector<PersonaProfile> PersonaRegister::profiles() const {
  std::vector<PersonaProfile> all;
  for (const auto& slot : slots_)
    if (slot.used) all.push_back(slot.profile);
  return all;
}

// What an entry of the catalogue says is read from the catalogue again, so that a change of it takes effect.
std::vector<std::uint8_t> PersonaRegister::save() const {
  nlohmann::json all = nlohmann::json::array();
  for (const auto& [used, by_rule, named, nameless, fit, profile] : slots_)
    if (used)
      all.push_back({{"id", profile.id},
                     {"name", profile.name},
                     {"entry", profile.entry},
                     {"pinned", profile.pinned},
                     {"rule", by_rule},
                     {"named", named},
                     {"nameless", nameless},
                     {"fit", fit},
                     {"clients", profile.clients},
                     {"distinguished_by", profile.distinguished_by}});
  return nlohmann::json::to_cbor(all);
}

Result<void> PersonaRegister::load(std::span<const std::uint8_t> octets) {
  PersonaRegister read(*catalogue_);
  try {
    const auto all = nlohmann::json::from_cbor(octets.begin(), octets.end());
    for (const auto& each : all) {
      const auto id = each.at("id").get<PersonaId>();
      if (id == 0) return fail(ErrorCode::malformed, "a list of personas with the number 0 in it");
      auto& slot = read.slots_[id];
      slot.used = true;
      slot.by_rule = each.at("rule");
      slot.named_by_operator = each.at("named");
      const bool nameless = each.at("nameless");
      slot.profile.id = id;
      slot.profile.pinned = each.at("pinned");
      slot.profile.clients = each.at("clients");
      slot.profile.distinguished_by = each.at("distinguished_by").get<std::vector<std::string>>();
      if (const auto* entry = entry_named(each.at("entry").get<std::string>()))
        read.name_after_entry(slot, *entry, each.at("fit"));
      slot.profile.name = each.at("name");
      slot.nameless = nameless;
      if (!is_name(slot.profile.name)) return fail(ErrorCode::malformed, "a list of personas with a name that is none");
    }
  } catch (const nlohmann::json::exception& error) {
    return fail(ErrorCode::malformed, std::string("a list of personas that cannot be read: ") + error.what());
  }
  slots_ = std::move(read.slots_);
  return {};
}

}  // namespace harbinger::persona
