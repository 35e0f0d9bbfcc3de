// Everything that the model has learnt.
#pragma once

#include "learn/sequence/blend.h"
#include "learn/sequence/calibration.h"
#include "learn/sequence/candidates.h"
#include "learn/sequence/client_table.h"
#include "learn/sequence/context_table.h"
#include "learn/sequence/evidence.h"
#include "learn/sequence/popularity.h"
#include "learn/sequence/text_table.h"

namespace harbinger::sequence {

/// One thread, but for what readers see of `resources`.
struct Memory {
  explicit Memory(std::size_t lines)
      : resources(lines / 5), edits(lines / 16), contexts(lines), clients(lines / 16), popularity(resources) {}

  TextTable resources;
  TextTable edits;  ///< see name_structure.h
  ContextTable contexts;
  ClientTable clients;
  Popularity popularity;
  Evidence evidence;
  Blend blend;
  Calibration calibration;
  Imagined imagined;

  std::string_view text(TextId id) const noexcept {
    return id & Imagined::kMark ? imagined.text(id) : resources.text(id);
  }
  /// Who may hear of it: see WantedBy.
  ClientKey only(TextId id) const noexcept {
    if (id & Imagined::kMark) return imagined.only(id);
    const TextTable::Entry* entry = resources.get(id);
    return entry ? entry->wanted.only() : WantedBy::kNobody;
  }
  void foretold(TextId id, ClientKey for_whom) noexcept {
    id& Imagined::kMark ? imagined.foretold(id, for_whom) : resources.foretold(id, for_whom);
  }
};

/// Where a client is: what its candidates depend on.
struct Moment {
  std::span<const TextId> path;  ///< its latest resources, newest first; at least one
  ClientKey client = 0;          ///< 0: nobody in particular, so no habits
  PersonaId persona = 0;
  std::size_t length = 1;  ///< steps of the session so far
  UnixMillis at = 0;       ///< when the newest was wanted

  TextId current() const noexcept { return path[0]; }
};

inline Moment moment_of(const ClientState& client) noexcept {
  return {client.path(), client.key, client.persona, client.length, client.last};
}

}  // namespace harbinger::sequence
