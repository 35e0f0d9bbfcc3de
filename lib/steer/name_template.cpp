#include "steer/name_template.h"

#include <algorithm>
#include <array>

namespace harbinger::steer {

namespace {

constexpr std::size_t kMostLabels = 128;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c; }

// The labels of a name from the left, as views into its wire form. Only as much is written as the name has labels.
class Labels {
 public:
  explicit Labels(const Name& name) : wire_(reinterpret_cast<const char*>(name.wire().data())) {
    for (std::size_t at = 0; wire_[at] != 0; at += static_cast<unsigned char>(wire_[at]) + 1u)
      starts_[size_++] = static_cast<std::uint8_t>(at);
  }
  std::size_t size() const { return size_; }
  std::string_view operator[](std::size_t i) const {
    const char* label = wire_ + starts_[i];
    return {label + 1, static_cast<unsigned char>(*label)};
  }

 private:
  const char* wire_;
  std::array<std::uint8_t, kMostLabels> starts_;
  std::size_t size_ = 0;
};

}  // namespace

bool same_label(std::string_view a, std::string_view b) noexcept { return std::ranges::equal(a, b, {}, lower, lower); }

Result<NameTemplate::Part> NameTemplate::parse_part(std::string_view word) {
  const auto wrong = [&](const char* right) {
    return fail(ErrorCode::malformed, "\"" + std::string(word) + "\": " + right);
  };
  Part part;
  if (!word.starts_with('{')) {
    if (word.empty() || word.size() > Name::kMaxLabel || word.find_first_of("{}*\\@") != std::string_view::npos)
      return wrong("a part is a label, or a word in braces such as {resource}");
    part.label = word;
    std::ranges::transform(part.label, part.label.begin(), lower);
    return part;
  }
  if (!word.ends_with('}') || word.size() < 3) return wrong("a brace is closed at the end of its label: {resource}");
  word = word.substr(1, word.size() - 2);
  if (word.ends_with('*')) {
    part.many = true;
    word.remove_suffix(1);
  }
  part.kind = word == "resource" ? Part::Kind::resource
              : word == "type"   ? Part::Kind::type
              : word == "app"    ? Part::Kind::app
                                 : Part::Kind::any;
  return part;
}

Result<NameTemplate> NameTemplate::parse(std::string_view text) {
  NameTemplate made;
  made.text_ = text;
  if (text.ends_with('.')) text.remove_suffix(1);
  for (bool more = true; more;) {
    const auto dot = text.find('.');
    more = dot != std::string_view::npos;
    auto part = parse_part(text.substr(0, dot));
    if (!part) return fail(ErrorCode::malformed, "template \"" + made.text_ + "\": " + part.error().message);
    const bool again = part->kind != Part::Kind::label && part->kind != Part::Kind::any && made.reads(part->kind);
    if (again ||
        (part->many && (!made.parts_.empty() || part->kind == Part::Kind::type || part->kind == Part::Kind::app)))
      return fail(ErrorCode::malformed,
                  "template \"" + made.text_ + "\": " +
                      (again ? "a word stands once"
                             : "only what is in front, and neither {type} nor {app}, may stand for several labels"));
    made.parts_.push_back(std::move(*part));
    if (more) text.remove_prefix(dot + 1);
  }
  return made;
}

bool NameTemplate::reads(Part::Kind kind) const { return std::ranges::find(parts_, kind, &Part::kind) != parts_.end(); }

bool NameTemplate::match(const Name& name, Fields& fields) const noexcept {
  const Labels labels(name);
  const bool many = parts_.front().many;
  if (labels.size() < parts_.size() || (!many && labels.size() != parts_.size())) return false;
  const std::size_t extra = labels.size() - parts_.size();
  for (std::size_t i = parts_.size(); i-- > 0;) {
    const auto& part = parts_[i];
    const auto label = labels[i + extra];
    switch (part.kind) {
      case Part::Kind::label:
        if (!same_label(label, part.label)) return false;
        break;
      case Part::Kind::resource:
        fields.resource = label;
        break;
      case Part::Kind::type:
        fields.type = label;
        break;
      case Part::Kind::app:
        fields.app = label;
        break;
      case Part::Kind::any:
        break;
    }
  }
  return true;
}

std::string NameTemplate::pattern(std::string_view app) const {
  std::string pattern;
  for (const auto& part : parts_) {
    if (!pattern.empty()) pattern += '.';
    if (part.kind == Part::Kind::label)
      pattern += part.label;
    else if (part.kind == Part::Kind::app)
      pattern += app;
    else
      pattern += '*';
  }
  return pattern;
}

}  // namespace harbinger::steer
