// What stands in Redis, octet for octet. Whatever is not exactly that counts as not there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <harbinger/persona.h>

// A value is: its kind and the format (1), two octets; the stamp that decides which of two is newer, highest octet first; who published it
// (8 octets); a check sum: 16 hexadecimal digits, the first of the SHA-1 of all other octets; the body. Redis itself compares stamps and check
// sums (share_script.h), which is why it is a hash that its scripts know.
namespace harbinger::persona {

enum class ValueKind : char { assignment = 'a', profile = 'c', table = 't' };

/// What is in a value. The body is borrowed from it.
struct SharedValue {
  std::uint64_t stamp = 0;
  std::uint64_t publisher = 0;
  std::span<const std::uint8_t> body;
};

inline constexpr std::size_t kValueHeader = 34;

std::string seal_value(ValueKind kind, const SharedValue& value);
/// Nothing for what is damaged, of another kind or of another format.
std::optional<SharedValue> open_value(ValueKind kind, std::string_view octets);

/// The body of an assignment: client, expiry, confidence, persona, token; numbers with the lowest octet first.
std::string encode_assignment(const PersonaAssignment& assignment);
std::optional<PersonaAssignment> decode_assignment(std::span<const std::uint8_t> body);

/// What is said on the channel of tables: who published which. Nothing for what is no such message.
struct TableNews {
  std::uint64_t publisher = 0;
  std::string_view name;
};
std::string encode_table_news(const TableNews& news);
std::optional<TableNews> decode_table_news(std::string_view octets);

/// Names of tables: [a-z0-9_.-], 1 to 64 characters.
bool is_table_name(std::string_view name);

/// 16 hexadecimal digits.
std::string hex_of(std::uint64_t number);

}  // namespace harbinger::persona
