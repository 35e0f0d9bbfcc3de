#include "plugins/cdn_select/why.h"

#include <harbinger/persona_directory.h>
#include <harbinger/rcu.h>

namespace harbinger::cdn_select {

namespace {

std::string name_of(const steer::StateTable& states, steer::EndpointId id) {
  const auto* endpoint = states.endpoint(id);
  return endpoint ? endpoint->name : "?";
}

void tell_steps(const steer::Pool::Explanation& explained, const steer::StateTable& states, WhyReport& report) {
  for (const auto& step : explained.steps) {
    auto& told = report.steps.emplace_back();
    told.filter = to_string(step.filter);
    for (const auto& [id, why] : step.removed) told.removed.emplace_back(name_of(states, id), why);
    for (const auto id : step.left) told.left.push_back(name_of(states, id));
  }
  for (const auto id : explained.choice.list()) report.given.push_back(name_of(states, id));
  report.backup = explained.choice.backup != 0;
}

}  // namespace

WhyReport explain(const steer::SteeringService& service, const steer::Applications& applications,
                  const steer::ApplicationInfo& info, const steer::ClientFacts& client,
                  const AnswerSettings& settings) {
  const rcu::Reader reader;  // rules look into the directory of personas
  WhyReport report{.place = to_string(client.place),
                   .persona = std::string(persona_directory().name(client.persona).view()),
                   .application = applications.name_of(info),
                   .type = applications.type_of(info),
                   .rule = applications.rule_of(info, client.persona),
                   .data_ratio = static_cast<double>(info.data_ratio),
                   .size_bytes = info.size_bytes};
  const auto& pool = applications.pool_for(info, client.persona);
  report.pool = pool.settings().name;
  std::vector<steer::EndpointId> members;
  service.look([&](const steer::StateTable& states) {
    const auto explained = pool.explain(client, states);
    members = explained.members;
    for (const auto id : members) report.members.push_back({name_of(states, id), states.line(id).up, {}});
    tell_steps(explained, states, report);
    report.ttl_s = ttl_of(settings, explained.choice).count();
  });
  for (std::size_t i = 0; i < members.size(); ++i) report.members[i].terms = service.explain(client.group, members[i]);
  return report;
}

}  // namespace harbinger::cdn_select
