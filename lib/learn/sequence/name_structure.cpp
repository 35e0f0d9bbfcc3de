#include "learn/sequence/name_structure.h"

#include <algorithm>
#include <charconv>

#include "learn/sequence/mix.h"

namespace harbinger::sequence {
namespace {

using Kind = Tokens::Kind;
constexpr char kCopy = 1, kPlusOne = 2, kMinusOne = 3;
constexpr std::size_t kMostDigits = 9;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool in_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '%' ||
         static_cast<unsigned char>(c) > 127;
}

std::uint64_t hash_of(std::string_view part) {
  std::uint64_t hash = part.size();
  for (const char c : part) hash = hash * 0x100000001b3u + static_cast<unsigned char>(c);
  return hash;
}

std::optional<std::uint32_t> number(std::string_view text) {
  if (text.empty() || text.size() > kMostDigits || !std::all_of(text.begin(), text.end(), is_digit))
    return std::nullopt;
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// The first token of the last part of a path.
std::size_t tail_begin(const Tokens& tokens) {
  std::size_t at = tokens.size;
  while (at > 0 && tokens.is_other(at - 1)) --at;
  while (at > 0 && tokens.at(at - 1) != "/") --at;
  return at;
}

/// A slot whose text is `part`, looked for from `from` on, so that repeated parts are copied in their order.
std::optional<std::size_t> slot_with(const Tokens& source, const Template& shape, std::string_view part,
                                     std::size_t from) {
  for (std::size_t step = 0; step < shape.count; ++step) {
    const std::size_t slot = (from + step) % shape.count;
    if (source.at(shape.slots[slot]) == part) return slot;
  }
  return std::nullopt;
}

struct Neighbour {
  char edit;
  std::size_t slot;
};

std::optional<Neighbour> slot_beside(const Tokens& source, const Template& shape, std::string_view part) {
  const auto value = number(part);
  if (!value) return std::nullopt;
  for (std::size_t slot = 0; slot < shape.count; ++slot) {
    const auto other = number(source.at(shape.slots[slot]));
    if (!other) continue;
    if (*value == *other + 1) return Neighbour{kPlusOne, slot};
    if (*value + 1 == *other) return Neighbour{kMinusOne, slot};
  }
  return std::nullopt;
}

/// Writes `text` counted on by `step`, as wide as it was.
bool append_counted(std::string_view text, int step, std::string& out) {
  const auto value = number(text);
  if (!value || (step < 0 && *value == 0)) return false;
  const std::string counted = std::to_string(static_cast<std::int64_t>(*value) + step);
  if (counted.size() < text.size()) out.append(text.size() - counted.size(), '0');
  out += counted;
  return true;
}

}  // namespace

std::optional<Tokens> tokenize(std::string_view text) {
  Tokens out;
  out.text = text;
  if (text.size() > 512) return std::nullopt;
  for (std::size_t at = 0; at < text.size();) {
    if (out.size == Tokens::kMost) return std::nullopt;
    std::size_t end = at + 1;
    Kind kind = Kind::other;
    if (in_word(text[at])) {
      bool digit = false;
      for (end = at; end < text.size() && in_word(text[end]); ++end) digit |= is_digit(text[end]);
      kind = digit ? Kind::with_digit : Kind::word;
    }
    out.tokens[out.size++] = {static_cast<std::uint16_t>(at), static_cast<std::uint16_t>(end - at), kind};
    at = end;
  }
  return out;
}

std::optional<Template> template_of(const Tokens& tokens, Openness openness) {
  Template out;
  out.hash = mix(static_cast<std::uint64_t>(openness), 0x7e3f);
  const std::size_t tail = openness == Openness::tail ? tail_begin(tokens) : 0;
  for (std::size_t at = 0; at < tokens.size; ++at) {
    const Kind kind = tokens.tokens[at].kind;
    const bool open = kind == Kind::with_digit || (kind == Kind::word && openness != Openness::digits && at >= tail);
    if (open && out.count == Template::kMostSlots) return std::nullopt;
    if (open) out.slots[out.count++] = static_cast<std::uint8_t>(at);
    out.hash = mix(out.hash, open ? 1 : hash_of(tokens.at(at)));
  }
  if (out.count == 0) return std::nullopt;
  return out;
}

std::optional<std::string> edit_from(const Tokens& source, const Template& shape, const Tokens& target) {
  std::string out;
  std::size_t expected = 0;
  for (std::size_t at = 0; at < target.size; ++at) {
    const std::string_view part = target.at(at);
    if (target.is_other(at)) {
      if (static_cast<unsigned char>(part[0]) <= 3) return std::nullopt;
      out += part;
    } else if (const auto slot = slot_with(source, shape, part, expected)) {
      out += {kCopy, static_cast<char>('A' + *slot)};
      expected = *slot + 1;
    } else if (const auto beside = slot_beside(source, shape, part)) {
      out += {beside->edit, static_cast<char>('A' + beside->slot)};
    } else {
      out += part;
    }
  }
  return out;
}

std::optional<std::string_view> apply_edit(std::string_view edit, const Tokens& source, const Template& shape,
                                           std::array<char, 1024>& room) {
  std::string counted;
  std::size_t size = 0;
  for (std::size_t at = 0; at < edit.size(); ++at) {
    std::string_view piece = edit.substr(at, 1);
    if (const char what = edit[at]; what >= kCopy && what <= kMinusOne) {
      const std::size_t slot = ++at < edit.size() ? static_cast<std::size_t>(edit[at] - 'A') : shape.count;
      if (slot >= shape.count) return std::nullopt;
      piece = source.at(shape.slots[slot]);
      counted.clear();
      if (what != kCopy && !append_counted(piece, what == kPlusOne ? 1 : -1, counted)) return std::nullopt;
      if (what != kCopy) piece = counted;
    }
    if (size + piece.size() > room.size()) return std::nullopt;
    std::copy(piece.begin(), piece.end(), room.data() + size);
    size += piece.size();
  }
  return std::string_view(room.data(), size);
}

}  // namespace harbinger::sequence
