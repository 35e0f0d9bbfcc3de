#include "persona/http_report.h"

#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

namespace harbinger::persona {

namespace {

std::string_view word_of(Outcome outcome) {
  static constexpr std::array<std::string_view, 5> kWords{"served", "from_cache", "not_found", "refused", "failed"};
  return kWords[static_cast<std::size_t>(outcome)];
}

std::string hex(ClientKey key) {
  std::array<char, 16> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), key, 16);
  return {digits.data(), end};
}

// What is not known is not said.
std::string text_of(const BehaviourEvent& event) {
  nlohmann::ordered_json json{
      {"key", hex(event.client)}, {"at", event.at}, {"action", to_string(event.action)}, {"resource", event.resource}};
  if (event.device != DeviceClass::unknown) json["device"] = to_string(event.device);
  if (event.outcome != Outcome::served) json["outcome"] = word_of(event.outcome);
  if (event.type != 0) json["type"] = event.type;
  if (event.dwell_s != 0) json["dwell"] = event.dwell_s;
  if (event.extent != 0) json["extent"] = event.extent;
  return json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

std::string short_reason(std::string_view body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_object() && json.contains("error") && json["error"].is_string()) return json["error"].get<std::string>();
  return "no reason given";
}

}  // namespace

std::vector<ReportBody> report_bodies(std::span<const BehaviourEvent> events, UnixMillis now, std::size_t most) {
  constexpr std::string_view kBegin = R"({"events":[)";
  const auto end = R"(],"sent":)" + std::to_string(now) + "}";
  std::vector<ReportBody> bodies;
  for (const auto& event : events) {
    const auto text = text_of(event);
    if (bodies.empty() || bodies.back().text.size() + text.size() + 1 + end.size() > most) {
      if (!bodies.empty()) bodies.back().text += end;
      bodies.push_back({std::string(kBegin), 0});
    }
    auto& body = bodies.back();
    if (body.events++ != 0) body.text += ',';
    body.text += text;
  }
  if (!bodies.empty()) bodies.back().text += end;
  return bodies;
}

Result<PersonaEngine::Receipt> read_receipt(unsigned status, std::string_view body, std::size_t events) {
  if (status == 429) return PersonaEngine::Receipt{.shed = events};
  if (status != 202)
    return fail(ErrorCode::denied, "the endpoint answered " + std::to_string(status) + ": " + short_reason(body));
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const auto number = [&](const char* word) -> std::uint64_t {
    return json.is_object() && json.contains(word) && json[word].is_number_unsigned() ? json[word].get<std::uint64_t>()
                                                                                      : 0;
  };
  const PersonaEngine::Receipt receipt{number("taken"), number("rejected"), number("shed")};
  if (receipt.taken + receipt.rejected + receipt.shed != events)
    return fail(ErrorCode::malformed, "what answered is no endpoint for events");
  return receipt;
}

}  // namespace harbinger::persona
