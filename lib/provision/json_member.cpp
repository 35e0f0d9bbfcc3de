#include "provision/json_member.h"

namespace harbinger::provision {

Json read_json(std::string_view text) { return Json::parse(text, nullptr, false); }

const Json* member(const Json& from, std::initializer_list<std::string_view> path) {
  const Json* at = &from;
  for (const auto name : path) {
    if (!at->is_object()) return nullptr;
    const auto found = at->find(name);
    if (found == at->end()) return nullptr;
    at = &*found;
  }
  return at;
}

std::string text_member(const Json& from, std::initializer_list<std::string_view> path) {
  const auto* const found = member(from, path);
  return found && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<double> number_member(const Json& from, std::initializer_list<std::string_view> path) {
  const auto* const found = member(from, path);
  return found && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

const Json& list_member(const Json& from, std::initializer_list<std::string_view> path) {
  static const Json kNone = Json::array();
  const auto* const found = member(from, path);
  return found && found->is_array() ? *found : kNone;
}

}  // namespace harbinger::provision
