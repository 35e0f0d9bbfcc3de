// Texts behind buckets: what a class of behaviour can be called by.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/access.h>
#include "persona/client_state.h"

namespace harbinger::persona {

/// For each bucket of resources and of sites the text that is asked for most. A text is told only when several clients asked for it, so that
/// nothing that a single one does gets into a name that operators see. One thread at a time.
class ResourceNames {
 public:
  static constexpr std::size_t kLeastClients = 5;

  ResourceNames();

  void note(const ActCode& act, ClientKey client, std::string_view resource);
  /// Empty when not known, or not by enough clients.
  std::string_view resource(std::uint16_t bucket) const { return told(resources_[bucket]); }
  std::string_view site(std::uint16_t bucket) const { return told(sites_[bucket]); }

 private:
  struct Entry {
    std::uint32_t hash = 0, weight = 0;
    std::array<std::uint16_t, kLeastClients> clients{};
    std::uint8_t known = 0;  // of `clients`
    std::string text;
  };
  static void note(Entry& entry, ClientKey client, std::uint64_t hash, std::string_view text);
  static std::string_view told(const Entry& entry) {
    return entry.known < kLeastClients ? std::string_view() : std::string_view(entry.text);
  }

  std::vector<Entry> resources_, sites_;
};

}  // namespace harbinger::persona
