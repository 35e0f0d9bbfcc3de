// The catalogue of personas: what an operator wants to know clients as, and what follows from it.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/config.h>
#include <harbinger/persona.h>
#include <harbinger/persona_engine.h>
#include "persona/features.h"

namespace harbinger::persona {

/// "fits when `feature` is within": a cluster's distance to an entry grows with how far outside it is.
struct FeatureRange {
  Feature feature{};
  float low = 0, high = 0;  ///< both included; an open end is infinite
  float weight = 1;
};

/// A client that fits every non-empty list of a rule is of its entry at once, whatever it does.
struct CatalogueRule {
  std::vector<std::string> user_agents;  ///< patterns (`*`), without regard to case
  std::vector<std::string> networks;     ///< words of the servers' `network` options
  std::vector<std::string> names;        ///< patterns of the name asked for
  std::vector<DeviceClass> devices;
};

struct CatalogueEntry {
  PersonaProfile profile;            ///< `id` is 0: numbers are given by the engine
  std::vector<FeatureRange> ranges;  ///< empty: by rules only
  std::vector<CatalogueRule> rules;
};

/// Immutable once made.
class Catalogue {
 public:
  /// A file in the grammar of the Harbingerfile, a block for each persona. All errors at once, with file, line and column: unknown words, a name
  /// twice, an empty range, rules that contradict each other (the same rule for two entries).
  static std::expected<Catalogue, config::Errors> parse(
      std::string_view text, const std::filesystem::path& path,
      const config::Sources& sources = config::Sources::of_the_system());
  static std::expected<Catalogue, config::Errors> load(const std::filesystem::path& path);
  /// The one that is used when the operator has none: mobile-video, late-night-reader, gamer, crawler, interactive-researcher,
  /// device-telemetry and others. Also as text, to start an own one from.
  static const Catalogue& defaults();
  static std::string_view default_text();

  const std::vector<CatalogueEntry>& entries() const { return entries_; }
  /// The entry that a rule gives this client, or null. The first entry wins.
  const CatalogueEntry* by_rule(const PersonaAsk& ask) const noexcept;
  /// The entry whose ranges fit best, and how well (0..1), or null when none fits at least half.
  struct Match {
    const CatalogueEntry* entry = nullptr;
    float fit = 0;
  };
  Match match(const Features& features) const noexcept;

 private:
  std::vector<CatalogueEntry> entries_;
};

}  // namespace harbinger::persona
