#include <harbinger/resource_text.h>

#include <harbinger/tag_text.h>

namespace harbinger {

namespace {

// 1 for all but letters, digits, and what else stands in names of services and hosts.
constexpr std::array<std::uint8_t, 256> kOdd = [] {
  std::array<std::uint8_t, 256> odd{};
  odd.fill(1);
  for (int c = 0x21; c < 0x7f; ++c) odd[static_cast<std::size_t>(c)] = 0;
  for (const char c : {'.', '\\', '"', ';', '(', ')', '@', '$', '#', '%'}) odd[static_cast<unsigned char>(c)] = 1;
  return odd;
}();

}  // namespace

ResourceText::ResourceText(const Name& name) noexcept {
  const auto wire = name.wire();
  auto* octets = reinterpret_cast<std::uint8_t*>(octets_.data());
  copy_lowercase(octets, wire.data(), wire.size());
  unsigned odd = 0;
  std::size_t at = 0;
  while (octets[at] != 0) {
    const std::size_t end = at + 1 + octets[at];
    octets[at] = '.';
    for (++at; at < end; ++at) odd |= kOdd[octets[at]];
  }
  if (odd != 0 || at == 0 || has_tag_label(wire)) return;
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

}  // namespace harbinger
