// The questions of a day to one resolver, with the answers that they got: what refreshing ahead is measured on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <harbinger/access.h>

namespace harbinger {

/// One question. `ttl_s` is how long the answer that was given may be kept, 0 when not at all (nobody answered, or the answer forbids it);
/// a negative answer brings the negative TTL (RFC 2308 sec. 5).
struct FeedQuestion {
  UnixMillis at = 0;
  ClientKey client = 0;
  std::uint32_t record = 0;  ///< index into DnsFeed::records
  std::uint32_t ttl_s = 0;
  std::uint32_t rtt_us = 0;  ///< how long the upstream takes to answer
  bool negative = false;
};

/// Questions in the order of time, and the records (name and type) that they ask for.
struct DnsFeed {
  struct Record {
    std::string name;
    std::uint16_t type = 0;
  };

  std::vector<Record> records;
  std::vector<FeedQuestion> questions;

  /// The index of a record, new if need be.
  std::uint32_t record(std::string_view name, std::uint16_t type);

 private:
  std::unordered_map<std::string, std::uint32_t> index_;
};

}  // namespace harbinger
