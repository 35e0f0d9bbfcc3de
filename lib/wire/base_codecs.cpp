#include "wire/base_codecs.h"

#include <array>

namespace harbinger::wire {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr std::string_view kBase32Hex = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr int bits_of(std::string_view alphabet) { return alphabet.size() == 64 ? 6 : alphabet.size() == 32 ? 5 : 4; }

using Values = std::array<std::int8_t, 256>;

constexpr Values values_of(std::string_view alphabet) {
  Values values;
  values.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    // Case matters in base64 only.
    const bool upper = alphabet[i] >= 'A' && alphabet[i] <= 'Z';
    if (upper && alphabet.size() < 64)
      values[static_cast<std::uint8_t>(alphabet[i] | 0x20)] = static_cast<std::int8_t>(i);
  }
  return values;
}

void append_letters(std::string& text, std::span<const std::uint8_t> octets, std::string_view alphabet) {
  const int bits = bits_of(alphabet);
  unsigned held = 0;
  int held_bits = 0;
  for (const std::uint8_t octet : octets) {
    held = (held << 8 | octet) & 0xffff;
    held_bits += 8;
    for (; held_bits >= bits; held_bits -= bits) text += alphabet[held >> (held_bits - bits) & (alphabet.size() - 1)];
  }
  if (held_bits > 0) text += alphabet[held << (bits - held_bits) & (alphabet.size() - 1)];
}

// Letters that could not come from whole octets, or that leave bits set, are refused: one form for one value.
std::optional<OctetVector> decode(std::string_view text, const Values& values, int bits) {
  OctetVector octets;
  octets.reserve(text.size() * static_cast<std::size_t>(bits) / 8);
  unsigned held = 0;
  int held_bits = 0;
  for (const char letter : text) {
    const int value = values[static_cast<std::uint8_t>(letter)];
    if (value < 0) return std::nullopt;
    held = (held << bits | static_cast<unsigned>(value)) & 0xffff;
    held_bits += bits;
    if (held_bits < 8) continue;
    held_bits -= 8;
    octets.push_back(static_cast<std::uint8_t>(held >> held_bits));
  }
  if (held_bits >= bits || (held & ((1u << held_bits) - 1)) != 0) return std::nullopt;
  return octets;
}

}  // namespace

void append_hex(std::string& text, std::span<const std::uint8_t> octets) { append_letters(text, octets, kHex); }

void append_base32hex(std::string& text, std::span<const std::uint8_t> octets) {
  append_letters(text, octets, kBase32Hex);
}

void append_base64(std::string& text, std::span<const std::uint8_t> octets) {
  append_letters(text, octets, kBase64);
  text.append((3 - octets.size() % 3) % 3, '=');
}

std::optional<OctetVector> decode_hex(std::string_view text) {
  static constexpr Values kValues = values_of(kHex);
  return decode(text, kValues, 4);
}

std::optional<OctetVector> decode_base32hex(std::string_view text) {
  static constexpr Values kValues = values_of(kBase32Hex);
  return decode(text, kValues, 5);
}

std::optional<OctetVector> decode_base64(std::string_view text) {
  static constexpr Values kValues = values_of(kBase64);
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode(text, kValues, 6);
}

}  // namespace harbinger::wire
