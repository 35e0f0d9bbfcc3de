// Which number is which persona: names, what follows from each, and what an operator said of them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/persona.h>
#include <harbinger/result.h>
#include "persona/catalogue.h"
#include "persona/distinctions.h"

namespace harbinger::persona {

/// Personas by number, 1 to 255. A number keeps its name while it lives: a cluster is called anew only when an entry of the catalogue begins to fit it, or
/// another one fits clearly better. One thread at a time.
class PersonaRegister {
 public:
  /// The catalogue outlives it.
  explicit PersonaRegister(const Catalogue& catalogue) : catalogue_(&catalogue) {}

  /// What a cluster looks like now.
  struct Look {
    PersonaId id = 0;
    Features features{};
    std::vector<Distinction> distinctions;  ///< strongest first
    std::uint64_t clients = 0;
  };
  /// These clusters are there; personas that are neither among them nor of a rule are gone. True when anything that is published changed.
  bool renew(std::span<const Look> clusters);

  /// The persona of a catalogue entry that a rule gave, made with a number of `spare` (called once at most; 0: none left) if there is none.
  PersonaId of_entry(const CatalogueEntry& entry, const std::function<PersonaId()>& spare);
  /// The number of a persona; by a name of an entry, too.
  std::optional<PersonaId> find(std::string_view name) const;

  /// Errors as in PersonaAdmin. A name that an operator gave stays.
  Result<PersonaId> rename(std::string_view persona, std::string_view name);
  Result<PersonaId> pin(std::string_view persona, bool pinned);
  /// A new persona under a name, from splitting another; it is the operator's.
  Result<void> add(PersonaId id, std::string_view name);
  void remove(PersonaId id);
  /// Why `name` cannot be a persona's, or nothing.
  std::optional<Error> trouble_with(std::string_view name) const;

  bool has(PersonaId id) const { return slots_[id].used; }
  bool pinned(PersonaId id) const { return slots_[id].profile.pinned; }
  bool by_rule(PersonaId id) const { return slots_[id].by_rule; }
  const std::string& name(PersonaId id) const { return slots_[id].profile.name; }
  void count(PersonaId id, std::uint64_t clients) { slots_[id].profile.clients = clients; }
  /// By number.
  std::vector<PersonaProfile> profiles() const;

  /// Names, pins and entries, without check sum.
  std::vector<std::uint8_t> save() const;
  Result<void> load(std::span<const std::uint8_t> octets);

 private:
  struct Slot {
    bool used = false, by_rule = false, named_by_operator = false;
    bool nameless = false;  // has its number for a name, until something sets it apart
    float fit = 0;          // of its entry when it got it
    PersonaProfile profile;
  };
  bool look_at(const Look& look);
  void name_after_entry(Slot& slot, const CatalogueEntry& entry, float fit);
  std::string unique(std::string_view word, PersonaId id) const;
  const CatalogueEntry* entry_named(std::string_view name) const;

  const Catalogue* catalogue_;
  std::array<Slot, 256> slots_{};
};

}  // namespace harbinger::persona
