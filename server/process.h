// What the system gives this process.
#pragma once

#include <cstddef>

namespace harbinger::server {

/// Processors that this process may run on; at least 1.
std::size_t usable_processors();

/// Raises the number of files that may be open to what is permitted.
void raise_file_limit();

}  // namespace harbinger::server
