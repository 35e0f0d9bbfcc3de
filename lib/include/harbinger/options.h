// Options as rows: a word, a field, a check and a help text. The rows parse, validate, report and document; plugins
// contain no parser.
#pragma once

#include <concepts>
#include <expected>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <harbinger/config.h>
#include <harbinger/option_check.h>
#include <harbinger/option_value.h>
#include <harbinger/result.h>

namespace harbinger {

/// One row as text, for `-plugins`, README checks and error messages.
struct OptionInfo {
  std::string word;
  std::string form;           ///< `DURATION`, `ADDRESS...`, `random|round_robin`
  std::string default_value;  ///< as it would be written; empty when there is none
  std::string help;
  bool is_argument = false;
  bool required = false;
};
using OptionTable = std::vector<OptionInfo>;

namespace detail {

inline constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

/// A row without its types. `target` is the struct that the row's field belongs to.
struct OptionRow {
  OptionInfo info;
  std::size_t fewest = 1;  ///< words that it takes
  std::size_t most = 1;
  bool repeats = false;  ///< may stand several times
  std::string alone{};   ///< stands for the missing word of a row that may stand without one: "on"
  /// Puts one word into the field; `first` for the row's first word of all. Returns what would have been right, or
  /// nothing.
  std::function<std::optional<std::string>(void* target, std::string_view text, bool first)> put{};
  /// Instead of `put`: takes the whole line.
  std::function<void(void* target, const config::Directive& line, config::Errors& errors)> put_line{};
};

/// The rows of one directive, or of one line made of keywords.
struct OptionRows {
  std::vector<OptionRow> arguments;
  std::vector<OptionRow> options;

  void add_argument(OptionRow row);
  void add_option(OptionRow row);
};

/// `directive` with its arguments and its body.
config::Errors read_options(const OptionRows& rows, const config::Directive& directive, void* target);
/// `line` with arguments first, then keywords, each with its values.
config::Errors read_keywords(const OptionRows& rows, const config::Directive& line, void* target);
/// `[type TYPE...] [net PREFIX...]`
std::string keywords_form(const OptionRows& rows);

template <class T>
struct Field {
  using Value = T;
  static constexpr bool is_list = false, is_optional = false;
};
template <class T>
struct Field<std::optional<T>> {
  using Value = T;
  static constexpr bool is_list = false, is_optional = true;
};
template <class T>
struct Field<std::vector<T>> {
  using Value = T;
  static constexpr bool is_list = true, is_optional = false;
};

template <class T, class Value>
std::string show_default(const ValueReader<Value>& reader, const T& field) {
  std::string text;
  if constexpr (Field<T>::is_list) {
    for (const auto& value : field) text.append(text.empty() ? "" : " ").append(reader.show(value));
  } else if constexpr (Field<T>::is_optional) {
    if (field) text = reader.show(*field);
  } else {
    text = reader.show(field);
  }
  return text;
}

// `checks_and_help`: the row's checks, then its help text.
template <class Struct, class T, class Owner, class... Rest>
OptionRow make_row(std::string word, T Owner::* field, const std::tuple<Rest...>& checks_and_help) {
  static_assert(std::derived_from<Struct, Owner>);
  static_assert(sizeof...(Rest) >= 1, "the last thing in a row is its help text");
  using Value = typename Field<T>::Value;
  constexpr std::size_t checks = sizeof...(Rest) - 1;
  auto reader = [&]<std::size_t... i>(std::index_sequence<i...>) {
    return make_value_reader<Value>(std::get<i>(checks_and_help)...);
  }(std::make_index_sequence<checks>());

  OptionRow row;
  row.info = {std::move(word), reader.form, show_default(reader, Struct{}.*field),
              std::string(std::get<checks>(checks_and_help))};
  if (Field<T>::is_list) {
    row.info.form += "...";
    row.most = kAnyNumber;
    row.repeats = true;
  }
  row.put = [field, reader](void* target, std::string_view text, bool first) -> std::optional<std::string> {
    auto value = reader.read(text);
    if (!value) return std::move(value.error().message);
    auto& place = static_cast<Struct*>(target)->*field;
    if constexpr (Field<T>::is_list) {
      if (first) place.clear();  // what the file says replaces the default
      place.push_back(std::move(*value));
    } else {
      place = std::move(*value);
    }
    return std::nullopt;
  };
  return row;
}

}  // namespace detail

/// A line made of keywords, such as `allow type A AAAA net 10.0.0.0/8`, that becomes one `Row`.
///     Clause<Rule>().fixed(&Rule::action, Action::allow).list("type", &Rule::types).list("net", &Rule::nets)
template <class Row>
class Clause {
 public:
  /// What every such line sets.
  template <class T>
  Clause& fixed(T Row::* field, std::type_identity_t<T> value) {
    fixed_.push_back([field, value = std::move(value)](Row& row) { row.*field = value; });
    return *this;
  }
  /// A word in front of all keywords, in order. A vector takes every word up to the first keyword; an optional may be
  /// missing.
  template <class T, class... Checks>
  Clause& argument(std::string word, T Row::* field, Checks... checks) {
    auto row = detail::make_row<Row>(std::move(word), field, std::tuple(checks..., ""));
    if (detail::Field<T>::is_optional) row.fewest = 0;
    rows_.add_argument(std::move(row));
    return *this;
  }
  /// As argument, but may be missing: then the default stands.
  template <class T, class... Checks>
  Clause& optional_argument(std::string word, T Row::* field, Checks... checks) {
    auto row = detail::make_row<Row>(std::move(word), field, std::tuple(checks..., ""));
    row.fewest = 0;
    rows_.add_argument(std::move(row));
    return *this;
  }
  /// A keyword with one value.
  template <class T, class... Checks>
  Clause& value(std::string word, T Row::* field, Checks... checks) {
    rows_.add_option(detail::make_row<Row>(std::move(word), field, std::tuple(checks..., "")));
    return *this;
  }
  /// A keyword with one or more values.
  template <class T, class... Checks>
  Clause& list(std::string word, std::vector<T> Row::* field, Checks... checks) {
    return value(std::move(word), field, checks...);
  }

  std::string form() const { return detail::keywords_form(rows_); }
  /// Every problem of the line at once.
  std::expected<Row, config::Errors> read(const config::Directive& line) const {
    Row row{};
    for (const auto& set : fixed_) set(row);
    auto errors = detail::read_keywords(rows_, line, &row);
    if (!errors.empty()) return std::unexpected(std::move(errors));
    return row;
  }

 private:
  std::vector<std::function<void(Row&)>> fixed_;
  detail::OptionRows rows_;
};

/// The rows of one directive. `Config` is a plain struct whose initial values are the defaults.
template <class Config>
class Options {
 public:
  /// `word VALUE` in the directive's body; a bool also as bare word. A vector takes all words of the line, may stand
  /// several times, and replaces its default. `row`: a pointer to the field, checks (option_check.h), and last the help
  /// text.
  template <class T, class Owner, class... Rest>
  Options& option(std::string word, T Owner::* field, Rest&&... rest) {
    auto row = make(std::move(word), field, std::forward<Rest>(rest)...);
    if (std::is_same_v<T, bool>) {
      row.fewest = 0;
      row.alone = "on";
    }
    rows_.add_option(std::move(row));
    return *this;
  }

  /// A word behind the directive's name, in the order of these calls. Must be there unless the field is a
  /// std::optional. A vector, which stands last, takes the rest.
  template <class T, class Owner, class... Rest>
  Options& argument(std::string word, T Owner::* field, Rest&&... rest) {
    auto row = make(std::move(word), field, std::forward<Rest>(rest)...);
    if (detail::Field<T>::is_optional) row.fewest = 0;
    rows_.add_argument(std::move(row));
    return *this;
  }

  /// As argument, but may be missing: then the default stands.
  template <class T, class Owner, class... Rest>
  Options& optional_argument(std::string word, T Owner::* field, Rest&&... rest) {
    auto row = make(std::move(word), field, std::forward<Rest>(rest)...);
    row.fewest = 0;
    rows_.add_argument(std::move(row));
    return *this;
  }

  /// Every line that begins with `word` appends one Row. Several words may append to the same vector; the order of the
  /// file is kept.
  template <class Row, class Owner>
  Options& rows(std::string word, std::vector<Row> Owner::* field, Clause<Row> clause, std::string help) {
    return append_rows(std::move(word), field, std::move(clause), std::move(help), false);
  }

  /// Every line whose first word is no option appends one Row; that word is the clause's first argument. For bodies that are data, such
  /// as `192.0.2.1 www.example.org`.
  template <class Row, class Owner>
  Options& other_lines(std::vector<Row> Owner::* field, Clause<Row> clause, std::string help) {
    return append_rows("", field, std::move(clause), std::move(help), true);
  }

  /// The directive as a Config, or everything that is wrong with it.
  std::expected<Config, config::Errors> read(const config::Directive& directive) const {
    Config config{};
    auto errors = detail::read_options(rows_, directive, &config);
    if (!errors.empty()) return std::unexpected(std::move(errors));
    return config;
  }

  /// Arguments first, then options, in the order of the calls.
  OptionTable table() const {
    OptionTable table;
    for (const auto& row : rows_.arguments) table.push_back(row.info);
    for (const auto& row : rows_.options) table.push_back(row.info);
    return table;
  }

 private:
  template <class T, class Owner, class... Rest>
  static detail::OptionRow make(std::string word, T Owner::* field, Rest&&... rest) {
    return detail::make_row<Config>(std::move(word), field, std::forward_as_tuple(rest...));
  }

  // `whole_line`: the line's own word is the clause's first argument.
  template <class Row, class Owner>
  Options& append_rows(std::string word, std::vector<Row> Owner::* field, Clause<Row> clause, std::string help,
                       bool whole_line) {
    detail::OptionRow row;
    row.info = {std::move(word), clause.form(), "", std::move(help)};
    row.fewest = 0;
    row.most = detail::kAnyNumber;
    row.repeats = true;
    row.put_line = [field, clause, whole_line](void* target, const config::Directive& line, config::Errors& errors) {
      auto words = line;
      if (whole_line) {
        words = {line.word, line.arguments, {}, false};
        words.arguments.insert(words.arguments.begin(), line.word);
      }
      auto value = clause.read(words);
      if (value)
        (static_cast<Config*>(target)->*field).push_back(std::move(*value));
      else
        errors.insert(errors.end(), value.error().begin(), value.error().end());
    };
    rows_.add_option(std::move(row));
    return *this;
  }

  detail::OptionRows rows_;
};

}  // namespace harbinger
