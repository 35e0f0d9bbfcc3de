// Reading record data field by field.
#pragma once

#include <harbinger/rr.h>

#include "wire/name_reader.h"

namespace harbinger::wire {

/// As harbinger::read_rdata, with the names counted by a reader that the whole message shares.
Result<Rdata> read_rdata(NameReader& names, RRType type, std::size_t offset, std::size_t size);

}  // namespace harbinger::wire
