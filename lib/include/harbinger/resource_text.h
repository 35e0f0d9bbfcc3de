// A name as the text that foresight knows resources by.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <harbinger/name.h>

namespace harbinger {

/// Lower case, without the last dot, on the stack. Empty for the root, and for names with octets that would need escapes: those are no
/// resources that anybody fetches. Empty, too, for names with a client profile tag (tag_text.h): nobody learns or hints those.
class ResourceText {
 public:
  explicit ResourceText(const Name& name) noexcept;
  std::string_view view() const noexcept { return {begin_, size_}; }

 private:
  std::array<char, Name::kMaxWire + 8> octets_;  // eight spare for copy_lowercase
  const char* begin_ = octets_.data();
  std::size_t size_ = 0;
};

/// The name that a resource belongs to: itself, or the host of a URL.
std::string_view host_of(std::string_view resource) noexcept;

/// Whether `host` is `zone` or below it; both lower case without the last dot, the root empty.
bool is_within(std::string_view host, std::string_view zone) noexcept;

}  // namespace harbinger
