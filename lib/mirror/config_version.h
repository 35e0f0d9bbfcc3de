// One version of the settings, and how it lies on the disk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <harbinger/result.h>
#include "mirror/settings.h"

namespace harbinger::mirror {

/// Never changed.
struct ConfigVersion {
  std::uint64_t number = 0;  ///< 0: nobody has ever changed them
  MirrorSettings settings{};
  UnixMillis changed_at = 0;
  std::string changed_by{};
  std::string etag{};  ///< with its quotes (RFC 9110 sec. 8.8.3)
};

/// By number, content and time. The number alone would be the same again after somebody began anew.
std::string etag_of(const ConfigVersion& version);

std::vector<std::uint8_t> version_octets(const ConfigVersion& version);
/// `malformed`, with the first thing that is wrong.
Result<ConfigVersion> read_version(const std::vector<std::uint8_t>& octets);

}  // namespace harbinger::mirror
