// The octets of a sealed file: sealing and opening without a disk.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <harbinger/result.h>
#include <harbinger/secret_file.h>

namespace harbinger::mirror {

/// Header and sealed data.
std::vector<std::uint8_t> seal_octets(const Secret& secret, std::string_view purpose,
                                      std::span<const std::uint8_t> data);

/// What was sealed; errors as those of SealedFile::read, each message a clause that goes on after "cannot read FILE: ".
Result<std::vector<std::uint8_t>> open_octets(const Secret& secret, std::string_view purpose,
                                              std::vector<std::uint8_t> octets);

}  // namespace harbinger::mirror
