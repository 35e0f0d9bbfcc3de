// Which page of a host clients come to first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace harbinger::edge {

/// One candidate a host, by majority vote (Boyer and Moore, "MJRTY", 1981): found whenever most come in by one page, and without counting them all. Bounded;
/// not thread-safe.
class EntryPages {
 public:
  static constexpr std::size_t kMostHosts = 10'000, kMostVisits = 100'000;

  /// `visitor` fetched `url` of `host`. Only its first fetch there counts, until its visit is forgotten.
  void note(std::uint64_t visitor, std::string_view host, std::string_view url) {
    if (visits_.size() >= kMostVisits) visits_.clear();
    if (!visits_.insert(visitor ^ std::hash<std::string_view>()(host)).second) return;
    if (pages_.size() >= kMostHosts && !pages_.contains(std::string(host))) return;
    auto& page = pages_[std::string(host)];
    if (page.votes == 0) page.url = url;
    page.votes = page.url == url ? std::min(page.votes + 1, kMostVotes) : page.votes - 1;
  }
  /// Empty where none is known.
  std::string_view of(std::string_view host) const {
    const auto found = pages_.find(std::string(host));
    return found == pages_.end() ? std::string_view() : found->second.url;
  }

 private:
  // So many that a site may change its mind.
  static constexpr int kMostVotes = 100;
  struct Page {
    std::string url;
    int votes = 0;
  };
  std::unordered_map<std::string, Page> pages_;
  std::unordered_set<std::uint64_t> visits_;
};

}  // namespace harbinger::edge
