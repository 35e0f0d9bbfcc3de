#include "plugins/file/plain_rdata.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>

namespace harbinger::file {

namespace {

constexpr std::array<bool, 256> make_plain() {
  std::array<bool, 256> plain{};
  for (int c = 'a'; c <= 'z'; ++c) plain[c] = plain[c - 'a' + 'A'] = true;
  for (int c = '0'; c <= '9'; ++c) plain[c] = true;
  plain['-'] = plain['_'] = plain['*'] = true;
  return plain;
}
constexpr std::array<bool, 256> kPlain = make_plain();

bool plain_ipv4(std::string_view text, Rdata& out) {
  out.clear();
  unsigned number = 0, digits = 0;
  for (char c : text) {
    if (c == '.') {
      if (digits == 0) return false;
      out.push_back(static_cast<std::uint8_t>(number));
      number = digits = 0;
      continue;
    }
    if (c < '0' || c > '9' || (digits > 0 && number == 0)) return false;
    number = number * 10 + static_cast<unsigned>(c - '0');
    ++digits;
    if (number > 255) return false;
  }
  if (digits == 0 || out.size() != 3) return false;
  out.push_back(static_cast<std::uint8_t>(number));
  return true;
}

bool plain_ipv6(std::string_view text, Rdata& out) {
  char copy[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof copy) return false;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = 0;
  out.resize(16);
  return ::inet_pton(AF_INET6, copy, out.data()) == 1;
}

}  // namespace

std::optional<Name> plain_name(std::string_view text, const Name& origin) {
  NameBuilder name;
  std::size_t from = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && kPlain[static_cast<unsigned char>(text[at])]) continue;
    if (at < text.size() && text[at] != '.') return std::nullopt;
    if (at == text.size() && at == from && at > 0) return name.finish();
    if (at == from) return std::nullopt;
    if (!name.append({reinterpret_cast<const std::uint8_t*>(text.data()) + from, at - from})) return std::nullopt;
    from = at + 1;
  }
  Name complete;
  if (!name.finish_with(origin, complete)) return std::nullopt;
  return complete;
}

bool plain_rdata(RRType type, std::string_view text, const Name& origin, Rdata& out) {
  switch (type) {
    case RRType::A:
      return plain_ipv4(text, out);
    case RRType::AAAA:
      return plain_ipv6(text, out);
    case RRType::NS:
    case RRType::CNAME:
    case RRType::PTR: {
      std::optional<Name> name = plain_name(text, origin);
      if (name) out.assign(name->wire().begin(), name->wire().end());
      return name.has_value();
    }
    default:
      return false;
  }
}

std::optional<RRType> plain_type(std::string_view text) {
  if (text == "A") return RRType::A;
  if (text == "NS") return RRType::NS;
  if (text == "AAAA") return RRType::AAAA;
  if (text == "CNAME") return RRType::CNAME;
  if (text == "RRSIG") return RRType::RRSIG;
  return std::nullopt;
}

}  // namespace harbinger::file
