#include "plugins/file/ttl_text.h"

#include <string>

#include "wire/seconds.h"

namespace harbinger::file {

Result<std::uint32_t> parse_ttl(std::string_view text) {
  const auto seconds = wire::seconds_from_text(text);
  if (!seconds)
    return fail(
        ErrorCode::malformed,
        "'" + std::string(text) + "' is not a TTL; write seconds, or numbers with the units w d h m s like 1h30m");
  if (*seconds > 0x7fffffff)
    return fail(ErrorCode::too_large, "TTL '" + std::string(text) + "' is larger than 2147483647 seconds");
  return static_cast<std::uint32_t>(*seconds);
}

}  // namespace harbinger::file
