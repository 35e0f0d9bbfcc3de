#include <harbinger/rcu.h>
#include <harbinger/sequence_model.h>

#include <algorithm>
#include <bit>
#include <memory>

#include "learn/sequence/contexts.h"
#include "learn/sequence/served_lines.h"
#include "learn/sequence/snapshot.h"
#include "learn/sequence/soon_model.h"

namespace harbinger {
namespace {

using namespace sequence;

constexpr std::size_t kJudged = 8;         // guesses whose record is kept
constexpr std::uint64_t kYoung = 1 << 15;  // steps that are all judged, however much there is to do
constexpr float kLeast = 0.01f;            // less is not worth a place in a line
constexpr std::size_t kAhead = 2;          // places that a client may come to, whose lines are made before it comes
constexpr float kLikelyAhead = 0.15f;      // and how likely it must be that it comes there next

/// Which half of the contexts is counted when a step of `client` is not judged: in the order of Thue and Morse, which no rhythm of a client
/// can follow.
Share share_of(const ClientState& client) {
  return std::popcount(client.length) % 2 == 0 ? Share::first_half : Share::second_half;
}

class TableModel final : public SequenceModel {
 public:
  explicit TableModel(const Settings& settings)
      : settings_(settings),
        gap_ms_(std::int64_t{settings.session_gap_s} * 1000),
        memory_(std::make_unique<Memory>(settings.contexts)),
        served_(settings.contexts / 4, memory_->resources),
        judge_every_(std::max(settings.blend_every, 1u)) {}

  void learn(const Access& access) override {
    if (fits(access)) learn(access, resource_hash(access.resource));
  }
  void learn_all(std::span<const Access> accesses) override;
  void judge_every(std::uint32_t accesses) override {
    judge_every_ = std::max(accesses, 1u);
    young_ = 0;
  }
  std::size_t predict(ClientKey client, UnixMillis now, std::span<Guess> out) override;
  std::size_t predict_after(std::span<const std::string_view> path, PersonaId persona, UnixMillis now,
                            std::span<Guess> out) override;
  bool suggest(std::string_view context, PersonaId persona,
               std::span<const std::pair<std::string, float>> successors) override;
  std::string_view text(ResourceId resource) const override { return memory_->text(resource); }
  std::uint32_t size_bytes(ResourceId resource) const override;
  const ServedTable& served() const override { return served_; }
  Explanation explain(ClientKey client, UnixMillis now, std::string_view resource) override;
  Size size() const override;
  Result<void> save(const std::filesystem::path& path) const override;
  Result<void> load(const std::filesystem::path& path) override;

 private:
  bool session_over(const ClientState& client, UnixMillis now) const {
    return client.known == 0 || now - client.last > gap_ms_;
  }
  static bool fits(const Access& access) {
    return !access.resource.empty() && access.resource.size() <= TextTable::kLongest;
  }
  void learn(const Access& access, std::uint64_t hash);
  void step(ClientState& client, const Access& access, std::uint64_t hash, UnixMillis at);
  void judge(ClientState& client, std::uint64_t hash);
  void arrive(ClientState& client, const Access& access, TextId resource, UnixMillis at);
  std::size_t guess(const Moment& moment, std::span<Guess> out);
  void weigh(const Moment& moment);
  std::span<Candidate* const> best(std::size_t most);
  void correct(std::span<Candidate* const> ranked) const;
  void compare(const Moment& moment, TextId came);
  void publish(const Moment& moment);
  void publish_favourites(PersonaId persona);
  void publish_ahead(const Moment& moment);
  void publish_line(const Moment& moment, std::uint64_t previous, PersonaId persona);
  TextId real(TextId id);
  std::uint32_t usual_wait(TextId current) const;
  Term term_of(const Candidate& candidate, sequence::Term term, const Moment& moment) const;

  const Settings settings_;
  const UnixMillis gap_ms_;
  std::unique_ptr<Memory> memory_;
  SoonModel soon_;
  ServedLines served_;
  Candidates candidates_;
  std::array<Candidate*, Candidates::kMost> order_{};
  std::uint64_t steps_ = 0, young_ = kYoung;
  std::uint32_t judge_every_;
};

// In four steps, each of which needs what the one before brought near: places by key and by hash; the client; marks of its contexts; their lines.
void TableModel::learn_all(std::span<const Access> accesses) {
  constexpr std::size_t kStride = 4;
  std::array<std::uint64_t, 32> hashes;
  const auto contexts_of = [&](const Access& access, auto bring) {
    const ClientState* client = memory_->clients.find(access.client);
    if (!client || client->known == 0) return;
    memory_->resources.prefetch_entry_of(client->recent[0]);
    bring(*memory_, moment_of(*client), share_of(*client));
  };
  for (std::size_t at = 0; at < accesses.size() + 4 * kStride; ++at) {
    const auto ahead = [&](std::size_t step) {
      const std::size_t index = at - step * kStride;
      return at >= step * kStride && index < accesses.size() ? &accesses[index] : nullptr;
    };
    const auto hash_of = [&](std::size_t step) -> std::uint64_t& {
      return hashes[(at - step * kStride) % hashes.size()];
    };
    if (const Access* access = ahead(0)) {
      hash_of(0) = resource_hash(access->resource);
      memory_->resources.prefetch_index(hash_of(0));
      memory_->clients.prefetch(access->client);
    }
    if (const Access* access = ahead(1)) {
      memory_->resources.prefetch_entry(hash_of(1));
      memory_->clients.prefetch_state(access->client);
    }
    if (const Access* access = ahead(2)) contexts_of(*access, prefetch_marks);
    if (const Access* access = ahead(3)) contexts_of(*access, prefetch_step);
    if (const Access* access = ahead(4); access && fits(*access)) learn(*access, hash_of(4));
  }
}

void TableModel::learn(const Access& access, std::uint64_t hash) {
  ClientState& client =
      memory_->clients.find_or_make(access.client, [this](ClientState& leaving) { soon_.ended(leaving); });
  client.persona = access.persona;
  const UnixMillis at = std::max(access.at, client.last);
  soon_.tend(memory_->clients, at, gap_ms_);

  const TextId known = memory_->resources.find(hash);
  if (session_over(client, at)) {
    soon_.ended(client);
    client.start_session();
  } else if (known && client.recent[0] == known) {
    client.last = at;
    if (access.size_bytes) memory_->resources.set_size(known, access.size_bytes);
    return;
  }
  step(client, access, hash, at);
}

void TableModel::step(ClientState& client, const Access& access, std::uint64_t hash, UnixMillis at) {
  const bool follows = client.known > 0;
  const bool judged = ++steps_ <= young_ || steps_ % judge_every_ == 0;
  const Share share = judged ? Share::all : share_of(client);
  if (follows && judged) prefetch_step(*memory_, moment_of(client), share);
  if (follows && judged) judge(client, hash);

  const TextId resource = memory_->resources.intern(hash, access.resource);
  if (follows) {
    const Moment moment = moment_of(client);
    count_step(*memory_, moment, resource, share);
    if (judged && settings_.learn_structure) count_structure(*memory_, moment, resource, access.at);
    if (auto* entry = memory_->resources.get(moment.current())) {
      const auto waited = static_cast<float>(at - client.last);
      entry->dwell_ms += (waited - entry->dwell_ms) * (entry->dwell_ms == 0 ? 1.0f : 0.2f);
    }
    if (judged) compare(moment, resource);
    if (judged) publish(moment);
  }
  arrive(client, access, resource, at);
  if (judged) publish_ahead(moment_of(client));
}

/// Compares what would have been said with what came, and learns from it.
void TableModel::judge(ClientState& client, std::uint64_t hash) {
  weigh(moment_of(client));
  soon_.keep(candidates_, client.length, memory_->clients, client);
  const TextId known = memory_->resources.find(hash), imagined = memory_->imagined.find(hash);
  const Candidate* came = known ? candidates_.find(known) : nullptr;
  if (!came && imagined) came = candidates_.find(imagined);
  const auto ranked = best(kJudged);
  for (std::size_t rank = 0; rank < ranked.size(); ++rank)
    memory_->calibration.learn(rank, ranked[rank]->next, ranked[rank] == came);
  memory_->blend.learn(candidates_, came, memory_->evidence);
  if (known) soon_.came(client, known);
  if (imagined) soon_.came(client, imagined);
}

void TableModel::arrive(ClientState& client, const Access& access, TextId resource, UnixMillis at) {
  client.last = at;
  client.push(resource);
  TextTable::Entry& entry = *memory_->resources.get(resource);
  memory_->resources.wanted(resource, client.key, access.at);
  ++entry.visits;
  entry.last_seen = at;
  if (access.size_bytes) memory_->resources.set_size(resource, access.size_bytes);
  memory_->popularity.count(resource);
}

/// The candidates of `moment` with their probabilities.
void TableModel::weigh(const Moment& moment) {
  collect(*memory_, moment, settings_.learn_structure, candidates_);
  memory_->blend.weigh(candidates_, memory_->evidence);
  soon_.weigh(candidates_, moment.length);
}

/// The likeliest candidates, likeliest first.
std::span<Candidate* const> TableModel::best(std::size_t most) {
  std::size_t size = 0;
  for (Candidate& each : candidates_) order_[size++] = &each;
  most = std::min(size, most);
  const auto begin = order_.begin();
  const auto at = [begin](std::size_t place) { return begin + static_cast<std::ptrdiff_t>(place); };
  std::partial_sort(begin, at(most), at(size), [](const Candidate* a, const Candidate* b) {
    return a->next != b->next ? a->next > b->next : a->id < b->id;
  });
  return std::span(order_).first(most);
}

/// Makes what the blend states what it was worth lately; the order and a sum of at most one stay.
void TableModel::correct(std::span<Candidate* const> ranked) const {
  float highest = 1, left = 1;
  for (std::size_t rank = 0; rank < ranked.size(); ++rank) {
    Candidate& each = *ranked[rank];
    each.next = std::min({memory_->calibration.corrected(rank, each.next), highest, left});
    each.soon = std::max(each.soon, each.next);
    highest = each.next;
    left -= each.next;
  }
}

/// Whether workers had better told a client of this persona what they tell everybody.
void TableModel::compare(const Moment& moment, TextId came) {
  const TextTable::Entry* current = memory_->resources.get(moment.current());
  const TextTable::Entry* previous = moment.path.size() > 1 ? memory_->resources.get(moment.path[1]) : nullptr;
  if (moment.persona && current) served_.judge(current->hash, previous ? previous->hash : 0, moment.persona, came);
}

/// What workers shall say to anybody at the same place. The weights know the persona of whoever came by last, and where most clients have one they
/// were learnt with it: without it they would say less to everybody.
void TableModel::publish(const Moment& moment) {
  const PersonaId persona = moment.persona;
  const TextTable::Entry* previous = moment.path.size() > 1 ? memory_->resources.get(moment.path[1]) : nullptr;
  const Moment alone{.path = moment.path.first(1), .persona = persona, .length = 1, .at = moment.at};
  publish_line(alone, 0, persona);
  if (previous)
    publish_line({.path = moment.path.first(2), .persona = persona, .length = 2, .at = moment.at}, previous->hash, 0);
  if (persona) publish_favourites(persona);
}

/// What clients of a persona want wherever they are: for places without a line.
void TableModel::publish_favourites(PersonaId persona) {
  const auto context = memory_->contexts.find(key::favourites(persona));
  if (!context) return;
  std::array<ServedLines::Entry, ContextTable::kSuccessors * ContextTable::kLines> entries;
  std::size_t size = 0;
  const double total = context.total();
  context.for_each([&](const ContextTable::Successor& each) {
    const auto share = static_cast<float>(each.weight() / total);
    if (share > kLeast) entries[size++] = {each.id, share, share};
  });
  const auto first = entries.begin(), end = first + static_cast<std::ptrdiff_t>(size);
  const auto kept = first + static_cast<std::ptrdiff_t>(std::min(size, ServedLines::kSuccessors));
  std::partial_sort(first, kept, end, [](const auto& a, const auto& b) { return a.next > b.next; });
  served_.publish(0, 0, persona, std::span(first, kept), 0);
}

/// Lines for where a client likely goes from `moment`, unless there are some: a place that nobody has left yet has no line of its own when it
/// is asked for, and one that nobody has come to yet has one, too. Whoever comes by the same way has the line until somebody leaves.
void TableModel::publish_ahead(const Moment& moment) {
  const TextTable::Entry* current = memory_->resources.get(moment.current());
  if (!current) return;
  const std::uint64_t hash = current->hash;
  weigh(moment);
  const auto ranked = best(kAhead);
  correct(ranked);
  std::array<TextId, kAhead> ahead{};
  for (std::size_t at = 0; at < ranked.size(); ++at)
    if (ranked[at]->next >= kLikelyAhead) ahead[at] = real(ranked[at]->id);

  for (const TextId id : ahead) {
    const TextTable::Entry* entry = id ? memory_->resources.get(id) : nullptr;
    if (!entry) continue;
    const std::uint64_t there = entry->hash;
    std::array<TextId, ClientState::kRecent> path{id};
    const std::size_t known = std::min(moment.path.size(), path.size() - 1);
    std::copy_n(moment.path.begin(), known, path.begin() + 1);
    const Moment then{.path = std::span(path).first(known + 1),
                      .persona = moment.persona,
                      .length = moment.length + 1,
                      .at = moment.at};
    if (!served_.has(there, hash)) publish_line(then, hash, 0);
    if (!served_.has(there, 0))
      publish_line({.path = then.path.first(1), .persona = moment.persona, .length = 1, .at = moment.at}, 0, 0);
  }
}

void TableModel::publish_line(const Moment& moment, std::uint64_t previous, PersonaId persona) {
  const TextTable::Entry* current = memory_->resources.get(moment.current());
  if (!current) return;
  const std::uint64_t hash = current->hash;
  weigh(moment);
  const auto ranked = best(ServedLines::kSuccessors);
  correct(ranked);
  std::array<ServedLines::Entry, ServedLines::kSuccessors> entries;
  std::size_t kept = 0;
  for (const Candidate* each : ranked)
    if (const TextId id = each->next > kLeast ? real(each->id) : 0) entries[kept++] = {id, each->next, each->soon};
  const auto line = std::span(entries).first(kept);
  served_.publish(hash, previous, 0, line, usual_wait(moment.current()));
  if (persona) served_.publish(hash, 0, persona, line, usual_wait(moment.current()));
}

/// Texts of suggestions take places that are free, never that of a text that somebody wanted; and what one client here wanted stays that client's.
bool TableModel::suggest(std::string_view context, PersonaId persona,
                         std::span<const std::pair<std::string, float>> successors) {
  const std::uint64_t current = resource_hash(context);
  if (served_.has(current, 0)) return false;
  std::array<ServedLines::Entry, ServedLines::kSuccessors> entries;
  std::size_t kept = 0;
  float left = 1;
  for (const auto& [text, probability] : successors) {
    if (kept == entries.size() || !(probability > kLeast) || text.empty() || text.size() > TextTable::kLongest)
      continue;
    const std::uint64_t hash = resource_hash(text);
    if (hash == current) continue;
    const bool strange = memory_->resources.find(hash) == 0;
    const TextId id = memory_->resources.intern_if_room(hash, text);
    if (!id) continue;
    if (strange) memory_->resources.foretold(id, WantedBy::kSeveral);
    const float next = std::min(probability, left);
    left -= next;
    entries[kept++] = {id, next, next};
  }
  return kept > 0 && served_.suggest(current, persona, std::span(entries).first(kept));
}

/// Readers need a text that stays, also of what nobody asked for yet; 0 when it is gone.
TextId TableModel::real(TextId id) {
  if (!(id & Imagined::kMark)) return id;
  const std::string text(memory_->imagined.text(id));
  if (text.empty()) return 0;
  const ClientKey only = memory_->imagined.only(id);
  const TextId made = memory_->resources.intern(resource_hash(text), text);
  memory_->resources.foretold(made, only);
  return made;
}

std::uint32_t TableModel::usual_wait(TextId current) const {
  const TextTable::Entry* entry = std::as_const(*memory_).resources.get(current);
  return entry ? static_cast<std::uint32_t>(std::min(entry->dwell_ms, 2e9f)) : 0;
}

std::size_t TableModel::predict(ClientKey client, UnixMillis now, std::span<Guess> out) {
  const ClientState* state = memory_->clients.find(client);
  if (!state || session_over(*state, std::max(now, state->last))) return 0;
  return guess(moment_of(*state), out);
}

std::size_t TableModel::predict_after(std::span<const std::string_view> path, PersonaId persona, UnixMillis now,
                                      std::span<Guess> out) {
  std::array<TextId, ClientState::kRecent> recent{};
  std::size_t known = 0;
  memory_->imagined.begin();
  for (std::size_t at = path.size(); at-- > 0 && known < recent.size();) {
    const std::uint64_t hash = resource_hash(path[at]);
    const TextId id = memory_->resources.find(hash);
    if (const TextId step = id ? id : memory_->imagined.make(hash, path[at])) recent[known++] = step;
  }
  if (known == 0) return 0;
  return guess({.path = std::span(recent).first(known), .persona = persona, .length = path.size(), .at = now}, out);
}

std::size_t TableModel::guess(const Moment& moment, std::span<Guess> out) {
  weigh(moment);
  const auto ranked = best(out.size());
  correct(ranked);
  const std::uint32_t wait = usual_wait(moment.current());
  for (std::size_t at = 0; at < ranked.size(); ++at)
    out[at] = {ranked[at]->id, ranked[at]->next, ranked[at]->soon, wait};
  return ranked.size();
}

std::uint32_t TableModel::size_bytes(ResourceId resource) const {
  const TextTable::Block* block = resource & Imagined::kMark ? nullptr : memory_->resources.published(resource);
  return block ? block->size_bytes.load(std::memory_order_relaxed) : 0;
}

SequenceModel::Term TableModel::term_of(const Candidate& candidate, sequence::Term term, const Moment& moment) const {
  const Evidence::Cell& cell = memory_->evidence.cell(term, candidate.cells[static_cast<std::size_t>(term)]);
  std::string context;
  const std::size_t looks_at = term == sequence::Term::order_3 ? 3 : term == sequence::Term::order_2 ? 2 : 1;
  for (std::size_t back = std::min(looks_at, moment.path.size()); back-- > 0;)
    context += (context.empty() ? "" : " > ") + std::string(memory_->text(moment.path[back]));
  return {name_of(term), context, static_cast<double>(cell.tries), cell.probability(),
          memory_->blend.weight(term, candidates_.moment)};
}

SequenceModel::Explanation TableModel::explain(ClientKey client, UnixMillis now, std::string_view resource) {
  Explanation why;
  const ClientState* state = memory_->clients.find(client);
  if (!state || session_over(*state, std::max(now, state->last))) return why;
  const Moment moment = moment_of(*state);
  for (const TextId id : moment.path) why.recent.emplace_back(memory_->text(id));
  weigh(moment);
  const std::uint64_t hash = resource_hash(resource);
  const TextId known = memory_->resources.find(hash), imagined = memory_->imagined.find(hash);
  const Candidate* candidate = known ? candidates_.find(known) : nullptr;
  if (!candidate && imagined) candidate = candidates_.find(imagined);
  if (!candidate) return why;
  for (std::size_t term = 0; term < kTerms; ++term)
    if (candidate->has(static_cast<sequence::Term>(term)))
      why.terms.push_back(term_of(*candidate, static_cast<sequence::Term>(term), moment));
  why.guess = {candidate->id, candidate->next, candidate->soon, usual_wait(moment.current())};
  return why;
}

SequenceModel::Size TableModel::size() const {
  const Memory& memory = *memory_;
  const std::size_t bytes = memory.resources.bytes() + memory.edits.bytes() + memory.contexts.bytes() +
                            memory.clients.bytes() + memory.imagined.bytes() + served_.bytes() +
                            memory.evidence.cells().size() * sizeof(Evidence::Cell) + sizeof *this;
  return {memory.contexts.used(), memory.resources.size(), memory.clients.used(), bytes};
}

Result<void> TableModel::save(const std::filesystem::path& path) const {
  return save_snapshot(path, *memory_, soon_, served_);
}

Result<void> TableModel::load(const std::filesystem::path& path) {
  auto memory = std::make_unique<Memory>(settings_.contexts);
  SoonModel soon;
  std::vector<ServedLines::Kept> served;
  if (auto loaded = load_snapshot(path, *memory, soon, served); !loaded) return loaded;
  served_.restart(memory->resources, served);
  std::swap(memory_, memory);
  soon_ = std::move(soon);
  soon_.forget_waiting();
  rcu::retire(memory.release(), [](void* old) { delete static_cast<Memory*>(old); });
  return {};
}

}  // namespace

std::unique_ptr<SequenceModel> make_sequence_model(SequenceModel::Settings settings) {
  return std::make_unique<TableModel>(settings);
}

}  // namespace harbinger
