#include <harbinger/access.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace harbinger {

std::uint64_t resource_hash(std::string_view text) noexcept {
  const auto hash = XXH3_64bits(text.data(), text.size());
  return hash != 0 ? hash : 1;
}

}  // namespace harbinger
