#include "persona/rpc/convert.h"

#include <algorithm>
#include <limits>

#include <harbinger/persona/v1/persona.pb.h>

namespace harbinger::persona {

namespace {

constexpr float kNoNumber = std::numeric_limits<float>::quiet_NaN();
constexpr std::uint32_t kMost16 = std::numeric_limits<std::uint16_t>::max();

// The enums of ours stand in the same order; those without a word for "not known" begin one later out there.
constexpr int kShift = 1;
static_assert(v1::ACTION_QUERY == static_cast<int>(Action::query) + kShift);
static_assert(v1::ACTION_PLAYBACK == static_cast<int>(Action::playback) + kShift);
static_assert(v1::Action_MAX == static_cast<int>(Action::limit) - 1 + kShift);
static_assert(v1::OUTCOME_SERVED == static_cast<int>(Outcome::served) + kShift);
static_assert(v1::OUTCOME_FAILED == static_cast<int>(Outcome::failed) + kShift);
static_assert(v1::DEVICE_CLASS_SERVER == static_cast<int>(DeviceClass::server));
static_assert(v1::DeviceClass_MAX == static_cast<int>(DeviceClass::limit) - 1);

// What does not exist stays so: fault_of() rejects it.
Action action_of(int number) {
  const bool exists = number > v1::ACTION_UNSPECIFIED && number <= v1::Action_MAX;
  return exists ? static_cast<Action>(number - kShift) : Action::limit;
}

DeviceClass device_of(int number) {
  return number >= 0 && number <= v1::DeviceClass_MAX ? static_cast<DeviceClass>(number) : DeviceClass::limit;
}

Outcome outcome_of(int number) {
  if (number == v1::OUTCOME_UNSPECIFIED) return Outcome::served;
  const bool exists = number > 0 && number <= v1::Outcome_MAX;
  return static_cast<Outcome>(exists ? number - kShift : std::numeric_limits<std::uint8_t>::max());
}

std::uint8_t octet_of(std::uint32_t number) { return static_cast<std::uint8_t>(std::min(number, 255U)); }

float share_of(float number) { return number >= 0 && number <= 1 ? number : 0; }

void write_token(const PersonaToken& token, std::string& out) {
  if (token != PersonaToken{}) out.assign(token.begin(), token.end());
}

PersonaToken token_of(const std::string& octets) {
  PersonaToken token{};
  if (octets.size() == token.size()) std::ranges::copy(octets, token.begin());
  return token;
}

}  // namespace

void write(const PersonaAsk& ask, v1::Ask& out) {
  out.set_client(ask.client);
  out.set_at_ms(ask.at);
  out.set_name(ask.name.data(), ask.name.size());
  out.set_user_agent(ask.user_agent.data(), ask.user_agent.size());
  out.set_network(ask.network.data(), ask.network.size());
  out.set_device(static_cast<v1::DeviceClass>(ask.device));
  out.set_location(ask.location);
  out.set_transport(static_cast<v1::Transport>(ask.transport));
  out.set_edns(ask.edns);
  out.set_dnssec_ok(ask.dnssec_ok);
  out.set_asks_hints(ask.asks_hints);
  write_token(ask.token, *out.mutable_token());
}

PersonaAsk read(const v1::Ask& in) {
  constexpr std::size_t kMostName = 255, kMostUserAgent = 512, kMostNetwork = 64;
  PersonaAsk ask;
  ask.client = in.client();
  ask.at = in.at_ms();
  ask.name = std::string_view(in.name()).substr(0, kMostName);
  ask.user_agent = std::string_view(in.user_agent()).substr(0, kMostUserAgent);
  ask.network = std::string_view(in.network()).substr(0, kMostNetwork);
  const auto device = device_of(in.device());
  ask.device = device == DeviceClass::limit ? DeviceClass::unknown : device;
  ask.location = in.location() <= kMost16 ? static_cast<std::uint16_t>(in.location()) : std::uint16_t{0};
  ask.transport = v1::Transport_IsValid(in.transport()) ? static_cast<std::uint8_t>(in.transport()) : std::uint8_t{0};
  ask.edns = in.edns();
  ask.dnssec_ok = in.dnssec_ok();
  ask.asks_hints = in.asks_hints();
  ask.token = token_of(in.token());
  return ask;
}

void write(const BehaviourEvent& event, v1::Event& out) {
  out.set_client(event.client);
  out.set_at_ms(event.at);
  out.set_resource(event.resource.data(), event.resource.size());
  out.set_action(static_cast<v1::Action>(static_cast<int>(event.action) + kShift));
  out.set_device(static_cast<v1::DeviceClass>(event.device));
  // The usual one is left out: unspecified is taken as served.
  if (event.outcome != Outcome::served)
    out.set_outcome(static_cast<v1::Outcome>(static_cast<int>(event.outcome) + kShift));
  out.set_location(event.location);
  out.set_type(event.type);
  out.set_dwell_s(event.dwell_s);
  out.set_extent(event.extent);
}

BehaviourEvent read(const v1::Event& in) {
  BehaviourEvent event;
  event.client = in.client();
  event.at = in.at_ms();
  event.resource = in.resource();
  event.action = action_of(in.action());
  event.device = device_of(in.device());
  event.outcome = outcome_of(in.outcome());
  event.location = static_cast<std::uint16_t>(in.location());
  event.type = static_cast<std::uint16_t>(in.type());
  event.dwell_s = in.location() <= kMost16 && in.type() <= kMost16 ? in.dwell_s() : kNoNumber;
  event.extent = in.extent();
  return event;
}

void write(const PersonaAssignment& assignment, v1::Assignment& out) {
  out.set_client(assignment.client);
  out.set_persona(assignment.persona);
  write_token(assignment.token, *out.mutable_token());
  out.set_expires_ms(assignment.expires);
  out.set_confidence(assignment.confidence);
}

PersonaAssignment read(const v1::Assignment& in) {
  return {in.client(), octet_of(in.persona()), token_of(in.token()), in.expires_ms(), share_of(in.confidence())};
}

Result<std::vector<PersonaAssignment>> read(const v1::AssignResponse& response, std::size_t wanted) {
  const auto& got = response.assignments();
  if (static_cast<std::size_t>(got.size()) != wanted)
    return fail(ErrorCode::malformed,
                "the engine answered " + std::to_string(got.size()) + " of " + std::to_string(wanted) + " asks");
  std::vector<PersonaAssignment> assignments;
  assignments.reserve(wanted);
  for (const auto& assignment : got) {
    if (assignment.persona() > std::numeric_limits<PersonaId>::max())
      return fail(ErrorCode::malformed,
                  "the engine knows a persona " + std::to_string(assignment.persona()) + "; their numbers end at 255");
    assignments.push_back(read(assignment));
  }
  return assignments;
}

void write(const PersonaEngine::Receipt& receipt, v1::ReportResponse& out) {
  out.set_taken(receipt.taken);
  out.set_rejected(receipt.rejected);
  out.set_shed(receipt.shed);
}

PersonaEngine::Receipt read(const v1::ReportResponse& in) { return {in.taken(), in.rejected(), in.shed()}; }

}  // namespace harbinger::persona
