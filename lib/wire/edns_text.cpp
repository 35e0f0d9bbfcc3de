// EDNS options for people.
#include <harbinger/edns.h>

#include <algorithm>
#include <array>

#include <harbinger/hints.h>

#include "wire/base_codecs.h"
#include "wire/octets.h"
#include "wire/text.h"

namespace harbinger {
namespace {

using Octets = std::span<const std::uint8_t>;

constexpr std::size_t kTagOctets = 24;

struct EdeText {
  EdeCode code;
  std::string_view text;
};

constexpr EdeCode other_code(std::uint16_t number) { return static_cast<EdeCode>(number); }

// RFC 8914 sec. 4
constexpr EdeText kEdeTexts[] = {
    {EdeCode::other, "other"},
    {other_code(1), "unsupported DNSKEY algorithm"},
    {other_code(2), "unsupported DS digest type"},
    {EdeCode::stale_answer, "stale answer"},
    {EdeCode::forged_answer, "forged answer"},
    {other_code(5), "DNSSEC indeterminate"},
    {other_code(6), "DNSSEC bogus"},
    {other_code(7), "signature expired"},
    {other_code(8), "signature not yet valid"},
    {other_code(9), "DNSKEY missing"},
    {other_code(10), "RRSIGs missing"},
    {other_code(11), "no zone key bit set"},
    {other_code(12), "NSEC missing"},
    {other_code(13), "cached error"},
    {EdeCode::not_ready, "not ready"},
    {EdeCode::blocked, "blocked"},
    {EdeCode::censored, "censored"},
    {EdeCode::filtered, "filtered"},
    {EdeCode::prohibited, "prohibited"},
    {EdeCode::stale_nxdomain_answer, "stale NXDOMAIN answer"},
    {EdeCode::not_authoritative, "not authoritative"},
    {EdeCode::not_supported, "not supported"},
    {EdeCode::no_reachable_authority, "no reachable authority"},
    {EdeCode::network_error, "network error"},
    {EdeCode::invalid_data, "invalid data"},
    {EdeCode::persona_adjusted, "persona adjusted"},
    {EdeCode::mirrored, "mirrored"},
    {EdeCode::capacity_warming, "capacity warming"},
};

std::string hex(Octets octets) {
  std::string text;
  wire::append_hex(text, octets);
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' ? static_cast<char>(c | 0x20) : c; });
  return text;
}

std::string quoted(Octets octets) {
  std::string text;
  wire::append_quoted(text, octets);
  return text;
}

std::string error_to_text(const ExtendedError& error) {
  std::string text = std::to_string(static_cast<unsigned>(error.code));
  const auto known = std::ranges::find(kEdeTexts, error.code, &EdeText::code);
  if (known != std::end(kEdeTexts)) text += " (" + std::string(known->text) + ')';
  if (error.text.empty()) return text;
  return text + ": " + quoted({reinterpret_cast<const std::uint8_t*>(error.text.data()), error.text.size()});
}

std::string keepalive_to_text(Octets data) {
  if (data.empty()) return "";
  if (data.size() != 2) return hex(data);
  const unsigned tenths = wire::load_u16(data.data());  // RFC 7828 sec. 3.1: units of 100 ms
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " s";
}

// A request, or hints, told apart by their first octet. Nothing when it is neither, or only partly.
std::optional<std::string> hints_to_text(Octets data, std::string_view asked) {
  if (const auto request = parse_hint_request(data)) return "asks for " + to_string(*request);
  std::string text;
  HintReader reader(data, asked);
  while (const auto hint = reader.next()) text += (text.empty() ? "" : "; ") + to_string(*hint);
  if (!reader.well_formed()) return std::nullopt;
  return text;
}

// Malformed data of a known option is shown as it came.
std::string data_to_text(const EdnsOption& option, std::string_view asked) {
  switch (option.code) {
    case OptionCode::NSID:
      return hex(option.data) + ' ' + quoted(option.data);
    case OptionCode::ECS: {
      const auto subnet = ClientSubnet::parse(option.data);
      if (!subnet) break;
      return subnet->address.to_string() + '/' + std::to_string(subnet->source_bits) + '/' +
             std::to_string(subnet->scope_bits);
    }
    case OptionCode::COOKIE: {
      const auto cookie = Cookie::parse(option.data);
      if (!cookie) break;
      return hex(cookie->client) + (cookie->server.empty() ? "" : ' ' + hex(cookie->server));
    }
    case OptionCode::KEEPALIVE:
      return keepalive_to_text(option.data);
    case OptionCode::PADDING:
      return std::to_string(option.data.size()) + " octets";
    case OptionCode::EDE: {
      const auto error = ExtendedError::parse(option.data);
      if (!error) break;
      return error_to_text(*error);
    }
    case OptionCode::HINTS:
      return hints_to_text(option.data, asked).value_or(hex(option.data));
    case OptionCode::CPT:
      // A client profile tag is not shown, nor what somebody took for one.
      return option.data.size() == kTagOctets ? "cpt-*"
                                              : std::to_string(option.data.size()) + " octets, which are no tag";
    default:
      break;
  }
  return hex(option.data);
}

std::string code_to_text(OptionCode code) {
  switch (code) {
    case OptionCode::NSID:
      return "NSID";
    case OptionCode::ECS:
      return "ECS";
    case OptionCode::COOKIE:
      return "COOKIE";
    case OptionCode::KEEPALIVE:
      return "KEEPALIVE";
    case OptionCode::PADDING:
      return "PADDING";
    case OptionCode::EDE:
      return "EDE";
    case OptionCode::HINTS:
      return "HINTS";
    case OptionCode::CPT:
      return "CPT";
    default:
      return std::to_string(static_cast<unsigned>(code));
  }
}

}  // namespace

std::string to_string(const EdnsOption& option, std::string_view asked) {
  const std::string data = option.data.empty() && option.code != OptionCode::PADDING ? "" : data_to_text(option, asked);
  return code_to_text(option.code) + ':' + (data.empty() ? "" : ' ' + data);
}

}  // namespace harbinger
