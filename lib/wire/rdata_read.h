// Reading record data field by field, with the names counted by a reader that the whole message shares.
#pragma once

#include <harbinger/rr.h>

#include "wire/name_reader.h"

namespace harbinger::wire {

/// As harbinger::read_rdata.
Result<Rdata> read_rdata(NameReader& names, RRType type, std::size_t offset, std::size_t size);

/// Whether read_rdata would succeed; allocates nothing then. The data lies within the message.
Result<void> check_rdata(NameReader& names, RRType type, std::size_t offset, std::size_t size);

}  // namespace harbinger::wire
