// Names in presentation form (RFC 1035 sec. 5.1).
#include <harbinger/name.h>

#include "wire/text.h"

namespace harbinger {
namespace {

// Collects the octets of one label after another out of a text.
class NameParser {
 public:
  explicit NameParser(std::string_view text) : text_(text), rest_(text) {}

  /// Reads all labels. True when the text ended in a dot.
  Result<bool> run() {
    while (!rest_.empty()) {
      if (rest_.front() == '.') {
        if (auto done = end_label(); !done) return fail(done.error());
        rest_.remove_prefix(1);
        if (rest_.empty()) return true;
        continue;
      }
      const auto octet = wire::take_octet(rest_);
      if (!octet) return bad("a bad escape; write \\. or \\046 (three digits up to 255)");
      if (label_size_ == Name::kMaxLabel) return bad("a label longer than 63 octets", ErrorCode::too_large);
      label_[label_size_++] = *octet;
    }
    if (auto done = end_label(); !done) return fail(done.error());
    return false;
  }

  NameBuilder& builder() { return builder_; }

  std::unexpected<Error> bad(std::string_view what, ErrorCode code = ErrorCode::malformed) const {
    // Texts come from anywhere, so the part quoted is short.
    const std::string shown(text_.substr(0, 80));
    return fail(code, "name '" + shown + (shown.size() < text_.size() ? "...' has " : "' has ") + std::string(what));
  }

 private:
  Result<void> end_label() {
    if (label_size_ == 0) return bad("an empty label");
    if (!builder_.append({label_.data(), label_size_})) return bad("more than 255 octets", ErrorCode::too_large);
    label_size_ = 0;
    return {};
  }

  std::string_view text_, rest_;
  NameBuilder builder_;
  std::array<std::uint8_t, Name::kMaxLabel> label_;
  std::size_t label_size_ = 0;
};

void append_label_octet(std::string& text, std::uint8_t octet) {
  constexpr std::string_view kSpecial = "\".;\\()@$";
  if (kSpecial.find(static_cast<char>(octet)) != std::string_view::npos) {
    text += '\\';
    text += static_cast<char>(octet);
  } else if (octet <= ' ' || octet >= 0x7f) {
    wire::append_decimal_escape(text, octet);
  } else {
    text += static_cast<char>(octet);
  }
}

}  // namespace

Result<Name> Name::parse(std::string_view text) { return parse(text, Name()); }

Result<Name> Name::parse(std::string_view text, const Name& origin) {
  if (text.empty()) return fail(ErrorCode::malformed, "a name must not be empty; the root is written '.'");
  if (text == ".") return Name();
  if (text == "@") return origin;

  NameParser parser(text);
  const Result<bool> absolute = parser.run();
  if (!absolute) return fail(absolute.error());
  Name name;
  if (!parser.builder().finish_with(*absolute ? Name() : origin, name)) {
    return parser.bad("more than 255 octets", ErrorCode::too_large);
  }
  return name;
}

std::string Name::to_string() const {
  if (is_root()) return ".";
  std::string text;
  text.reserve(size_);
  for (std::size_t i = 0; bytes_[i] != 0; i += bytes_[i] + 1u) {
    for (std::size_t k = 1; k <= bytes_[i]; ++k) append_label_octet(text, bytes_[i + k]);
    text += '.';
  }
  return text;
}

}  // namespace harbinger
