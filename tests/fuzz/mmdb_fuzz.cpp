// Any octets are a database in MaxMind's format that can be asked, or an error that says what is wrong.
#include <cstdlib>

#include "steer/place_table.h"

using namespace harbinger;

// libmaxminddb 1.7.1 does not give back what it has read of metadata that turns out to be broken: some 5 kB each time.
extern "C" const char* __lsan_default_suppressions() { return "leak:libmaxminddb"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto ranges = steer::read_maxmind({reinterpret_cast<const char*>(data), size}, "x.mmdb");
  if (!ranges) {
    if (ranges.error().to_string().size() <= sizeof "x.mmdb: ") std::abort();
    return 0;
  }
  ranges->finish();
  for (const char* address : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "2001:db8::1", "ffff::"}) {
    const auto place = ranges->find(*IpAddress::parse(address));
    if (place.has_position() && (place.latitude < -9000 || place.latitude > 9000)) std::abort();
    if (place.has_position() && (place.longitude < -18000 || place.longitude > 18000)) std::abort();
  }
  return 0;
}
