#include <string_view>

#include <nlohmann/json.hpp>

#include "orchestrate/told_words.h"
#include "plugins/orchestration/views.h"

namespace harbinger::orchestration {

namespace {

using namespace orchestrate;
using nlohmann::ordered_json;

std::string dump(const ordered_json& value) {
  return value.dump(2, ' ', true, ordered_json::error_handler_t::replace) + '\n';
}

ordered_json need_json(const Need& need) {
  ordered_json told{{"kind", need.kind}, {"machine", need.machine}, {"count", need.count}};
  if (!need.image.empty()) told["image"] = need.image;
  if (!need.security.empty()) told["security"] = need.security;
  if (need.storage_gb > 0) told["storage_gb"] = need.storage_gb;
  if (need.bandwidth_mbps > 0) told["bandwidth_mbps"] = need.bandwidth_mbps;
  return told;
}

ordered_json action_json(const orchestrate::Action& action) {
  ordered_json told{{"action", action.number},          {"kind", to_string(action.kind)},
                    {"state", to_string(action.state)}, {"user", key_text(action.user)},
                    {"resource", action.resource},      {"target", action.target},
                    {"need", need_json(action.need)}};
  if (action.kind == orchestrate::Action::Kind::change) told["before"] = need_json(action.before);
  told.update({{"reactive", action.reactive},
               {"probability", action.probability},
               {"cost_per_hour", action.cost_per_hour},
               {"reason", action.reason},
               {"trouble", action.trouble},
               {"planned", action.planned},
               {"ended", action.ended}});
  return told;
}

ordered_json resource_json(const Resource& resource) {
  return {{"id", resource.id},
          {"kind", resource.kind},
          {"target", resource.target},
          {"user", key_text(resource.user)},
          {"need", need_json(resource.need)},
          {"step", to_string(resource.step)},
          {"addresses", addresses_of(resource.reach)},
          {"ordered", resource.ordered},
          {"ready", resource.ready},
          {"claimed", resource.claimed},
          {"probability", resource.probability},
          {"trouble", resource.trouble}};
}

ordered_json attributes_json(const UserAttributes& attributes) {
  auto told = ordered_json::object();
  for (std::size_t i = 0; i < kAttributes; ++i) {
    const auto attribute = static_cast<Attribute>(i);
    const auto& belief = attributes.of(attribute);
    const auto values = values_of(attribute);
    const bool known = belief.by != Belief::By::nothing && belief.value < values.size();
    told[std::string(to_string(attribute))] = known ? ordered_json{{"value", values[belief.value]},
                                                                   {"confidence", belief.confidence},
                                                                   {"by", to_string(belief.by)}}
                                                    : ordered_json();
  }
  return told;
}

ordered_json outlook_json(const Outlook& outlook) {
  auto needs = ordered_json::array(), words = ordered_json::array();
  for (const auto& each : outlook.needs)
    needs.push_back({{"need", need_json(each.need)},
                     {"probability", each.probability},
                     {"usually_in_s", std::chrono::duration<double>(each.usually_in).count()}});
  for (const auto& each : outlook.words)
    words.push_back({{"field", each.field}, {"word", each.word}, {"probability", each.probability}});
  return {{"something", outlook.something}, {"needs", needs}, {"words", words}};
}

template <class Row, class Write>
std::string all_of(const std::vector<Row>& rows, Write write) {
  auto told = ordered_json::array();
  for (const auto& row : rows) told.push_back(write(row));
  return dump(told);
}

}  // namespace

std::string state_json(const OrchestrationEngine::State& state) {
  return dump({{"mode", to_string(state.mode)},
               {"halted", state.halted},
               {"users", state.users},
               {"acts", state.acts},
               {"shed", state.shed},
               {"hits", state.hits},
               {"misses", state.misses},
               {"wasted", state.wasted},
               {"made", state.made},
               {"failed", state.failed},
               {"rolled_back", state.rolled_back},
               {"lead_s", state.lead_s},
               {"idle_s", state.idle_s},
               {"cost", state.cost},
               {"attributes",
                {{"users", state.attributes.users},
                 {"labels", state.attributes.labels},
                 {"changes", state.attributes.changes},
                 {"clusters", state.attributes.clusters},
                 {"held_out_error", state.attributes.held_out_error}}},
               {"needs",
                {{"asked", state.needs.asked},
                 {"top1", state.needs.top1},
                 {"log_loss", state.needs.log_loss},
                 {"calibration_error", state.needs.calibration_error},
                 {"baseline_top1", state.needs.baseline_top1}}},
               {"troubles", state.troubles}});
}

std::string actions_json(const std::vector<Action>& actions) { return all_of(actions, action_json); }

std::string resources_json(const std::vector<Resource>& resources) { return all_of(resources, resource_json); }

std::string user_json(const OrchestrationEngine::UserState& user) {
  auto resources = ordered_json::array();
  for (const auto& each : user.resources) resources.push_back(resource_json(each));
  return dump({{"user", key_text(user.user)},
               {"attributes", attributes_json(user.attributes)},
               {"cluster", user.attributes.cluster},
               {"outlook", outlook_json(user.outlook)},
               {"resources", resources},
               {"acts", user.acts},
               {"last_act", user.last_act}});
}

std::string why_json(std::uint64_t action, const std::vector<std::string>& sentences) {
  return dump({{"action", action}, {"why", sentences}});
}

std::string claim_json(const OrchestrationEngine::Claim& claim) {
  return dump(
      {{"id", claim.id}, {"was_ready", claim.was_ready}, {"addresses", addresses_of(claim.reach)}, {"why", claim.why}});
}

}  // namespace harbinger::orchestration
