// Where addresses are, from files: ranges with a country, or databases in MaxMind's format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/place.h>
#include <harbinger/result.h>

namespace harbinger::steer {

/// Ranges of addresses in order, each with a place. Immutable once it is filled.
class PlaceRanges {
 public:
  /// Both ends belong to it. Ranges come in ascending order, those of IPv4 apart from those of IPv6, and do not overlap: false for one that does. Of IPv6, the
  /// first 64 bits count.
  bool add(const IpAddress& first, const IpAddress& last, const Place& place);
  /// Makes it ready to be asked.
  void finish();
  /// Nothing known: a place that is none. No allocation, no lock.
  Place find(const IpAddress& address) const noexcept;
  std::size_t size() const { return starts_[0].size() + starts_[1].size(); }

 private:
  struct Start {
    std::uint64_t first;
    std::uint32_t place;  // 0: nowhere, from here to the next start
  };
  std::uint32_t number_of(const Place& place);

  std::vector<Start> starts_[2];        // IPv4, IPv6
  std::vector<std::uint32_t> by_head_;  // of IPv4: the first start of each 16 bits
  std::vector<Place> places_{Place{}};
};

/// Several sources, asked in order: each adds what those before it do not know. Any thread.
class PlaceTable {
 public:
  /// `.mmdb` files are MaxMind's (City, Country, ASN and the like), others are lines `FIRST,LAST,COUNTRY`. A country alone has the position of its middle. Errors:
  /// not_found, malformed: with the file and what is wrong in it.
  static Result<std::shared_ptr<const PlaceTable>> load(const std::vector<std::filesystem::path>& files);
  /// Rows by hand, which go before files.
  void put_first(PlaceRanges rows) { sources_.insert(sources_.begin(), std::move(rows)); }

  Place find(const IpAddress& address) const noexcept;
  std::size_t size() const;

 private:
  std::vector<PlaceRanges> sources_;
};

/// The table that the newest geoip has; what the others in the process go by, so that a client is in the same group for all. Any thread but a worker.
void use_places(std::shared_ptr<const PlaceTable> table);
Place place_in_use(const IpAddress& address);

Result<PlaceRanges> read_country_ranges(const std::filesystem::path& file);
/// Nothing of the file is used once this is over, and nothing that happens to it meanwhile does more harm than an error: it may be written over in place.
Result<PlaceRanges> read_maxmind(const std::filesystem::path& file);
/// The octets of a database; `file` is what errors name. Octets that are none are an error, and cost no more time and memory than their size allows.
Result<PlaceRanges> read_maxmind(std::string_view octets, const std::filesystem::path& file);

/// The middle of a country, roughly, with its continent; for an unknown code, the country alone.
Place place_of_country(std::string_view code);

/// Puts a place where `position` says, if it says anything: degrees north, degrees east. malformed with `whose` it is, when it can be none.
Result<void> put_at(Place& place, std::span<const double> position, const std::string& whose);

}  // namespace harbinger::steer
