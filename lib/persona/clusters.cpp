// Clients are placed by what they do, personas are what clusters are called.
#include "persona/clusters.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cmath>

#include "persona/cluster_features.h"
#include "persona/grouping_codec.h"
#include "persona/persona_register.h"
#include "persona/plain_octets.h"
#include "persona/standing.h"
#include "persona/suspicion.h"

namespace harbinger::persona {

namespace {

constexpr std::uint32_t kMagic = 0x31636868;  // "hhc1"
constexpr std::uint32_t kLeastMembers = 2;
// A client moves when another cluster is clearly better; early on, when it is better at all.
constexpr float kClearly = 2, kAtAll = 0.1F, kEarly = 16;
constexpr UnixMillis kNamedEvery = 5'000, kNumberRests = 20 * 60'000;
constexpr std::size_t kTold = 3, kShown = 8;

// Which acts of a client are worth a look at all clusters.
bool placed_at(std::uint32_t events) {
  if (events <= 8) return true;
  return events < 32 ? events % 4 == 0 : events % 16 == 0;
}

// Which make its sample anew.
bool sampled_at(std::uint32_t events) { return events <= 4 || (events < 32 && events % 4 == 0) || events % 32 == 0; }

// Topics of resources, looked up once for many acts.
class Topics {
 public:
  Topic of(std::string_view resource, const EventCode& code) {
    const std::uint32_t mark = (code.resource | std::uint32_t{code.target} << 12 | std::uint32_t{code.site} << 20) + 1;
    auto& entry = entries_[(mark * 0x9e3779b1u) >> 20];
    if (entry.mark != mark) entry = {mark, topic_of(resource)};
    return entry.topic;
  }

 private:
  struct Entry {
    std::uint32_t mark = 0;
    Topic topic = Topic::none;
  };
  std::array<Entry, 4096> entries_{};
};

class OnlineClusters final : public Clusters {
 public:
  OnlineClusters(const Settings& settings, const Catalogue& catalogue)
      : settings_(settings), catalogue_(catalogue), register_(catalogue) {}

  Verdict take(ClientProfile& profile, const BehaviourEvent& event, const EventCode& code, float surprise) override;
  Verdict look(const ClientProfile& profile, const PersonaAsk* ask) const override;
  UnixMillis last_at(const ClientProfile& profile) const override { return state_of(profile).last_at; }
  bool tend(UnixMillis now) override;
  std::vector<PersonaProfile> personas() const override { return register_.profiles(); }
  PersonaExplanation explain(const ClientProfile& profile) const override;
  Result<void> rename(std::string_view persona, std::string_view name) override;
  Result<void> pin(std::string_view persona, bool pinned) override;
  Result<void> split(std::string_view persona, std::string_view name) override;
  Result<void> merge(std::string_view from, std::string_view into) override;
  std::vector<std::uint8_t> save() const override;
  Result<void> load(std::span<const std::uint8_t> octets) override;

 private:
  bool is_persona(std::uint8_t cluster) const {
    return cluster != 0 && cluster <= settings_.most && grouping_.mixture().members(cluster) >= kLeastMembers;
  }
  /// Too many samples to find the clusters from nothing while acts wait: from then on it is small steps.
  bool many() const { return grouping_.samples().size() >= 600; }
  void sample(ClientState& state, ClientKey client);
  void follow_merges(ClientState& state) const;
  struct Choice {
    std::uint8_t persona = 0;
    float margin = 0;
  };
  Choice choose(const ClientState& state) const;
  void place(ClientState& state, UnixMillis now);
  void become(ClientState& state, std::uint8_t persona, float margin, UnixMillis now);
  bool confirm(ClientState& state, UnixMillis now);
  Verdict verdict(const ClientState& state) const;
  ClientState present(const ClientProfile& profile) const;
  void hear_of_merges(UnixMillis now);
  bool name(UnixMillis now);
  PersonaId spare_number() const;

  const Settings settings_;
  const Catalogue& catalogue_;
  mutable Grouping grouping_;  // a rule may tie a number in `look`
  mutable PersonaRegister register_;
  ResourceNames names_;
  Topics topics_;
  Suspicion suspicion_;
  Standing standing_;
  std::array<std::uint8_t, Mixture::kMost> merged_into_{};
  std::array<UnixMillis, Mixture::kMost> merged_at_{};
  std::uint64_t tended_ = 0, rebuilt_ = 0, idle_ = 0, next_rebuild_ = 32;
  std::uint32_t named_changes_ = 0;
  UnixMillis named_at_ = 0;
  bool edited_ = false;
};

void OnlineClusters::sample(ClientState& state, ClientKey client) {
  state.slot = grouping_.offer(client, state);
  if (grouping_.offers() < next_rebuild_ || many()) return;
  grouping_.rebuild();
  rebuilt_ = grouping_.offers();
  next_rebuild_ = grouping_.offers() * 3 / 2;
}

// Who was in a cluster that is part of another now goes along.
void OnlineClusters::follow_merges(ClientState& state) const {
  for (int i = 0; i < 4 && merged_into_[state.persona] != 0; ++i) state.persona = merged_into_[state.persona];
}

void OnlineClusters::become(ClientState& state, std::uint8_t persona, float margin, UnixMillis now) {
  if (persona == state.persona) return;
  if (state.persona != 0) standing_.fell(state);
  state.persona = persona;
  Suspicion::drop(state);
  if (persona != 0) standing_.mark(state, margin, now);
}

OnlineClusters::Choice OnlineClusters::choose(const ClientState& state) const {
  const auto place = grouping_.place(tokens_of(state, grouping_.scale()), state.persona);
  const Choice stays{state.persona, place.margin};
  const float better = place.score - place.own;
  if (state.persona != 0 && is_persona(state.persona) &&
      better < (static_cast<float>(state.events) > kEarly ? kClearly : kAtAll))
    return stays;
  constexpr float kSureAtOnce = 1.5F;
  if (state.events < settings_.first_events && place.margin < kSureAtOnce) return stays;
  return {is_persona(place.cluster) ? place.cluster : std::uint8_t{0}, place.margin};
}

void OnlineClusters::place(ClientState& state, UnixMillis now) {
  const auto choice = choose(state);
  state.structure = static_cast<std::uint8_t>(grouping_.changes());
  become(state, choice.persona, choice.margin, now);
}

// A suspicion comes true when what the client did of late fits another cluster clearly better, or fits its own no longer at all. Else it is dropped.
bool OnlineClusters::confirm(ClientState& state, UnixMillis now) {
  constexpr std::size_t kLate = 6;
  constexpr float kBetter = 4, kAlien = 10;
  ClientState late = state;
  forget(late, kLate);
  const auto place = grouping_.place(tokens_of(late, grouping_.scale()), state.persona);
  Suspicion::drop(state);
  const bool other = place.cluster != state.persona && is_persona(place.cluster) && place.score - place.own > kBetter;
  const bool alien = place.own < -kAlien;
  if (!other && !alien) return false;
  const auto left = state.persona;
  forget(state, kLate);
  state.left = left;
  become(state, other ? place.cluster : 0, place.margin, now);
  return true;
}

Clusters::Verdict OnlineClusters::verdict(const ClientState& state) const {
  Verdict verdict;
  if (!is_persona(state.persona)) return verdict;  // one that is new gets its name within a second
  verdict.persona = state.persona;
  constexpr float kMiddling = 3;
  verdict.confidence =
      standing_.of(state.mark != 0 ? std::exp2(static_cast<float>(state.mark - 1) / 1.5F) - 1 : kMiddling);
  verdict.steadiness = Suspicion::steadiness(state);
  return verdict;
}

Clusters::Verdict OnlineClusters::take(ClientProfile& profile, const BehaviourEvent& event, const EventCode& code,
                                       float surprise) {
  auto& state = state_of(profile);
  follow_merges(state);
  const auto before = verdict(state).persona;
  const auto act = code_of(state, event, code);
  const bool suspect = suspicion_.hear(state, act, surprise, grouping_.mixture());
  note(state, event, code, act, topics_.of(event.resource, code));
  const bool alarm = suspect && confirm(state, event.at);
  if (state.events <= 8 || state.events % 8 == 0) names_.note(act, event.client, event.resource);
  if (sampled_at(state.events)) sample(state, event.client);
  const bool moved = state.structure != static_cast<std::uint8_t>(grouping_.changes());
  if (placed_at(state.events) || (moved && (state.events < 32 || state.events % 8 == 0))) place(state, event.at);
  standing_.stands(state, event.at);
  auto now = verdict(state);
  now.alarm = alarm;
  now.changed = now.persona != before;
  return now;
}

// The client as it would be placed now: the clusters may have become others since it acted.
ClientState OnlineClusters::present(const ClientProfile& profile) const {
  auto state = state_of(profile);
  follow_merges(state);
  if (state.events > 0 && state.structure != static_cast<std::uint8_t>(grouping_.changes()))
    state.persona = choose(state).persona;
  return state;
}

// A number that no cluster has: it is tied, so that none gets it later.
PersonaId OnlineClusters::spare_number() const {
  for (std::size_t id = settings_.most; id > 0; --id)
    if (grouping_.mixture().members(static_cast<std::uint32_t>(id)) == 0 && !grouping_.ties()[id].taken) {
      grouping_.ties()[id].taken = true;
      return static_cast<PersonaId>(id);
    }
  return 0;
}

Clusters::Verdict OnlineClusters::look(const ClientProfile& profile, const PersonaAsk* ask) const {
  if (ask != nullptr)
    if (const auto* entry = catalogue_.by_rule(*ask))
      if (const auto id = register_.of_entry(*entry, [this] { return spare_number(); }); id != 0)
        return {.persona = id, .confidence = 1, .steadiness = 1};
  return verdict(present(profile));
}

void OnlineClusters::hear_of_merges(UnixMillis now) {
  for (const auto& [from, into] : grouping_.take_merged()) {
    merged_into_[from] = into;
    merged_at_[from] = now;
    grouping_.ties()[from].taken = true;
    register_.remove(from);
  }
  // By now every client has been heard of, or is forgotten.
  for (std::size_t id = 1; id < merged_into_.size(); ++id)
    if (merged_into_[id] != 0 && now - merged_at_[id] > kNumberRests) {
      merged_into_[id] = 0;
      grouping_.ties()[id].taken =
          register_.has(static_cast<PersonaId>(id)) && register_.by_rule(static_cast<PersonaId>(id));
    }
}

bool OnlineClusters::name(UnixMillis now) {
  named_at_ = now;
  named_changes_ = grouping_.changes();
  std::vector<const ClientState*> everybody;
  std::array<std::vector<const ClientState*>, Mixture::kMost> members;
  for (const auto& sample : grouping_.samples()) {
    if (sample.client == 0) continue;
    everybody.push_back(&sample.state);
    if (is_persona(sample.cluster)) members[sample.cluster].push_back(&sample.state);
  }
  const Distinctions distinctions(everybody, names_);
  std::vector<PersonaRegister::Look> looks;
  for (std::size_t id = 1; id < members.size(); ++id)
    if (!members[id].empty())
      looks.push_back({static_cast<PersonaId>(id), features_of(members[id]), distinctions.of(members[id], kTold),
                       members[id].size()});
  return register_.renew(looks);
}

bool OnlineClusters::tend(UnixMillis now) {
  const auto offers = grouping_.offers();
  if (offers != tended_) idle_ = 0;
  tended_ = offers;
  if (!many() && offers >= rebuilt_ + rebuilt_ / 4 + 8) {
    grouping_.rebuild();
    rebuilt_ = offers;
    next_rebuild_ = offers * 3 / 2;
  } else if (idle_++ <= grouping_.mixture().end() + grouping_.samples().size() / 512) {
    grouping_.step(true);
  }
  hear_of_merges(now);
  const bool due = now - named_at_ >= kNamedEvery || now < named_at_ || named_changes_ != grouping_.changes();
  return (due && name(now)) | std::exchange(edited_, false);
}

PersonaExplanation OnlineClusters::explain(const ClientProfile& profile) const {
  const auto state = present(profile);
  const auto now = verdict(state);
  PersonaExplanation why;
  why.assignment.persona = now.persona;
  why.assignment.confidence = now.confidence;
  why.persona = register_.has(now.persona) ? register_.name(now.persona) : std::string(kDefaultPersonaName);
  why.events = state.events;
  why.surprise = Suspicion::of_late(state);
  why.usual_surprise = suspicion_.usual(state.persona);
  why.alarm_at = suspicion_.alarm_at(state.persona);

  Mixture::Scores scores;
  grouping_.mixture().score(tokens_of(state, grouping_.scale()), scores);
  float most = -1e9F, sum = 0;
  for (std::uint32_t id = 1; id < grouping_.mixture().end(); ++id)
    if (is_persona(static_cast<std::uint8_t>(id))) most = std::max(most, scores[id]);
  for (std::uint32_t id = 1; id < grouping_.mixture().end(); ++id) {
    if (!is_persona(static_cast<std::uint8_t>(id)) || !register_.has(static_cast<PersonaId>(id))) continue;
    const float likely = std::exp(scores[id] - most);
    sum += likely;
    why.candidates.emplace_back(register_.name(static_cast<PersonaId>(id)), likely);
  }
  for (auto& [name, likely] : why.candidates) likely /= std::max(sum, 1e-9F);
  std::ranges::sort(why.candidates, std::ranges::greater(), [](const auto& each) { return each.second; });
  if (why.candidates.size() > kShown) why.candidates.resize(kShown);

  if (state.events < settings_.first_events)
    why.reasons.push_back("only " + std::to_string(state.events) + " acts are known; a client is placed from its " +
                          std::to_string(settings_.first_events) + "th on, unless it is clear before");
  const ClientState* alone[] = {&state};
  std::vector<const ClientState*> everybody;
  for (const auto& sample : grouping_.samples()) everybody.push_back(&sample.state);
  for (const auto& each : Distinctions(everybody, names_).of(alone, kTold)) why.reasons.push_back(each.sentence);
  if (state.left != 0 && register_.has(state.left))
    why.reasons.push_back("it was of " + register_.name(state.left) + " until what it did fitted no longer");
  return why;
}

Result<void> OnlineClusters::rename(std::string_view persona, std::string_view name) {
  const auto id = register_.rename(persona, name);
  if (!id) return fail(id.error());
  edited_ = true;
  return {};
}

Result<void> OnlineClusters::pin(std::string_view persona, bool pinned) {
  const auto id = register_.pin(persona, pinned);
  if (!id) return fail(id.error());
  grouping_.ties()[*id].kept = pinned;
  edited_ = true;
  return {};
}

Result<void> OnlineClusters::split(std::string_view persona, std::string_view name) {
  const auto id = register_.find(persona);
  if (!id) return fail(ErrorCode::not_found, "there is no persona " + std::string(persona));
  if (auto trouble = register_.trouble_with(name)) return fail(std::move(*trouble));
  const auto part = grouping_.split(*id, 0);
  if (!part)
    return fail(ErrorCode::conflict,
                "the clients of " + std::string(persona) + " are too few or too alike to be told apart");
  // What an operator said stands: neither is merged nor split by itself, until it is unpinned.
  grouping_.ties()[*id].kept = grouping_.ties()[*part].kept = true;
  edited_ = true;
  return register_.add(*part, name);
}

Result<void> OnlineClusters::merge(std::string_view from, std::string_view into) {
  const auto one = register_.find(from), other = register_.find(into);
  if (!one) return fail(ErrorCode::not_found, "there is no persona " + std::string(from));
  if (!other) return fail(ErrorCode::not_found, "there is no persona " + std::string(into));
  if (*one == *other) return fail(ErrorCode::conflict, "a persona cannot be merged into itself");
  grouping_.merge(*one, *other);
  grouping_.ties()[*one].kept = false;
  grouping_.ties()[*other].kept = true;  // or its parts would be found again
  hear_of_merges(named_at_);
  edited_ = true;
  return {};
}

std::vector<std::uint8_t> OnlineClusters::save() const {
  std::vector<std::uint8_t> octets;
  put(octets, kMagic);
  put_all<std::uint8_t>(octets, register_.save());
  std::array<float, Suspicion::kNumbers> usual;
  suspicion_.write(usual);
  put(octets, usual);
  put(octets, standing_.counts());
  put(octets, merged_into_);
  put(octets, merged_at_);
  GroupingCodec::save(grouping_, octets);
  put(octets, XXH3_64bits(octets.data(), octets.size()));
  return octets;
}

Result<void> OnlineClusters::load(std::span<const std::uint8_t> octets) {
  std::uint64_t sum = 0;
  std::uint32_t magic = 0;
  auto end = octets.subspan(octets.size() - std::min(octets.size(), sizeof sum));
  if (!harbinger::persona::take(end, sum) || XXH3_64bits(octets.data(), octets.size() - sizeof sum) != sum)
    return fail(ErrorCode::malformed, "clusters that are damaged");
  auto rest = octets.first(octets.size() - sizeof sum);
  if (!harbinger::persona::take(rest, magic) || magic != kMagic)
    return fail(ErrorCode::malformed, "clusters of another version");

  OnlineClusters read(settings_, catalogue_);
  std::vector<std::uint8_t> names;
  std::array<float, Suspicion::kNumbers> usual;
  const bool whole = take_all(rest, names, rest.size()) && harbinger::persona::take(rest, usual) &&
                     harbinger::persona::take(rest, read.standing_.counts()) &&
                     harbinger::persona::take(rest, read.merged_into_) &&
                     harbinger::persona::take(rest, read.merged_at_);
  if (!whole) return fail(ErrorCode::malformed, "clusters that end early");
  if (auto named = read.register_.load(names); !named) return fail(std::move(named.error()));
  if (auto grouped = GroupingCodec::load(read.grouping_, rest); !grouped) return fail(std::move(grouped.error()));
  grouping_ = std::move(read.grouping_);
  register_ = std::move(read.register_);
  suspicion_.read(usual);
  standing_ = read.standing_;
  merged_into_ = read.merged_into_;
  merged_at_ = read.merged_at_;
  // They are as good as they were: no clustering from nothing until there is news.
  tended_ = rebuilt_ = grouping_.offers();
  next_rebuild_ = rebuilt_ * 3 / 2;
  edited_ = true;
  return {};
}

}  // namespace

std::unique_ptr<Clusters> make_clusters(const Clusters::Settings& settings, const Catalogue& catalogue) {
  return std::make_unique<OnlineClusters>(settings, catalogue);
}

}  // namespace harbinger::persona
