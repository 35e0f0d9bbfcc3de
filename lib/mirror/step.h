// Where a mirror stands on its way from a decision to its end.
#pragma once

#include <cstdint>
#include <string_view>

namespace harbinger::mirror {

enum class Step : std::uint8_t {
  wanted,      ///< decided, waits for its turn
  filling,     ///< its server was told to fetch it
  verifying,   ///< we compare what its server gives out with the origin's
  publishing,  ///< verified; DNS is being told
  published,   ///< DNS tells of it
  away,        ///< its server is gone, and may come back; DNS does not tell of it
  draining,    ///< DNS does not tell of it any more; it stays for those who still have the old answer
  withdrawn,   ///< over
  failed,      ///< over, since something went wrong
};
std::string_view to_string(Step step) noexcept;

inline bool is_over(Step step) noexcept { return step == Step::withdrawn || step == Step::failed; }

/// What came of looking at what a server gives out.
enum class Verdict : std::uint8_t {
  good,          ///< complete, equal to the origin's, and out of its cache as far as can be told
  missing,       ///< equal, but its cache did not have it
  wrong,         ///< other octets, incomplete, or an error page
  unreachable,   ///< the server did not answer in time
  too_large,     ///< more octets than are allowed
  no_reference,  ///< the origin did not say what would be right
};
std::string_view to_string(Verdict verdict) noexcept;

}  // namespace harbinger::mirror
