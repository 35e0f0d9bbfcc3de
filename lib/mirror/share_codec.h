// What stands in the store. Whatever is not exactly that counts as not there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mirror/publisher.h"

namespace harbinger::mirror {

/// A publication without its version, as JSON that is the same for equal ones.
std::string encode_publication(const Publication& what);
std::optional<Publication> decode_publication(std::string_view json);

/// What the script puts before what it keeps: a number for it, and until when by the store's clock.
struct StoredValue {
  std::uint64_t version = 0;
  std::int64_t until_ms = 0;
  std::string_view body{};  ///< borrowed
};
std::optional<StoredValue> read_stored(std::string_view octets);

}  // namespace harbinger::mirror
