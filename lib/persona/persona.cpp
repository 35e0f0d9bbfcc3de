#include <harbinger/persona.h>

namespace harbinger {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kTextSize = 36;

bool dash_before(std::size_t octet) { return octet == 4 || octet == 6 || octet == 8 || octet == 10; }

std::optional<std::uint8_t> digit(char text) noexcept {
  if (text >= '0' && text <= '9') return static_cast<std::uint8_t>(text - '0');
  if (text >= 'a' && text <= 'f') return static_cast<std::uint8_t>(text - 'a' + 10);
  if (text >= 'A' && text <= 'F') return static_cast<std::uint8_t>(text - 'A' + 10);
  return std::nullopt;
}

}  // namespace

std::string to_string(const PersonaToken& token) {
  std::string text;
  text.reserve(kTextSize);
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (dash_before(i)) text += '-';
    text += kDigits[token[i] >> 4];
    text += kDigits[token[i] & 15];
  }
  return text;
}

std::optional<PersonaToken> parse_persona_token(std::string_view text) noexcept {
  if (text.size() != kTextSize) return std::nullopt;
  PersonaToken token{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (dash_before(i) && text[at++] != '-') return std::nullopt;
    const auto high = digit(text[at]), low = digit(text[at + 1]);
    if (!high || !low) return std::nullopt;
    token[i] = static_cast<std::uint8_t>(*high << 4 | *low);
    at += 2;
  }
  return token;
}

}  // namespace harbinger
