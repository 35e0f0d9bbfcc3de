// Name templates: how the fields of application info are read out of a first identifier.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/name.h>
#include <harbinger/result.h>

namespace harbinger::steer {

/// `{resource}.{type}.{app}.example.org`: a word in braces stands for one label; `resource`, `type` and `app` are read out, other words are only
/// passed over. `{word*}`, in front, stands for one label or more.
class NameTemplate {
 public:
  /// Errors: malformed, with what would be right.
  static Result<NameTemplate> parse(std::string_view text);

  /// The fields, as labels of the name that was matched: valid as long as it is. Those that the template has not are empty.
  struct Fields {
    std::string_view resource, type, app;
  };
  /// Without case. No allocation.
  bool match(const Name& name, Fields& fields) const noexcept;

  bool has_app() const { return reads(Part::Kind::app); }
  bool has_type() const { return reads(Part::Kind::type); }
  /// As a pattern of matches_pattern: every word is a `*`. `app` stands in the place of `{app}`.
  std::string pattern(std::string_view app) const;
  const std::string& text() const { return text_; }

 private:
  struct Part {
    enum class Kind : std::uint8_t { label, resource, type, app, any };
    Kind kind = Kind::label;
    bool many = false;
    std::string label{};  // lower case
  };
  static Result<Part> parse_part(std::string_view word);
  bool reads(Part::Kind kind) const;

  std::string text_;
  std::vector<Part> parts_;  // from the left
};

/// Whether two labels are the same without case.
bool same_label(std::string_view a, std::string_view b) noexcept;

}  // namespace harbinger::steer
