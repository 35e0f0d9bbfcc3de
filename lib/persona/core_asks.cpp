// Asks: who is this client, and what is the token worth that it shows.
#include <algorithm>
#include <utility>

#include "persona/client_record.h"
#include "persona/engine_core.h"
#include "persona/user_agent.h"

namespace harbinger::persona {

namespace {

constexpr UnixMillis kClocksApart = 60'000;  // by which engines may differ at most
constexpr UnixMillis kAtOnce = 2000;         // tokens that two engines made within this time were made at once

}  // namespace

void EngineCore::take(std::shared_ptr<Asks> asks) {
  if (sharing_.there())
    for (const auto& ask : asks->asks) {
      if (ask.client == 0 || store_.find(ask.client) != ClientStore::kNone) continue;
      const bool asked = sharing_.look_up(ask.client, [this, asks, client = ask.client](const Share::Known& known) {
        hear(client, known, true);
        if (--asks->waiting == 0 && !asks->answered) answer(*asks);
      });
      if (asked) ++asks->waiting;
    }
  if (asks->waiting == 0) return answer(*asks);
  asks->since = world_.clock->now();
  waiting_.push_back(std::move(asks));
}

bool EngineCore::answer_late(Duration patience) {
  while (!waiting_.empty()) {
    const auto& first = waiting_.front();
    if (!first->answered && world_.clock->now() - first->since < patience) return true;
    if (!first->answered) answer(*first);
    waiting_.pop_front();
  }
  return false;
}

void EngineCore::answer(Asks& asks) {
  asks.answered = true;
  const auto now = this->now();
  std::vector<PersonaAssignment> assignments;
  assignments.reserve(asks.asks.size());
  for (const auto& ask : asks.asks) assignments.push_back(answer(ask, now));
  if (asks.done) asks.done(std::move(assignments));
}

PersonaAssignment EngineCore::answer(const PersonaAsk& ask, UnixMillis now) {
  if (ask.client == 0) return {};  // nobody in particular: there is nothing to tie a token to
  const auto now_s = static_cast<std::uint32_t>(now / 1000);
  auto slot = store_.find(ask.client);
  const bool known = slot != ClientStore::kNone;
  if (!known) slot = store_.add(ask.client, now_s, dealt_with_);
  // Every other client has an act under way, and keeps its slot until it is dealt with. Whoever asks again finds room.
  if (slot == ClientStore::kNone) return {.client = ask.client};
  store_.touch(slot, now_s);
  auto& client = store_.at(slot);
  if (ask.device != DeviceClass::unknown && ask.device < DeviceClass::limit) client.device = ask.device;
  if (ask.device == DeviceClass::unknown)
    if (const auto device = device_of(ask.user_agent); device != DeviceClass::unknown) client.device = device;
  count_shown(known ? &client : nullptr, ask, now);

  const auto verdict = clusters_->look(client.profile, &ask);
  const bool by_rule = verdict.persona != clusters_->look(client.profile, nullptr).persona;
  // A rule makes its persona when the first client comes that it holds for. Whoever hears of this client has to know that persona.
  if (by_rule && !known_personas_.test(verdict.persona)) {
    personas_changed();
    clusters_unshared_ = true;
    known_personas_.set(verdict.persona);
  }
  const bool another = verdict.persona != client.persona && (by_rule || client.persona == 0);
  if (issuer_.due(client, now) || another) {
    const bool held = issuer_.alive(client, now);
    ++counts_.of(client.token == PersonaToken{} ? TokenOutcome::issued : TokenOutcome::renewed);
    const auto before = client.persona;
    client.by_rule = by_rule;
    give(client, verdict, now);
    // Whoever asked is answered; others may hold the token before.
    if (held && client.persona != before) update_.assignments.push_back(assignment_of(client));
  }
  return assignment_of(client);
}

void EngineCore::count_shown(const Client* client, const PersonaAsk& ask, UnixMillis now) {
  if (ask.token == PersonaToken{}) return;
  const bool has_one = client && client->token != PersonaToken{};
  ++counts_.of(has_one ? issuer_.worth(*client, ask.token, now) : TokenOutcome::unknown);
}

void EngineCore::give(Client& client, const Verdict& verdict, UnixMillis now) {
  issuer_.give(client, verdict, now);
  client.heard = false;
  sharing_.publish(assignment_of(client));
}

Result<PersonaExplanation> EngineCore::explain(ClientKey key) const {
  const auto slot = store_.find(key);
  if (slot == ClientStore::kNone) return fail(ErrorCode::not_found, "the engine has not seen this client");
  const auto& client = store_.at(slot);
  auto explanation = clusters_->explain(client.profile);
  explanation.assignment = assignment_of(client);
  if (client.by_rule) explanation.reasons.emplace_back("a rule of the catalogue says so");
  return explanation;
}

// What others know of a client. Nobody waits for more than one that is new here; what it did here since it was asked about is little.
void EngineCore::hear(ClientKey key, const Share::Known& known, bool asked) {
  ClientProfile profile;
  const bool whole = unpack_profile(known.profile, profile);
  if (!whole && !known.assignment) return;
  auto slot = store_.find(key);
  if (slot == ClientStore::kNone && asked) slot = store_.add(key, static_cast<std::uint32_t>(now() / 1000));
  if (slot == ClientStore::kNone) return;
  auto& client = store_.at(slot);
  if (whole && client.acts < Sharing::kFewActs) client.profile = profile;
  const bool held = issuer_.alive(client, now());
  if (!held && known.assignment && known.assignment->client == key) hear(*known.assignment);
}

// Another engine has answered this client. Both may have done so at once: then both must keep the same one, whoever hears first. Else the news is newer; so it
// is where the present one was heard, too: then another engine has taken it back.
bool EngineCore::gives_way(const Client& client, const PersonaAssignment& heard, UnixMillis now) const {
  if (client.heard || !issuer_.alive(client, now)) return true;
  const auto made = client.expires - std::int64_t{client.life_s} * 1000;
  if (now - made >= kAtOnce) return true;
  return std::pair(heard.expires, heard.token) > std::pair(client.expires, client.token);
}

void EngineCore::hear(const PersonaAssignment& assignment) {
  const auto slot = store_.find(assignment.client);
  if (slot == ClientStore::kNone || assignment.token == PersonaToken{}) return;
  const auto now = this->now();
  auto& client = store_.at(slot);
  const auto left = assignment.expires > now ? assignment.expires - now : 0;
  const bool sound = left > 0 && left <= settings_.longest_life.count() * 1000 + kClocksApart &&
                     assignment.confidence >= 0 && assignment.confidence <= 1;
  if (!sound || assignment.token == client.token) return;
  // Those that made neither of the two take what they hear last. The store keeps what was written last, so the other engine may never have heard of
  // ours.
  if (!gives_way(client, assignment, now)) return sharing_.publish(assignment_of(client));
  // Servers that were given the token from here would take the other engine's for a foreign one.
  const bool another = client.persona != assignment.persona || client.token != PersonaToken{};
  client.token = assignment.token;
  client.expires = assignment.expires;
  // How long it was meant to live is not known here: at least as long as what is left.
  client.life_s = static_cast<std::uint16_t>(std::min<std::int64_t>(left / 1000 + 1, UINT16_MAX));
  client.persona = assignment.persona;
  client.confidence = assignment.confidence;
  client.by_rule = false;
  client.heard = true;
  if (another) update_.assignments.push_back(assignment_of(client));
}

}  // namespace harbinger::persona
