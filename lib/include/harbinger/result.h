// Result<T>: a value, or the reason why there is none.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace harbinger {

/// Kinds of expected trouble. One enum for the whole library; each value says what the caller can do about it.
enum class ErrorCode : std::uint8_t {
  malformed,    ///< bytes or text do not follow their format; a retry with the same input fails again
  truncated,    ///< the input ended early
  too_large,    ///< a limit of the format or of the configuration was exceeded
  unknown,      ///< a word, type or option nobody knows
  conflict,     ///< two things that exclude each other (a duplicate zone, CNAME beside other data)
  not_found,    ///< a file, name or record that should exist does not
  denied,       ///< the system or a policy refused
  timeout,      ///< a deadline passed
  unreachable,  ///< a peer did not accept or dropped the connection
  unsupported,  ///< understood, but not available here
  internal,     ///< a broken promise of our own
};

/// Where in a text an error was found. Lines and columns count from 1; 0 means "not known".
struct Position {
  std::string file;
  int line = 0;
  int column = 0;

  bool operator==(const Position&) const = default;
};

/// A reason that a person can act on: what is wrong, where, and what would be right.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  Position position{};

  /// `file:line:column: message`, leaving out what is not known.
  std::string to_string() const;
};

template <class T>
using Result = std::expected<T, Error>;

/// The failing branch of a Result: `return fail(ErrorCode::malformed, "label longer than 63 octets");`
inline std::unexpected<Error> fail(ErrorCode code, std::string message, Position position = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(position)});
}

/// Hands an error on: `if (!name) return fail(name.error());`
inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

}  // namespace harbinger
