#include "orchestrate/rpc/convert.h"

#include <harbinger/orchestration/v1/orchestration.pb.h>
#include "orchestrate/told_words.h"

namespace harbinger::orchestrate {

namespace v1 = orchestration::v1;

namespace {

// Ours begin with 0, those that travel with "not told".
template <class To, class From>
To told(From value) {
  return static_cast<To>(static_cast<int>(value) + 1);
}

ActivityOutcome understood(v1::Outcome said) {
  switch (said) {
    case v1::OUTCOME_FAILED:
      return ActivityOutcome::failed;
    case v1::OUTCOME_DENIED:
      return ActivityOutcome::denied;
    case v1::OUTCOME_THROTTLED:
      return ActivityOutcome::throttled;
    default:
      return ActivityOutcome::succeeded;
  }
}

ActorClass understood(v1::ActorClass said) {
  switch (said) {
    case v1::ACTOR_CLASS_CONSOLE:
      return ActorClass::console;
    case v1::ACTOR_CLASS_COMMAND_LINE:
      return ActorClass::command_line;
    case v1::ACTOR_CLASS_LIBRARY:
      return ActorClass::library;
    case v1::ACTOR_CLASS_SERVICE:
      return ActorClass::service;
    default:
      return ActorClass::unknown;
  }
}

void write(const Need& need, v1::Need& out) {
  out.set_kind(need.kind);
  out.set_machine(need.machine);
  out.set_image(need.image);
  out.set_security(need.security);
  out.set_count(need.count);
  out.set_storage_gb(need.storage_gb);
  out.set_bandwidth_mbps(need.bandwidth_mbps);
}

void write(const UserAttributes& attributes, v1::Desired& out) {
  for (std::size_t i = 0; i < kAttributes; ++i) {
    const auto attribute = static_cast<Attribute>(i);
    const auto& belief = attributes.of(attribute);
    auto& each = *out.add_attributes();
    each.set_name(std::string(to_string(attribute)));
    const auto values = values_of(attribute);
    if (belief.by == Belief::By::nothing || belief.value >= values.size()) continue;
    each.set_value(std::string(values[belief.value]));
    each.set_confidence(belief.confidence);
    each.set_by(std::string(to_string(belief.by)));
  }
}

Need plain(const v1::Need& said) {
  return {.kind = said.kind(),
          .machine = said.machine(),
          .image = said.image(),
          .security = said.security(),
          .count = said.count() == 0 ? 1 : said.count(),
          .storage_gb = said.storage_gb(),
          .bandwidth_mbps = said.bandwidth_mbps()};
}

}  // namespace

void write(const Action& action, v1::Action& out) {
  out.set_number(action.number);
  out.set_kind(told<v1::ActionKind>(action.kind));
  out.set_state(told<v1::ActionState>(action.state));
  out.set_user(key_text(action.user));
  out.set_resource(action.resource);
  out.set_target(action.target);
  write(action.need, *out.mutable_need());
  if (action.kind == Action::Kind::change) write(action.before, *out.mutable_before());
  out.set_reactive(action.reactive);
  out.set_probability(action.probability);
  out.set_cost_per_hour(action.cost_per_hour);
  out.set_reason(action.reason);
  out.set_trouble(action.trouble);
  out.set_planned(action.planned);
  out.set_ended(action.ended);
}

void write(const Resource& resource, v1::Resource& out) {
  out.set_id(resource.id);
  out.set_kind(resource.kind);
  out.set_target(resource.target);
  out.set_user(key_text(resource.user));
  write(resource.need, *out.mutable_need());
  out.set_step(told<v1::Step>(resource.step));
  for (const auto& each : addresses_of(resource.reach)) out.add_addresses(each);
  out.set_ordered(resource.ordered);
  out.set_ready(resource.ready);
  out.set_claimed(resource.claimed);
  out.set_probability(resource.probability);
  out.set_trouble(resource.trouble);
}

void write(const OrchestrationEngine::UserState& user, const std::vector<Action>& plan, v1::Desired& out) {
  out.set_user(key_text(user.user));
  write(user.attributes, out);
  out.set_something(user.outlook.something);
  for (const auto& each : user.outlook.needs) {
    auto& likely = *out.add_needs();
    write(each.need, *likely.mutable_need());
    likely.set_probability(each.probability);
    likely.set_usually_in_s(std::chrono::duration<double>(each.usually_in).count());
  }
  for (const auto& each : user.resources) write(each, *out.add_resources());
  for (const auto& each : plan)
    if (each.user == user.user) write(each, *out.add_actions());
  out.set_acts(user.acts);
  out.set_last_act(user.last_act);
}

Result<Need> read_need(const v1::Need& said) { return checked_need(plain(said)); }

Result<ActorKey> read_user(const v1::User& said, const ServerSettings& settings) {
  if (said.who_case() == v1::User::kName && !said.name().empty()) {
    if (!settings.key_of) return fail(ErrorCode::unsupported, "this server knows users by their keys only");
    return settings.key_of(said.name());
  }
  if (const auto key = parse_key(said.key())) return *key;
  return fail(ErrorCode::malformed, "say which user: a name, or a key of 16 hexadecimal digits");
}

ActivityRecord read_act(const v1::Act& said, std::vector<Need>& needs) {
  ActivityRecord record{.actor = said.actor(),
                        .request = said.request_id(),
                        .verb = said.verb(),
                        .kind = said.kind(),
                        .source = said.source().empty() ? std::string_view("grpc") : std::string_view(said.source()),
                        .scope = said.scope(),
                        .scope_is_private = true,
                        .actor_class = understood(said.actor_class()),
                        .outcome = understood(said.outcome()),
                        .changes = said.changes(),
                        .latency_ms = said.latency_ms()};
  if (said.at() != 0) record.at = said.at();
  if (said.has_used_cpu()) record.used_cpu = said.used_cpu();
  if (said.has_used_memory()) record.used_memory = said.used_memory();
  if (said.has_asks()) record.asks = &needs.emplace_back(plain(said.asks()));
  return record;
}

}  // namespace harbinger::orchestrate
