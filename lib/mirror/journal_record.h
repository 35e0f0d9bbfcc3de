// A journal's entry as octets.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mirror/mirror_journal.h"

namespace harbinger::mirror {

std::vector<std::uint8_t> write_record(const MirrorJournal::Entry& entry);
/// Nothing for what no record is.
std::optional<MirrorJournal::Entry> read_record(std::span<const std::uint8_t> octets);

}  // namespace harbinger::mirror
