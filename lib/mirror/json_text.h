// JSON as others send it, read so that nothing of it is left to guesses; and what is wrong with it, place by place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <harbinger/result.h>

namespace harbinger::mirror {

/// Something in a document that is not right.
struct Complaint {
  std::string at;     ///< JSON pointer (RFC 6901); empty: the whole
  std::string wrong;  ///< what is there
  std::string right;  ///< what would be right
  friend bool operator==(const Complaint&, const Complaint&) = default;
};
using Complaints = std::vector<Complaint>;

/// `malformed` for what is no JSON, and for an object that has a key twice: the readers of the world disagree which one counts.
Result<nlohmann::json> parse_json(std::string_view text);

/// `pointer` and one more step, escaped.
std::string pointer_to(std::string_view pointer, std::string_view key);

/// A value as complaints show it: short, and structures by their kind only.
std::string shown(const nlohmann::json& value);

/// `{"error": WHAT, "reasons": [{"at", "wrong", "right"}]}`, the first 50 of them.
std::string complaints_text(std::string_view what, const Complaints& complaints);

}  // namespace harbinger::mirror
