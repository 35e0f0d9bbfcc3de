#include <algorithm>
#include <string_view>

#include <harbinger/log.h>
#include "base/text_line.h"
#include "orchestrate/told_words.h"
#include "plugins/orchestration/views.h"

namespace harbinger::orchestration {

namespace {

using namespace orchestrate;

std::string word(std::string_view text) { return std::string(text); }

std::string reach_text(const Resource& resource) {
  std::string text;
  for (const auto& each : addresses_of(resource.reach)) text += (text.empty() ? "" : " ") + each;
  return text.empty() ? "-" : text;
}

std::string trouble_line(const std::string& trouble) {
  return trouble.empty() ? "" : "  trouble: " + escape_for_log(trouble) + '\n';
}

}  // namespace

std::string state_text(const OrchestrationEngine::State& state) {
  auto page = text_line("mode %s%s\n", word(to_string(state.mode)).c_str(),
                        state.halted ? ", halted: nothing more is made ahead" : "");
  page += text_line("users %llu, acts %llu, shed %llu\n", wide(state.users), wide(state.acts), wide(state.shed));
  page += text_line("asked for and ready %llu, and not %llu; made ahead and never asked for %llu\n", wide(state.hits),
                    wide(state.misses), wide(state.wasted));
  page += text_line("made %llu, failed %llu, rolled back %llu\n", wide(state.made), wide(state.failed),
                    wide(state.rolled_back));
  page += text_line("ready %.1f s before it was asked for; %.0f resource-seconds unused; cost %.2f\n", state.lead_s,
                    state.idle_s, state.cost);
  page += text_line("labels %llu, clusters %llu; next need right %.1f %%, of the best simple guess %.1f %%\n",
                    wide(state.attributes.labels), wide(state.attributes.clusters), 100 * state.needs.top1,
                    100 * state.needs.baseline_top1);
  for (const auto& [what, trouble] : state.troubles)
    if (!trouble.empty()) page += "trouble: " + escape_for_log(what) + ": " + escape_for_log(trouble) + '\n';
  return page;
}

std::string actions_text(const std::vector<Action>& actions) {
  auto page =
      text_line("%8s %-7s %-9s %-16s %6s %8s  %s\n", "ACTION", "WHAT", "STATE", "USER", "LIKELY", "COST/H", "NEED");
  for (const auto& each : actions) {
    page +=
        text_line("%8llu %-7s %-9s %-16s %5.0f%% %8.2f  %s\n", wide(each.number), word(to_string(each.kind)).c_str(),
                  word(to_string(each.state)).c_str(), key_text(each.user).c_str(), 100.0 * each.probability,
                  each.cost_per_hour, escape_for_log(to_string(each.need)).c_str());
    if (!each.reason.empty()) page += "  " + escape_for_log(each.reason) + '\n';
    page += trouble_line(each.trouble);
  }
  return page;
}

std::string resources_text(const std::vector<Resource>& resources) {
  auto page = text_line("%-36s %-9s %-16s %-12s  %-22s %s\n", "RESOURCE", "STEP", "USER", "TARGET", "ADDRESS", "NEED");
  for (const auto& each : resources) {
    page += text_line("%-36s %-9s %-16s %-12s  %-22s %s\n", or_dash(each.id).c_str(),
                      word(to_string(each.step)).c_str(), key_text(each.user).c_str(), or_dash(each.target).c_str(),
                      reach_text(each).c_str(), escape_for_log(to_string(each.need)).c_str());
    page += trouble_line(each.trouble);
  }
  return page;
}

std::string user_text(const OrchestrationEngine::UserState& user) {
  auto page = text_line("user %s: %llu acts\n", key_text(user.user).c_str(), wide(user.acts));
  for (std::size_t i = 0; i < kAttributes; ++i) {
    const auto attribute = static_cast<Attribute>(i);
    const auto& belief = user.attributes.of(attribute);
    const auto values = values_of(attribute);
    const bool known = belief.by != Belief::By::nothing && belief.value < values.size();
    page += text_line("  %-12s %-16s", word(to_string(attribute)).c_str(),
                      known ? word(values[belief.value]).c_str() : "-");
    page +=
        known ? text_line(" %3.0f %% by %s\n", 100.0 * belief.confidence, word(to_string(belief.by)).c_str()) : "\n";
  }
  page += text_line("asks for something soon: %.0f %%\n", 100.0 * user.outlook.something);
  for (const auto& each : user.outlook.needs)
    page += text_line("  %3.0f %% %s\n", 100.0 * each.probability, escape_for_log(to_string(each.need)).c_str());
  return user.resources.empty() ? page : page + resources_text(user.resources);
}

std::string why_text(std::uint64_t action, const std::vector<std::string>& sentences) {
  auto page = text_line("action %llu\n", wide(action));
  for (const auto& sentence : sentences) page += "  " + escape_for_log(sentence) + '\n';
  return page;
}

}  // namespace harbinger::orchestration
