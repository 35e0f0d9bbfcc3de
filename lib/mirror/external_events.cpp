#include "mirror/external_events.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace harbinger::mirror {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kMostEvents = 1000, kLongestTag = 63, kLongestPattern = 512;
constexpr double kMostLift = 10'000;
constexpr std::int64_t kLongest = 30 * 86'400;
constexpr UnixMillis kYear = 366LL * 86'400'000;
constexpr std::array<std::string_view, 6> kKeys{"tag", "resources", "cluster", "at_ms", "lift", "lasts_s"};

bool is_word(const json& value, std::size_t longest) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return !text.empty() && text.size() <= longest &&
         std::ranges::all_of(text, [](char each) { return each > ' ' && each < 0x7f; });
}

class EventReader {
 public:
  EventReader(const json& event, std::string at, UnixMillis now, Complaints& complaints)
      : json_(event), at_(std::move(at)), now_(now), complaints_(complaints) {}

  ExternalEvent read() {
    event_.at = now_;
    if (!json_.is_object()) {
      complaints_.push_back({at_, "is " + shown(json_), "an object with `tag`, `resources` and `lift`"});
      return event_;
    }
    words();
    numbers();
    for (const auto& [key, value] : json_.items())
      if (std::ranges::find(kKeys, key) == kKeys.end())
        complain(key.c_str(), "is not known", "one of tag, resources, cluster, at_ms, lift and lasts_s");
    return event_;
  }

 private:
  void complain(const char* key, std::string wrong, std::string right) {
    complaints_.push_back({pointer_to(at_, key), std::move(wrong), std::move(right)});
  }
  std::string is_or_missing(const char* key) const {
    return json_.contains(key) ? "is " + shown(json_[key]) : "is missing";
  }

  void word(const char* key, std::string& into, std::size_t longest, bool needed) {
    if (!needed && !json_.contains(key)) return;
    if (json_.contains(key) && is_word(json_[key], longest))
      into = json_[key].get<std::string>();
    else
      complain(key, is_or_missing(key),
               "a text of 1 to " + std::to_string(longest) + " printable characters, without spaces");
  }
  void words() {
    word("tag", event_.tag, kLongestTag, true);
    word("resources", event_.resources, kLongestPattern, true);
    word("cluster", event_.cluster, kLongestTag, false);
  }

  void whole(const char* key, std::int64_t least, std::int64_t most, std::int64_t& into) {
    if (!json_.contains(key)) return;
    const auto& value = json_[key];
    if (value.is_number_integer() && value.get<double>() >= static_cast<double>(least) &&
        value.get<double>() <= static_cast<double>(most))
      into = value.get<std::int64_t>();
    else
      complain(key, is_or_missing(key), "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  void numbers() {
    whole("at_ms", std::max<UnixMillis>(0, now_ - 1000 * kLongest), now_ + kYear, event_.at);
    std::int64_t lasts = event_.lasts.count();
    whole("lasts_s", 1, kLongest, lasts);
    event_.lasts = std::chrono::seconds(lasts);
    const bool right = json_.contains("lift") && json_["lift"].is_number() && json_["lift"].get<double>() > 0 &&
                       json_["lift"].get<double>() <= kMostLift;
    if (right)
      event_.lift = json_["lift"].get<double>();
    else
      complain("lift", is_or_missing("lift"), "a number above 0, at most 10000: demand as a multiple of the usual");
  }

  const json& json_;
  const std::string at_;
  const UnixMillis now_;
  Complaints& complaints_;
  ExternalEvent event_;
};

ordered_json word_schema(std::size_t longest, const char* help) {
  return {{"type", "string"}, {"minLength", 1}, {"maxLength", longest}, {"pattern", "^[!-~]+$"}, {"description", help}};
}

}  // namespace

std::expected<std::vector<ExternalEvent>, Complaints> read_external_events(const json& body, UnixMillis now) {
  Complaints complaints;
  std::vector<ExternalEvent> events;
  if (!body.is_array()) {
    events.push_back(EventReader(body, "", now, complaints).read());
  } else if (body.empty() || body.size() > kMostEvents) {
    complaints.push_back({"", "has " + std::to_string(body.size()) + " events", "1 to 1000 of them"});
  } else {
    for (std::size_t i = 0; i < body.size(); ++i)
      events.push_back(EventReader(body[i], "/" + std::to_string(i), now, complaints).read());
  }
  if (!complaints.empty()) return std::unexpected(std::move(complaints));
  return events;
}

ordered_json external_event_schema() {
  return {
      {"type", "object"},
      {"additionalProperties", false},
      {"required", {"tag", "resources", "lift"}},
      {"properties",
       {{"tag", word_schema(kLongestTag, "what kind of event: what such events bring is learnt by it")},
        {"resources",
         word_schema(kLongestPattern, "what will be wanted: a name or URL in which * stands for anything")},
        {"cluster", word_schema(kLongestTag, "where; left out: everywhere")},
        {"at_ms", {{"type", "integer"}, {"description", "when it begins, in milliseconds since 1970; left out: now"}}},
        {"lift",
         {{"type", "number"},
          {"exclusiveMinimum", 0},
          {"maximum", kMostLift},
          {"description", "expected demand, as a multiple of the usual"}}},
        {"lasts_s",
         {{"type", "integer"},
          {"minimum", 1},
          {"maximum", kLongest},
          {"default", 3600},
          {"description", "seconds"}}}}}};
}

}  // namespace harbinger::mirror
