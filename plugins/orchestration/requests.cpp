#include "plugins/orchestration/requests.h"

#include <charconv>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

namespace harbinger::orchestration {

namespace {

using namespace orchestrate;
using nlohmann::json;
using nlohmann::ordered_json;

std::unexpected<Error> malformed(std::string right) { return fail(ErrorCode::malformed, std::move(right)); }

unsigned status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed:
    case ErrorCode::truncated:
    case ErrorCode::unknown:
      return 400;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::denied:
      return 403;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::too_large:
      return 413;
    default:
      return 503;
  }
}

Result<ActorKey> user_of(const std::string& key, const std::string& name, const Intake& intake) {
  if (!key.empty() && !name.empty()) return malformed("say `user` or `name`, not both");
  if (!name.empty()) return intake.key_of(name);
  if (const auto parsed = parse_key(key)) return *parsed;
  return malformed("say which user: `user`, a key of 16 hexadecimal digits, or `name`");
}

// An object whose members are all known, so that a word that is written wrong is not passed over.
Result<json> read_object(std::string_view body, const std::set<std::string_view>& words) {
  auto object = json::parse(body, nullptr, false);
  if (!object.is_object()) return malformed("the body is an object of JSON");
  std::string known;
  for (const auto word : words) known.append(known.empty() ? "" : ", ").append(word);
  for (const auto& [word, value] : object.items())
    if (!words.contains(word)) return malformed("there is no member \"" + word + "\"; there are " + known);
  return object;
}

Result<std::string> text_in(const json& object, const char* word) {
  const auto found = object.find(word);
  if (found == object.end() || found->is_null()) return std::string();
  if (!found->is_string()) return malformed(std::string("`") + word + "` is a text");
  return found->get<std::string>();
}

Result<std::uint32_t> number_in(const json& object, const char* word, std::uint32_t otherwise) {
  const auto found = object.find(word);
  if (found == object.end()) return otherwise;
  if (!found->is_number_unsigned() || *found > std::numeric_limits<std::uint32_t>::max())
    return malformed(std::string("`") + word + "` is a whole number");
  return found->get<std::uint32_t>();
}

Result<ActorKey> user_in(const json& object, const Intake& intake) {
  const auto key = text_in(object, "user"), name = text_in(object, "name");
  if (!key) return fail(key.error());
  if (!name) return fail(name.error());
  return user_of(*key, *name, intake);
}

Result<Need> need_in(const json& object) {
  Need need;
  for (const auto& [word, field] : {std::pair{"kind", &need.kind},
                                    {"machine", &need.machine},
                                    {"image", &need.image},
                                    {"security", &need.security}}) {
    auto text = text_in(object, word);
    if (!text) return fail(text.error());
    *field = std::move(*text);
  }
  for (const auto& [word, field] :
       {std::pair{"count", &need.count}, {"storage_gb", &need.storage_gb}, {"bandwidth_mbps", &need.bandwidth_mbps}}) {
    const auto number = number_in(object, word, *field);
    if (!number) return fail(number.error());
    *field = *number;
  }
  return checked_need(std::move(need));
}

}  // namespace

HttpResponse as_json(unsigned status, std::string text) { return {status, std::move(text), "application/json"}; }

HttpResponse trouble(unsigned status, std::string_view what) {
  const ordered_json body{{"error", what}};
  return as_json(status, body.dump(-1, ' ', true, ordered_json::error_handler_t::replace) + '\n');
}

HttpResponse trouble(const Error& error) { return trouble(status_of(error.code), "orchestration: " + error.message); }

Result<ActorKey> user_of(const HttpRequest& request, const Intake& intake) {
  return user_of(request.value("user"), request.value("name"), intake);
}

Result<std::uint64_t> number_of(const HttpRequest& request, std::string_view word) {
  const auto text = request.value(word);
  std::uint64_t number = 0;
  const auto* end = text.data() + text.size();
  if (const auto [at, error] = std::from_chars(text.data(), end, number);
      text.empty() || error != std::errc() || at != end)
    return malformed("say `" + std::string(word) + "`, a whole number");
  return number;
}

Result<ClaimBody> read_claim(std::string_view body, const Intake& intake) {
  const auto object = read_object(body, {"user", "name", "kind", "machine", "image", "security", "count", "storage_gb",
                                         "bandwidth_mbps", "request"});
  if (!object) return fail(object.error());
  const auto user = user_in(*object, intake);
  if (!user) return fail(user.error());
  auto need = need_in(*object);
  if (!need) return fail(need.error());
  auto request = text_in(*object, "request");
  if (!request) return fail(request.error());
  return ClaimBody{*user, std::move(*need), std::move(*request)};
}

Result<LabelBody> read_label_body(std::string_view body, const Intake& intake) {
  const auto object = read_object(body, {"user", "name", "attribute", "value"});
  if (!object) return fail(object.error());
  const auto user = user_in(*object, intake);
  if (!user) return fail(user.error());
  const auto attribute = text_in(*object, "attribute"), value = text_in(*object, "value");
  if (!attribute) return fail(attribute.error());
  if (!value) return fail(value.error());
  const auto label = read_label(*attribute, *value);
  if (!label) return fail(label.error());
  return LabelBody{*user, *label};
}

}  // namespace harbinger::orchestration
