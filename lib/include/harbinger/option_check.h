// What an option's value must satisfy besides its type: ranges, a choice of words, a default port.
#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harbinger/option_value.h>

namespace harbinger {

/// How one row reads its values: the codec of the type, with the row's checks worked in.
template <class T>
struct ValueReader {
  std::function<Result<T>(std::string_view)> parse;
  std::function<std::string(const T&)> show;
  std::string form;
  std::string noun = "a value";
  std::vector<std::function<bool(const T&)>> checks;
  std::vector<std::string> limits;  ///< one for each check: "between 1s and 24h"

  /// The error's message is what would be right: "a duration between 1s and 24h".
  Result<T> read(std::string_view text) const {
    auto value = parse(text);
    const bool right = value && std::ranges::all_of(checks, [&](const auto& check) { return check(*value); });
    if (right || (limits.empty() && !value)) return value;
    std::string wanted = noun;
    for (const auto& limit : limits) wanted.append(&limit == &limits.front() ? " " : " and ").append(limit);
    return fail(ErrorCode::malformed, std::move(wanted));
  }
};

namespace detail {

template <class T>
concept HasOptionValue = requires(std::string_view text) { OptionValue<T>::parse(text); };

// A bound as the field's type would show it: 90 beside a ByteSize, 1min beside milliseconds.
template <class T, class Bound>
std::string show_bound(const ValueReader<T>& reader, const Bound& bound) {
  if constexpr (std::same_as<T, ByteSize> && std::integral<Bound>)
    return show_byte_size(static_cast<std::uint64_t>(bound));
  else if constexpr (requires { show_duration(bound); })
    return show_duration(bound);
  else
    return reader.show(static_cast<T>(bound));
}

template <class A, class B>
bool less(const A& a, const B& b) {
  if constexpr (std::same_as<A, ByteSize> && std::integral<B>)
    return std::cmp_less(a.bytes, b);
  else if constexpr (std::integral<A> && std::same_as<B, ByteSize>)
    return std::cmp_less(a, b.bytes);
  else if constexpr (OptionNumber<A> && OptionNumber<B>)
    return std::cmp_less(a, b);
  else
    return a < b;
}

}  // namespace detail

/// A check is a small value with `apply`, which works itself into a row's reader. These are made by the functions
/// below.
template <class Lowest>
struct AtLeast {
  Lowest lowest;
  template <class T>
  void apply(ValueReader<T>& reader) const {
    reader.checks.push_back([lowest = lowest](const T& value) { return !detail::less(value, lowest); });
    reader.limits.push_back("of at least " + detail::show_bound(reader, lowest));
  }
};

template <class Highest>
struct AtMost {
  Highest highest;
  template <class T>
  void apply(ValueReader<T>& reader) const {
    reader.checks.push_back([highest = highest](const T& value) { return !detail::less(highest, value); });
    reader.limits.push_back("of at most " + detail::show_bound(reader, highest));
  }
};

template <class Lowest, class Highest>
struct Between {
  Lowest lowest;
  Highest highest;
  template <class T>
  void apply(ValueReader<T>& reader) const {
    reader.checks.push_back(
        [*this](const T& value) { return !detail::less(value, lowest) && !detail::less(highest, value); });
    reader.limits.push_back("between " + detail::show_bound(reader, lowest) + " and " +
                            detail::show_bound(reader, highest));
  }
};

template <class E>
struct OneOf {
  std::vector<std::pair<std::string, E>> words;

  void apply(ValueReader<E>& reader) const {
    reader.form.clear();
    for (const auto& [word, value] : words) reader.form.append(reader.form.empty() ? "" : "|").append(word);
    reader.show = [words = words](const E& value) {
      const auto found = std::ranges::find(words, value, &std::pair<std::string, E>::second);
      return found == words.end() ? std::string() : found->first;
    };
    reader.parse = [words = words, wanted = "one of " + reader.form](std::string_view text) -> Result<E> {
      const auto found = std::ranges::find(words, text, &std::pair<std::string, E>::first);
      if (found == words.end()) return fail(ErrorCode::unknown, wanted);
      return found->second;
    };
  }
};

struct DefaultPort {
  std::uint16_t port;
  void apply(ValueReader<SocketAddress>& reader) const;
};

struct InBytes {
  template <detail::OptionNumber T>
  void apply(ValueReader<T>& reader) const {
    reader.form = OptionValue<ByteSize>::form();
    reader.noun = OptionValue<ByteSize>::noun();
    reader.show = [](const T& value) { return detail::show_byte_size(static_cast<std::uint64_t>(value)); };
    reader.parse = [](std::string_view text) -> Result<T> {
      const auto bytes = detail::parse_byte_size(text);
      if (!bytes) return fail(bytes.error());
      if (!std::in_range<T>(*bytes))
        return fail(ErrorCode::too_large, "a size of at most " + std::to_string(std::numeric_limits<T>::max()));
      return static_cast<T>(*bytes);
    };
  }
};

/// The value is at least `lowest`. Works for numbers, durations and sizes, as the next two.
template <class Lowest>
AtLeast<Lowest> at_least(Lowest lowest) {
  return {lowest};
}
/// The value is at most `highest`.
template <class Highest>
AtMost<Highest> at_most(Highest highest) {
  return {highest};
}
/// Both bounds belong to the range.
template <class Lowest, class Highest>
Between<Lowest, Highest> between(Lowest lowest, Highest highest) {
  return {lowest, highest};
}
/// The value is one of these words: `one_of<Policy>({{"random", Policy::random}, ...})`.
template <class E>
OneOf<E> one_of(std::initializer_list<std::pair<std::string_view, E>> words) {
  OneOf<E> check;
  for (const auto& [word, value] : words) check.words.emplace_back(word, value);
  return check;
}
/// An address may stand without its port.
inline DefaultPort default_port(std::uint16_t port) { return {port}; }
/// A number that is written as a size: `64MiB`. Stands before ranges.
inline InBytes in_bytes() { return {}; }

/// The reader of a row for values of type T. Enums have no codec, they need a `one_of`.
template <class T, class... Checks>
ValueReader<T> make_value_reader(const Checks&... checks) {
  static_assert(detail::HasOptionValue<T> || (std::same_as<Checks, OneOf<T>> || ...),
                "a type without OptionValue needs the check one_of");
  ValueReader<T> reader;
  if constexpr (detail::HasOptionValue<T>) {
    reader.parse = &OptionValue<T>::parse;
    reader.show = [](const T& value) { return OptionValue<T>::show(value); };
    reader.form = OptionValue<T>::form();
    if constexpr (requires { OptionValue<T>::noun(); }) reader.noun = OptionValue<T>::noun();
  }
  (checks.apply(reader), ...);
  return reader;
}

}  // namespace harbinger
