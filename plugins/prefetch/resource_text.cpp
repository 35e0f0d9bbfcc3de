#include "plugins/prefetch/resource_text.h"

namespace harbinger::prefetch {

namespace {

// Lower-case letters, digits, and what stands in names of services and hosts.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (int c = 0x21; c < 0x7f; ++c) plain[static_cast<std::size_t>(c)] = true;
  for (const char c : {'.', '\\', '"', ';', '(', ')', '@', '$', '#', '%'}) plain[static_cast<unsigned char>(c)] = false;
  return plain;
}();

}  // namespace

ResourceText::ResourceText(const Name& name) noexcept {
  const auto wire = name.wire();
  auto* octets = reinterpret_cast<std::uint8_t*>(octets_.data());
  copy_lowercase(octets, wire.data(), wire.size());
  bool plain = true;
  std::size_t at = 0;
  while (octets[at] != 0) {
    const std::size_t end = at + 1 + octets[at];
    octets[at] = '.';
    for (++at; at < end; ++at) plain = plain && kPlain[octets[at]];
  }
  if (!plain || at == 0) return;
  begin_ = octets_.data() + 1;
  size_ = at - 1;
}

std::string_view host_of(std::string_view resource) noexcept {
  const auto scheme = resource.find("://");
  if (scheme == std::string_view::npos) return resource;
  const auto host = resource.substr(scheme + 3);
  return host.substr(0, host.find_first_of(":/?#"));
}

bool is_within(std::string_view host, std::string_view zone) noexcept {
  if (zone.empty() || host == zone) return true;
  return host.size() > zone.size() && host.ends_with(zone) && host[host.size() - zone.size() - 1] == '.';
}

}  // namespace harbinger::prefetch
