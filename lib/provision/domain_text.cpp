#include "provision/domain_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "provision/template_words.h"

namespace harbinger::provision {

namespace {

std::string xml_plain(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kNames{
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
  std::string plain;
  while (!text.empty()) {
    const auto* const name =
        std::ranges::find_if(kNames, [&](const auto& each) { return text.starts_with(each.first); });
    plain += name == kNames.end() ? text.front() : name->second;
    text.remove_prefix(name == kNames.end() ? 1 : name->first.size());
  }
  return plain;
}

// An attribute of an element without children, whichever quotes it has.
std::string attribute(std::string_view element, const std::string& name) {
  const auto at = element.find(" " + name + "=");
  if (at == element.npos || at + name.size() + 2 >= element.size()) return {};
  const auto value = element.substr(at + name.size() + 3);
  return xml_plain(value.substr(0, value.find(element[at + name.size() + 2])));
}

std::string whole_cpus(const Size& size) { return std::to_string(std::max(1L, std::lround(std::ceil(size.cpus)))); }

std::string command_line(const Template& what) {
  std::string line;
  for (const auto& each : what.command) line += (line.empty() ? "" : " ") + each;
  return line;
}

std::map<std::string, std::string> values_of(const Order& order, const DomainMark& mark) {
  const auto& what = *order.what;
  const Size most{.cpus = std::max(order.size.cpus, what.most.cpus),
                  .memory_mb = std::max(order.size.memory_mb, what.most.memory_mb)};
  const auto name = domain_name(mark.installation, mark.id);
  std::map<std::string, std::string> values{{"id", mark.id},
                                            {"name", name},
                                            {"cpus", whole_cpus(order.size)},
                                            {"memory_mb", std::to_string(order.size.memory_mb)},
                                            {"most_cpus", whole_cpus(most)},
                                            {"most_memory_mb", std::to_string(most.memory_mb)},
                                            {"mac", mac_of(name)},
                                            {"port", std::to_string(mark.port)},
                                            {"address", mark.address}};
  values["command"] = filled(command_line(what), values);
  for (auto& [word, value] : values) value = xml_escaped(value);
  return values;
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&apos;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string mark_text(const DomainMark& mark) {
  return "<instance xmlns=\"" + std::string(kDomainMark) + "\" installation=\"" + xml_escaped(mark.installation) +
         "\" id=\"" + xml_escaped(mark.id) + "\" pool=\"" + xml_escaped(mark.pool) + "\" port=\"" +
         std::to_string(mark.port) + "\" address=\"" + xml_escaped(mark.address) + "\"/>";
}

std::optional<DomainMark> read_mark(std::string_view element) {
  element = element.substr(0, element.find('>'));
  DomainMark mark{.installation = attribute(element, "installation"),
                  .id = attribute(element, "id"),
                  .pool = attribute(element, "pool"),
                  .address = attribute(element, "address")};
  const auto port = attribute(element, "port");
  std::from_chars(port.data(), port.data() + port.size(), mark.port);
  if (mark.installation.empty() || mark.id.empty()) return std::nullopt;
  return mark;
}

std::string domain_name(std::string_view installation, std::string_view id) {
  return std::string(installation) + "-" + std::string(id);
}

// FNV-1a; libvirt refuses two domains of one network with the same address only when they meet, which of 16 million is rare.
std::string mac_of(std::string_view name) {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string mac = "52:54:00";
  for (int i = 0; i < 3; ++i) {
    const auto octet = (hash >> (8 * i)) & 255U;
    mac += {':', kDigits[octet >> 4U], kDigits[octet & 15U]};
  }
  return mac;
}

Result<std::string> domain_text(std::string_view text, const Order& order, const DomainMark& mark) {
  auto whole = filled(std::string(text), values_of(order, mark));
  constexpr std::string_view kOpen = "<metadata>", kEnd = "</domain>";
  if (const auto open = whole.find(kOpen); open != whole.npos)
    return whole.insert(open + kOpen.size(), mark_text(mark));
  const auto end = whole.rfind(kEnd);
  if (end == whole.npos)
    return fail(ErrorCode::denied,
                "the image of template " + order.what->name + " should be a file with a <domain> of libvirt");
  return whole.insert(end, "<metadata>" + mark_text(mark) + "</metadata>");
}

}  // namespace harbinger::provision
