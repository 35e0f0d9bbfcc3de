// A manifest: JSON that describes resources as fragments.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/fragments.h>

namespace harbinger::learn {

/// The layouts of a manifest, as written; whether they make sense is checked where they are added. Errors say at which line and column, or
/// in which entry.
Result<std::vector<FragmentLayout>> read_fragment_manifest(std::string_view json);

/// "entry 3: ", or nothing where there is only one.
std::string manifest_entry(std::size_t index, std::size_t count);

}  // namespace harbinger::learn
