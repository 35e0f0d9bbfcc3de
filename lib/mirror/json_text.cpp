#include "mirror/json_text.h"

#include <algorithm>
#include <set>

namespace harbinger::mirror {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMostReasons = 50, kLongestShown = 60;

// The keys of the objects that are open while a text is read.
class OpenObjects {
 public:
  bool operator()(int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) open_.emplace_back();
    if (event == json::parse_event_t::object_end) open_.pop_back();
    if (event != json::parse_event_t::key || open_.back().insert(parsed.get<std::string>()).second) return true;
    if (twice_.empty()) twice_ = parsed.get<std::string>();
    return true;
  }
  const std::string& twice() const { return twice_; }

 private:
  std::vector<std::set<std::string>> open_;
  std::string twice_;
};

std::string shortened(std::string text) {
  if (text.size() > kLongestShown) text = text.substr(0, kLongestShown) + "...";
  return text;
}

}  // namespace

Result<json> parse_json(std::string_view text) {
  OpenObjects keys;
  try {
    auto value = json::parse(text, std::ref(keys));
    if (!keys.twice().empty()) return fail(ErrorCode::malformed, "the key " + shown(keys.twice()) + " is there twice");
    return value;
  } catch (const json::parse_error& error) {
    const auto at = std::min(error.byte, text.size());
    return fail(ErrorCode::malformed, "this is no JSON: octet " + std::to_string(at) + " is not what must follow");
  } catch (const json::out_of_range&) {
    return fail(ErrorCode::malformed, "this is no JSON that can be read: a number is too large for any use");
  }
}

std::string pointer_to(std::string_view pointer, std::string_view key) {
  std::string longer = std::string(pointer) + '/';
  for (const char each : key) {
    if (each == '~')
      longer += "~0";
    else if (each == '/')
      longer += "~1";
    else
      longer += each;
  }
  return longer;
}

std::string shown(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  return shortened(value.dump(-1, ' ', true, json::error_handler_t::replace));
}

std::string complaints_text(std::string_view what, const Complaints& complaints) {
  auto reasons = ordered_json::array();
  for (const auto& each : complaints) {
    if (reasons.size() >= kMostReasons) break;
    reasons.push_back({{"at", each.at}, {"wrong", each.wrong}, {"right", each.right}});
  }
  const ordered_json all{{"error", what}, {"reasons", std::move(reasons)}};
  return all.dump(2, ' ', true, ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace harbinger::mirror
