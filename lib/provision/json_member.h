// Members of JSON that others wrote: what is not there, or is something else, is nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace harbinger::provision {

using Json = nlohmann::json;

/// Null (a discarded value) for what is no JSON.
Json read_json(std::string_view text);

/// The member that a path of names leads to, such as {"metadata", "name"}; null when there is none.
const Json* member(const Json& from, std::initializer_list<std::string_view> path);
/// Its text; empty when it is none.
std::string text_member(const Json& from, std::initializer_list<std::string_view> path);
/// Its number; nothing when it is none.
std::optional<double> number_member(const Json& from, std::initializer_list<std::string_view> path);
/// Its elements; none when it is no list.
const Json& list_member(const Json& from, std::initializer_list<std::string_view> path);

}  // namespace harbinger::provision
