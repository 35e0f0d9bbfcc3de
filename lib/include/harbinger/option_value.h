// How an option's value is read from a word and shown again: numbers, durations, sizes, names, addresses.
#pragma once

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/name.h>
#include <harbinger/result.h>
#include <harbinger/rr.h>

namespace harbinger {

/// A number of octets, written `4096`, `64MiB` or `10MB`.
struct ByteSize {
  std::uint64_t bytes = 0;
  friend auto operator<=>(const ByteSize&, const ByteSize&) = default;
};

/// The codec of an option's type. Specialise it for types of your own, with these members:
///     // The error's message says what would be right: "a colour such as red".
///     static Result<T> parse(std::string_view text);
///     // As it would be written: parse(show(x)) == x.
///     static std::string show(const T& value);
///     // For usage lines: "COLOUR".
///     static std::string_view form();
///     // For ranges, may be missing: "a colour".
///     static std::string_view noun();
template <class T>
struct OptionValue;

namespace detail {

Result<std::chrono::nanoseconds> parse_duration(std::string_view text);
std::string show_duration(std::chrono::nanoseconds duration);
/// "a duration in whole seconds such as 30s or 1h", by how many nanoseconds one tick has.
std::string wanted_duration(std::int64_t tick_ns);

Result<std::uint64_t> parse_byte_size(std::string_view text);
std::string show_byte_size(std::uint64_t bytes);
std::string show_number(double value);
/// In quotes when it would not be one word otherwise.
std::string show_text(std::string_view text);
std::string wanted_number(bool is_signed, bool small, std::int64_t lowest, std::uint64_t highest);

template <class T>
concept OptionNumber = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

}  // namespace detail

template <>
struct OptionValue<bool> {
  static Result<bool> parse(std::string_view text);
  static std::string show(bool value) { return value ? "on" : "off"; }
  static std::string_view form() { return "on|off"; }
};

template <detail::OptionNumber T>
struct OptionValue<T> {
  static Result<T> parse(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
      using Limits = std::numeric_limits<T>;
      return fail(ErrorCode::malformed,
                  detail::wanted_number(std::is_signed_v<T>, sizeof(T) <= 2, static_cast<std::int64_t>(Limits::min()),
                                        static_cast<std::uint64_t>(Limits::max())));
    }
    return value;
  }
  static std::string show(T value) { return std::to_string(value); }
  static std::string_view form() { return "NUMBER"; }
  static std::string_view noun() { return "a whole number"; }
};

template <>
struct OptionValue<double> {
  static Result<double> parse(std::string_view text);
  static std::string show(double value) { return detail::show_number(value); }
  static std::string_view form() { return "NUMBER"; }
  static std::string_view noun() { return "a number"; }
};

template <>
struct OptionValue<std::string> {
  static Result<std::string> parse(std::string_view text) { return std::string(text); }
  static std::string show(const std::string& value) { return detail::show_text(value); }
  static std::string_view form() { return "TEXT"; }
};

template <>
struct OptionValue<std::filesystem::path> {
  static Result<std::filesystem::path> parse(std::string_view text);
  static std::string show(const std::filesystem::path& value) {
    return value.empty() ? "" : detail::show_text(value.string());
  }
  static std::string_view form() { return "FILE"; }
};

/// `500ms`, `1h30m`, `1.5s`, days `d` and weeks `w`; a bare number is seconds. Never negative.
template <class Rep, class Period>
struct OptionValue<std::chrono::duration<Rep, Period>> {
  using T = std::chrono::duration<Rep, Period>;

  static Result<T> parse(std::string_view text) {
    const auto exact = detail::parse_duration(text);
    if (!exact) return fail(exact.error());
    const auto value = std::chrono::duration_cast<T>(*exact);
    const bool fits = std::chrono::duration_cast<std::chrono::nanoseconds>(value) == *exact;
    if (!fits) return fail(ErrorCode::malformed, detail::wanted_duration(std::chrono::nanoseconds(T(1)).count()));
    return value;
  }
  static std::string show(const T& value) { return detail::show_duration(value); }
  static std::string_view form() { return "DURATION"; }
  static std::string_view noun() { return "a duration"; }
};

template <>
struct OptionValue<ByteSize> {
  static Result<ByteSize> parse(std::string_view text);
  static std::string show(const ByteSize& value) { return detail::show_byte_size(value.bytes); }
  static std::string_view form() { return "SIZE"; }
  static std::string_view noun() { return "a size"; }
};

template <>
struct OptionValue<Name> {
  static Result<Name> parse(std::string_view text);
  static std::string show(const Name& value) { return value.to_string(); }
  static std::string_view form() { return "NAME"; }
};

template <>
struct OptionValue<RRType> {
  static Result<RRType> parse(std::string_view text);
  static std::string show(RRType value) { return to_string(value); }
  static std::string_view form() { return "TYPE"; }
};

template <>
struct OptionValue<Rcode> {
  static Result<Rcode> parse(std::string_view text);
  static std::string show(Rcode value) { return to_string(value); }
  static std::string_view form() { return "RCODE"; }
};

template <>
struct OptionValue<IpAddress> {
  static Result<IpAddress> parse(std::string_view text);
  static std::string show(const IpAddress& value) { return value.to_string(); }
  static std::string_view form() { return "ADDRESS"; }
};

template <>
struct OptionValue<IpPrefix> {
  static Result<IpPrefix> parse(std::string_view text);
  static std::string show(const IpPrefix& value) { return value.to_string(); }
  static std::string_view form() { return "PREFIX"; }
};

/// The port must stand there, unless the row has the check `default_port`.
template <>
struct OptionValue<SocketAddress> {
  static Result<SocketAddress> parse(std::string_view text);
  static std::string show(const SocketAddress& value) { return value.to_string(); }
  static std::string_view form() { return "ADDRESS:PORT"; }
};

}  // namespace harbinger
