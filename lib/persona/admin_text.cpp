#include "persona/admin_text.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

namespace harbinger::persona {

namespace {

using nlohmann::json;

template <class... Values>
std::string format(const char* form, Values... values) {
  std::array<char, 256> text{};
  const auto size = std::snprintf(text.data(), text.size(), form, values...);
  return {text.data(), static_cast<std::size_t>(std::clamp<int>(size, 0, static_cast<int>(text.size()) - 1))};
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string all;
  for (const auto& part : parts) all.append(all.empty() ? "" : between).append(part);
  return all;
}

std::string line(std::string_view word, const std::string& value) {
  return value.empty() ? "" : format("%-18s", std::string(word).c_str()) + value + '\n';
}

json as_object(const PersonaProfile& persona) {
  json attributes = json::object(), priorities = json::array();
  for (const auto& [key, value] : persona.attributes) attributes[key] = value;
  for (const auto& [pattern, weight] : persona.priorities)
    priorities.push_back({{"pattern", pattern}, {"weight", weight}});
  return {{"id", persona.id},
          {"name", persona.name},
          {"entry", persona.entry},
          {"clients", persona.clients},
          {"pinned", persona.pinned},
          {"prefetch", persona.prefetch},
          {"hints", persona.hints},
          {"hint_floor", persona.hint_floor},
          {"fragments_ahead", persona.fragments_ahead},
          {"location", persona.location},
          {"template", persona.resource_template},
          {"attributes", attributes},
          {"priorities", priorities},
          {"distinguished_by", persona.distinguished_by}};
}

}  // namespace

std::string as_table(std::span<const PersonaProfile> personas) {
  std::vector<const PersonaProfile*> sorted;
  for (const auto& each : personas) sorted.push_back(&each);
  std::ranges::stable_sort(sorted, std::ranges::greater(), &PersonaProfile::clients);
  std::string text = "PERSONA                           CLIENTS  PINNED  PREFETCH  DISTINGUISHED BY\n";
  for (const auto* each : sorted)
    text += format("%-32s %8llu  %-6s  %-8s  ", each->name.c_str(), static_cast<unsigned long long>(each->clients),
                   each->pinned ? "yes" : "no", each->prefetch ? "yes" : "no") +
            joined(each->distinguished_by, "; ") + '\n';
  return text;
}

std::string as_page(const PersonaProfile& persona) {
  std::string text = line("persona", persona.name) + line("catalogue entry", persona.entry) +
                     line("clients", std::to_string(persona.clients)) + line("pinned", persona.pinned ? "yes" : "no") +
                     line("prefetch", persona.prefetch ? "yes" : "no");
  if (persona.hints != 0) text += line("hints", std::to_string(persona.hints));
  if (persona.hint_floor > 0) text += line("floor", format("%.2f", static_cast<double>(persona.hint_floor)));
  if (persona.fragments_ahead != 0) text += line("fragments ahead", std::to_string(persona.fragments_ahead));
  text += line("location", persona.location) + line("template", persona.resource_template);
  for (const auto& [key, value] : persona.attributes) text += line("attribute", key + ' ' + value);
  for (const auto& [pattern, weight] : persona.priorities)
    text += line("priority", pattern + format(" %.2f", static_cast<double>(weight)));
  for (const auto& sentence : persona.distinguished_by) text += line("distinguished by", sentence);
  return text;
}

std::string as_page(const PersonaExplanation& why) {
  std::string text =
      line("persona", why.persona) +
      line("confidence", format("%.2f", static_cast<double>(why.assignment.confidence))) +
      line("events", std::to_string(why.events)) +
      line("surprise", format("%.2f nats of late, usually %.2f, alarm at %.2f", static_cast<double>(why.surprise),
                              static_cast<double>(why.usual_surprise), static_cast<double>(why.alarm_at)));
  for (const auto& [name, fit] : why.candidates)
    text += line("candidate", name + format(" %.2f", static_cast<double>(fit)));
  for (const auto& reason : why.reasons) text += line("because", reason);
  return text;
}

std::string as_json(std::span<const PersonaProfile> personas) {
  json all = json::array();
  for (const auto& each : personas) all.push_back(as_object(each));
  return json{{"personas", all}}.dump(2) + '\n';
}

// Without the token: who reads this page could speak for the client.
std::string as_json(const PersonaExplanation& why) {
  json candidates = json::array();
  for (const auto& [name, fit] : why.candidates) candidates.push_back({{"persona", name}, {"fit", fit}});
  return json{{"client", format("%016llx", static_cast<unsigned long long>(why.assignment.client))},
              {"persona", why.persona},
              {"confidence", why.assignment.confidence},
              {"expires", why.assignment.expires},
              {"events", why.events},
              {"surprise", why.surprise},
              {"usual_surprise", why.usual_surprise},
              {"alarm_at", why.alarm_at},
              {"candidates", candidates},
              {"reasons", why.reasons}}
             .dump(2) +
         '\n';
}

}  // namespace harbinger::persona
