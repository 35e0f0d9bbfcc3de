// A journal's entry as octets.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "provision/provision_journal.h"

namespace harbinger::provision {

/// An entry, or the state of being halted: then its id is empty, `ended` says it, and the rest says nothing.
std::vector<std::uint8_t> write_record(const ProvisionJournal::Entry& entry);
/// Nothing for what no record is.
std::optional<ProvisionJournal::Entry> read_record(std::span<const std::uint8_t> octets);

}  // namespace harbinger::provision
