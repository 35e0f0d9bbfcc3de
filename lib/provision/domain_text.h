// Domains of libvirt as XML: a template that is filled in, and the mark by which ours are known.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "provision/provider.h"

namespace harbinger::provision {

/// Namespace of our element within a domain's metadata.
inline constexpr const char* kDomainMark = "urn:harbinger:instance:1";

/// What the element says.
struct DomainMark {
  std::string installation{}, id{}, pool{};
  std::uint16_t port = 0;
  std::string address{};  ///< empty: as the hypervisor knows it
};

/// `<instance xmlns="urn:harbinger:instance:1" .../>`
std::string mark_text(const DomainMark& mark);
/// Nothing when it lacks an installation or an id.
std::optional<DomainMark> read_mark(std::string_view element);

/// `INSTALLATION-ID`.
std::string domain_name(std::string_view installation, std::string_view id);
/// `52:54:00:` and three octets that follow from the name.
std::string mac_of(std::string_view name);

/// A template's text with {id}, {name}, {cpus}, {memory_mb}, {most_cpus}, {most_memory_mb}, {mac}, {port}, {address} and {command} filled in, and the mark in its metadata. `denied` when it
/// is no domain.
Result<std::string> domain_text(std::string_view text, const Order& order, const DomainMark& mark);

/// A value as XML has it between quotes.
std::string xml_escaped(std::string_view text);

}  // namespace harbinger::provision
