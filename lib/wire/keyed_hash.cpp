#include <harbinger/name.h>

#include <sys/random.h>

#include <array>
#include <cstdlib>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace harbinger {
namespace {

// XXH3 mixes its secret into every step, so without knowing it nobody can prepare names that collide.
struct Secret {
  std::array<std::uint8_t, 192> octets;

  Secret() {
    static_assert(sizeof octets >= XXH3_SECRET_SIZE_MIN);
    // Up to 256 octets come whole or not at all (getrandom(2)); a kernel without it cannot run this program safely.
    if (getrandom(octets.data(), octets.size(), 0) != static_cast<ssize_t>(octets.size())) std::abort();
  }
};

const Secret& secret() {
  static const Secret the_secret;
  return the_secret;
}

}  // namespace

std::uint64_t keyed_hash(const void* data, std::size_t size) {
  const Secret& key = secret();
  return XXH3_64bits_withSecret(data, size, key.octets.data(), sizeof key.octets);
}

}  // namespace harbinger
