#include "persona/rpc/convert.h"

#include <google/protobuf/stubs/common.h>

#include <algorithm>
#include <cmath>

#include <harbinger/persona/v1/persona.pb.h>

namespace harbinger::persona {

namespace {

std::uint8_t octet_of(std::uint32_t number) { return static_cast<std::uint8_t>(std::min(number, 255U)); }

float share_of(float number) { return number >= 0 && number <= 1 ? number : 0; }

// Octets that are no UTF-8 may not stand in a `string`: the other side would not read the message.
void set_text(std::string& out, std::string_view text) {
  out = text;
  namespace utf8 = google::protobuf::internal;
  if (utf8::IsStructurallyValidUTF8(out.data(), static_cast<int>(out.size()))) return;
  std::ranges::replace_if(out, [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }, '?');
}

void write(const PersonaProfile& profile, v1::Profile& out) {
  out.set_id(profile.id);
  set_text(*out.mutable_name(), profile.name);
  set_text(*out.mutable_entry(), profile.entry);
  for (const auto& [key, value] : profile.attributes) {
    auto& attribute = *out.add_attributes();
    set_text(*attribute.mutable_key(), key);
    set_text(*attribute.mutable_value(), value);
  }
  set_text(*out.mutable_location(), profile.location);
  set_text(*out.mutable_resource_template(), profile.resource_template);
  for (const auto& [pattern, weight] : profile.priorities) {
    auto& priority = *out.add_priorities();
    set_text(*priority.mutable_pattern(), pattern);
    priority.set_weight(weight);
  }
  out.set_hint_floor(profile.hint_floor);
  out.set_hints(profile.hints);
  out.set_fragments_ahead(profile.fragments_ahead);
  out.set_no_prefetch(!profile.prefetch);
  out.set_pinned(profile.pinned);
  out.set_clients(profile.clients);
  for (const auto& sentence : profile.distinguished_by) set_text(*out.add_distinguished_by(), sentence);
}

PersonaProfile read(const v1::Profile& in) {
  PersonaProfile profile;
  profile.id = octet_of(in.id());
  profile.name = in.name();
  profile.entry = in.entry();
  for (const auto& attribute : in.attributes()) profile.attributes.emplace_back(attribute.key(), attribute.value());
  profile.location = in.location();
  profile.resource_template = in.resource_template();
  for (const auto& priority : in.priorities())
    if (std::isfinite(priority.weight())) profile.priorities.emplace_back(priority.pattern(), priority.weight());
  profile.hint_floor = share_of(in.hint_floor());
  profile.hints = octet_of(in.hints());
  profile.fragments_ahead = octet_of(in.fragments_ahead());
  profile.prefetch = !in.no_prefetch();
  profile.pinned = in.pinned();
  profile.clients = in.clients();
  profile.distinguished_by.assign(in.distinguished_by().begin(), in.distinguished_by().end());
  return profile;
}

void write(const PersonaUpdate::Successors& successors, v1::Successors& out) {
  out.set_context(successors.context);
  out.set_persona(successors.persona);
  for (const auto& [resource, probability] : successors.next) {
    auto& next = *out.add_next();
    next.set_resource(resource);
    next.set_probability(probability);
  }
}

PersonaUpdate::Successors read(const v1::Successors& in) {
  PersonaUpdate::Successors successors{in.context(), octet_of(in.persona()), {}};
  for (const auto& next : in.next()) successors.next.emplace_back(next.resource(), share_of(next.probability()));
  return successors;
}

// Fills messages of at most so many octets.
class Parts {
 public:
  explicit Parts(std::size_t most) : most_(most) {}

  // The message that has room for `part`.
  template <class Part>
  v1::WatchResponse& for_part(const Part& part) {
    const auto octets = part.ByteSizeLong() + kFrame;
    if (parts_.empty() || used_ + octets > most_) {
      parts_.emplace_back();
      used_ = 0;
    }
    used_ += octets;
    return parts_.back();
  }
  std::vector<v1::WatchResponse> take() { return std::move(parts_); }

 private:
  static constexpr std::size_t kFrame = 8;  // tag and length of a part
  const std::size_t most_;
  std::size_t used_ = 0;
  std::vector<v1::WatchResponse> parts_;
};

}  // namespace

std::vector<v1::WatchResponse> write(const PersonaUpdate& update, std::size_t most) {
  Parts parts(most);
  if (update.has_catalogue) {
    v1::Catalogue catalogue;
    for (const auto& profile : update.catalogue) write(profile, *catalogue.add_profiles());
    // Whole or not at all, as it replaces what was there.
    *parts.for_part(catalogue).mutable_catalogue() = std::move(catalogue);
  }
  for (const auto& assignment : update.assignments) {
    v1::Assignment part;
    write(assignment, part);
    *parts.for_part(part).add_assignments() = std::move(part);
  }
  for (const auto& successors : update.successors) {
    v1::Successors part;
    write(successors, part);
    *parts.for_part(part).add_successors() = std::move(part);
  }
  return parts.take();
}

PersonaUpdate read(const v1::WatchResponse& in) {
  PersonaUpdate update;
  update.has_catalogue = in.has_catalogue();
  for (const auto& profile : in.catalogue().profiles()) update.catalogue.push_back(read(profile));
  for (const auto& assignment : in.assignments()) update.assignments.push_back(read(assignment));
  for (const auto& successors : in.successors()) update.successors.push_back(read(successors));
  return update;
}

void write(const PersonaExplanation& explanation, v1::ExplainResponse& out) {
  write(explanation.assignment, *out.mutable_assignment());
  set_text(*out.mutable_persona(), explanation.persona);
  out.set_events(explanation.events);
  for (const auto& [persona, fit] : explanation.candidates) {
    auto& candidate = *out.add_candidates();
    set_text(*candidate.mutable_persona(), persona);
    candidate.set_fit(fit);
  }
  out.set_surprise(explanation.surprise);
  out.set_usual_surprise(explanation.usual_surprise);
  out.set_alarm_at(explanation.alarm_at);
  for (const auto& reason : explanation.reasons) set_text(*out.add_reasons(), reason);
}

PersonaExplanation read(const v1::ExplainResponse& in) {
  PersonaExplanation explanation;
  explanation.assignment = read(in.assignment());
  explanation.persona = in.persona();
  explanation.events = in.events();
  for (const auto& candidate : in.candidates())
    explanation.candidates.emplace_back(candidate.persona(), share_of(candidate.fit()));
  explanation.surprise = in.surprise();
  explanation.usual_surprise = in.usual_surprise();
  explanation.alarm_at = in.alarm_at();
  explanation.reasons.assign(in.reasons().begin(), in.reasons().end());
  return explanation;
}

void write(const PersonaEngine::State& state, v1::GetStateResponse& out) {
  out.set_clients(state.clients);
  out.set_events(state.events);
  out.set_rejected(state.rejected);
  out.set_shed(state.shed);
  out.set_invalidations(state.invalidations);
  out.set_bytes(state.bytes);
  out.set_models_published(state.models_published);
  out.set_models_refused(state.models_refused);
  out.set_held_out_loss(state.held_out_loss);
  out.set_untrained_loss(state.untrained_loss);
  set_text(*out.mutable_trouble(), state.trouble);
}

PersonaEngine::State read(const v1::GetStateResponse& in) {
  PersonaEngine::State state;
  state.clients = in.clients();
  state.events = in.events();
  state.rejected = in.rejected();
  state.shed = in.shed();
  state.invalidations = in.invalidations();
  state.bytes = in.bytes();
  state.models_published = in.models_published();
  state.models_refused = in.models_refused();
  state.held_out_loss = in.held_out_loss();
  state.untrained_loss = in.untrained_loss();
  state.trouble = in.trouble();
  return state;
}

}  // namespace harbinger::persona
