// The operator's words for the networks that clients are in.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/address.h>

namespace harbinger::persona {

struct NetworkRow {
  std::string word;
  std::vector<IpPrefix> prefixes;
};

class Networks {
 public:
  explicit Networks(const std::vector<NetworkRow>& rows) {
    for (const auto& row : rows)
      for (const auto& prefix : row.prefixes) places_.push_back({prefix, row.word});
    // An IPv4 prefix and an IPv6 prefix never hold the same address, so lengths need no common measure.
    std::ranges::stable_sort(places_, std::ranges::greater{}, [](const Place& place) { return place.prefix.bits; });
  }

  /// The word of the longest prefix that holds `address`; empty when there is none.
  std::string_view word_of(const IpAddress& address) const noexcept {
    const auto found = std::ranges::find_if(places_, [&](const Place& each) { return each.prefix.contains(address); });
    return found == places_.end() ? std::string_view() : found->word;
  }

 private:
  struct Place {
    IpPrefix prefix;
    std::string word;
  };
  std::vector<Place> places_;  // longest first
};

}  // namespace harbinger::persona
