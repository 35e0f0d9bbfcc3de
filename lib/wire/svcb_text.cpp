// Service parameters in presentation form (RFC 9460 sec. 2.1 and appendix A).
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <map>

#include "wire/base_codecs.h"
#include "wire/svc_key.h"
#include "wire/svcb.h"
#include "wire/text.h"

namespace harbinger::wire {
namespace {

constexpr std::array<std::string_view, 8> kKeyNames = {"mandatory", "alpn", "no-default-alpn", "port",
                                                       "ipv4hint",  "ech",  "ipv6hint",        "dohpath"};

std::string key_to_text(std::uint16_t key) {
  return key < kKeyNames.size() ? std::string(kKeyNames[key]) : "key" + std::to_string(key);
}

std::optional<std::uint16_t> key_from_text(std::string_view text) {
  const auto known = std::ranges::find(kKeyNames, text);
  if (known != kKeyNames.end()) return static_cast<std::uint16_t>(known - kKeyNames.begin());
  if (!text.starts_with("key") || (text.size() > 4 && text[3] == '0')) return std::nullopt;
  return parse_number<std::uint16_t>(text.substr(3));
}

void append_u16(OctetVector& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

// Commas between, whatever the parts are.
template <class Print>
std::string join(Octets value, std::size_t step, Print print) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); i += step) text += (i ? "," : "") + print(&value[i]);
  return text;
}

std::string addresses_to_text(Octets value, int family) {
  return join(value, family == AF_INET ? 4 : 16, [family](const std::uint8_t* octets) {
    std::array<char, INET6_ADDRSTRLEN> text;
    return std::string(inet_ntop(family, octets, text.data(), text.size()));
  });
}

// A comma inside an identifier is escaped once for the list, and its backslash again for the string (appendix A.1).
std::string alpn_to_text(Octets value) {
  std::string list;
  while (!value.empty()) {
    if (!list.empty()) list += ',';
    for (const std::uint8_t octet : value.subspan(1, value[0])) {
      if (octet == ',' || octet == '\\') list += '\\';
      list += static_cast<char>(octet);
    }
    value = value.subspan(1u + value[0]);
  }
  return list;
}

std::string value_to_text(const SvcParam& param) {
  std::string text;
  switch (param.key) {
    case kMandatory:
      return join(param.value, 2, [](const std::uint8_t* key) { return key_to_text(load_u16(key)); });
    case kAlpn:
      return alpn_to_text(param.value);
    case kPort:
      return std::to_string(load_u16(param.value.data()));
    case kIpv4Hint:
      return addresses_to_text(param.value, AF_INET);
    case kIpv6Hint:
      return addresses_to_text(param.value, AF_INET6);
    case kEch:
      append_base64(text, param.value);
      return text;
    default:
      return {param.value.begin(), param.value.end()};
  }
}

// Calls `each` for every part between commas, list escapes taken off. False when a part was refused.
template <class Each>
bool split_list(std::string_view list, Each each) {
  std::string part;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == ',') {
      if (!each(part)) return false;
      part.clear();
    } else {
      if (list[i] == '\\' && ++i == list.size()) return false;
      part += list[i];
    }
  }
  return each(part);
}

bool alpn_from_text(std::string_view text, OctetVector& out) {
  return split_list(text, [&](const std::string& id) {
    if (id.empty() || id.size() > 255) return false;
    out.push_back(static_cast<std::uint8_t>(id.size()));
    out.insert(out.end(), id.begin(), id.end());
    return true;
  });
}

bool mandatory_from_text(std::string_view text, OctetVector& out) {
  std::vector<std::uint16_t> keys;
  const bool known = split_list(text, [&](const std::string& name) {
    const auto key = key_from_text(name);
    if (key) keys.push_back(*key);
    return key.has_value();
  });
  std::ranges::sort(keys);
  for (const std::uint16_t key : keys) append_u16(out, key);
  return known;
}

bool addresses_from_text(std::string_view text, int family, OctetVector& out) {
  return split_list(text, [&](const std::string& address) {
    std::array<std::uint8_t, 16> octets;
    if (address.find('\0') != std::string::npos || inet_pton(family, address.c_str(), octets.data()) != 1) return false;
    out.insert(out.end(), octets.begin(), octets.begin() + (family == AF_INET ? 4 : 16));
    return true;
  });
}

bool value_from_text(std::uint16_t key, const std::string& text, OctetVector& out) {
  switch (key) {
    case kMandatory:
      return mandatory_from_text(text, out);
    case kAlpn:
      return alpn_from_text(text, out);
    case kNoDefaultAlpn:
      return text.empty();
    case kPort: {
      const auto port = parse_number<std::uint16_t>(text);
      if (port) append_u16(out, *port);
      return port.has_value();
    }
    case kIpv4Hint:
      return addresses_from_text(text, AF_INET, out);
    case kIpv6Hint:
      return addresses_from_text(text, AF_INET6, out);
    case kEch: {
      const auto octets = decode_base64(text);
      if (octets) out = *octets;
      return octets && !octets->empty();
    }
    default:
      out.assign(text.begin(), text.end());
      return true;
  }
}

// What stands behind `=`: quotes and string escapes taken off.
std::optional<std::string> unescape(std::string_view text) {
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) text = text.substr(1, text.size() - 2);
  std::string plain;
  while (!text.empty()) {
    const auto octet = take_octet(text);
    if (!octet) return std::nullopt;
    plain += static_cast<char>(*octet);
  }
  return plain;
}

std::unexpected<Error> bad(const Word& word, std::string what) {
  return fail(ErrorCode::malformed, "service parameter '" + word.text + "': " + std::move(what),
              {"", word.line, word.column});
}

}  // namespace

void append_svc_params(std::string& text, std::span<const std::uint8_t> params) {
  for (const char* between = ""; !params.empty(); between = " ") {
    const SvcParam param = take_svc_param(params);
    text += between + key_to_text(param.key);
    if (param.value.empty()) continue;
    text += '=';
    const std::string value = value_to_text(param);
    append_quoted(text, {reinterpret_cast<const std::uint8_t*>(value.data()), value.size()});
  }
}

Result<void> svc_params_from_words(std::span<const Word> words, std::vector<std::uint8_t>& out) {
  std::map<std::uint16_t, OctetVector> params;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Word& word = words[i];
    const std::size_t equals = word.text.find('=');
    const auto key = word.quoted ? std::nullopt : key_from_text(word.text.substr(0, equals));
    if (!key) return bad(word, "no such key; write alpn, port, ipv4hint ... or key65000");

    std::string_view raw =
        equals == std::string::npos ? std::string_view() : std::string_view(word.text).substr(equals + 1);
    // Readers that end a word at a quote hand `alpn=` and `h2` apart.
    if (equals + 1 == word.text.size() && i + 1 < words.size() && words[i + 1].quoted) raw = words[++i].text;
    const auto value = unescape(raw);
    OctetVector octets;
    if (!value || !value_from_text(*key, *value, octets)) return bad(word, "not a value that this key takes");
    if (octets.size() > 0xffff) return bad(word, "longer than 65535 octets");
    if (!params.emplace(*key, std::move(octets)).second) return bad(word, "given twice");
  }
  for (const auto& [key, octets] : params) {
    append_u16(out, key);
    append_u16(out, octets.size());
    out.insert(out.end(), octets.begin(), octets.end());
  }
  return {};
}

}  // namespace harbinger::wire
