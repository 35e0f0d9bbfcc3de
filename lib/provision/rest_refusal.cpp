#include "provision/rest_refusal.h"

#include <algorithm>

#include "provision/json_member.h"

namespace harbinger::provision {

namespace {

constexpr std::size_t kMostSaid = 300;

std::string message_in(const Json& object) {
  if (auto text = text_member(object, {"message"}); !text.empty()) return text;
  if (!object.is_object()) return {};
  for (const auto& each : object)
    if (auto text = text_member(each, {"message"}); !text.empty()) return text;
  return {};
}

bool speaks_of_quota(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
  return text.find("quota") != text.npos || text.find("maximum number of ports") != text.npos;
}

// What is no UTF-8, or was cut, is replaced: pages and calls that tell of it take nothing else.
std::string as_utf8(const std::string& text) {
  return read_json(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

ErrorCode code_of(unsigned status, const std::string& said) {
  switch (status) {
    case 403:
    case 409:
      if (speaks_of_quota(said)) return ErrorCode::too_large;
      return status == 403 ? ErrorCode::denied : ErrorCode::conflict;
    case 400:
    case 401:
    case 422:
      return ErrorCode::denied;
    case 404:
    case 410:
      return ErrorCode::not_found;
    case 413:
    case 429:
      return ErrorCode::too_large;
    case 405:
    case 406:
    case 415:
    case 501:
      return ErrorCode::unsupported;
    default:
      return status >= 500 ? ErrorCode::unreachable : ErrorCode::malformed;
  }
}

}  // namespace

std::string sentence_of(const RestAnswer& answer) {
  auto text = message_in(read_json(answer.body));
  if (text.empty()) text = answer.body;
  text.resize(std::min(text.size(), kMostSaid));
  std::ranges::replace_if(text, [](unsigned char c) { return c < 0x20 || c == 127; }, ' ');
  return text.empty() ? "(nothing more)" : as_utf8(text);
}

Error refusal(std::string_view who, const RestAnswer& answer) {
  const auto said = sentence_of(answer);
  return {code_of(answer.status, said), std::string(who) + " said " + std::to_string(answer.status) + ": " + said};
}

}  // namespace harbinger::provision
