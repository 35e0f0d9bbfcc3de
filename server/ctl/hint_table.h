// Hints as a table for people.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <harbinger/message.h>

namespace harbinger::ctl {

/// What a reply says of hints, in its option and in its SVCB and HTTPS records.
struct HintTables {
  std::string text;  ///< lines; who answered is not in it
  std::size_t hints = 0;
  bool well_formed = true;  ///< false: what could be read is in `text`
};
HintTables hint_tables(const Message& reply);

/// `14.2 kB`; nothing for 0.
std::string size_text(std::uint64_t octets);
/// `350 ms`, `12.5 s`; nothing for 0.
std::string time_text(std::uint32_t ms);

}  // namespace harbinger::ctl
