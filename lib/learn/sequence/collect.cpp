#include <algorithm>
#include <cmath>

#include "learn/sequence/contexts.h"

namespace harbinger::sequence {
namespace {

using Context = ContextTable::Context;
using Successor = ContextTable::Successor;

constexpr std::size_t kMostSuccessors = ContextTable::kSuccessors * ContextTable::kLines;
constexpr std::size_t kMostByRules = 24, kMostByShape = 8;

/// Successors of a context, likeliest first.
struct Ranked {
  std::array<const Successor*, kMostSuccessors> items;
  std::size_t size = 0;

  explicit Ranked(const Context& context) {
    context.for_each([this](const Successor& each) { items[size++] = &each; });
    const std::uint16_t tick = context ? context.tick() : std::uint16_t{0};
    const auto age = [tick](const Successor* each) { return static_cast<std::uint16_t>(tick - each->last); };
    std::sort(items.begin(), items.begin() + size, [&](const Successor* a, const Successor* b) {
      return a->count != b->count ? a->count > b->count : age(a) < age(b);
    });
  }
};

/// What a successor's counts say: how often, of how many, which rank, how long ago.
unsigned cell_of(const Context& context, const Successor& successor, std::size_t rank) {
  const unsigned age = static_cast<std::uint16_t>(context.tick() - successor.last);
  return rough(successor.weight()) | rough(context.total()) << 3 |
         static_cast<unsigned>(std::min<std::size_t>(rank, 7)) << 6 | rough(age) << 9;
}

/// A share as a feature: 0 for about one in fifty.
float share_of(double share) { return static_cast<float>(std::log(std::clamp(share, 1e-4, 1.0))) + 4; }

class Collector {
 public:
  Collector(Memory& memory, const Moment& moment, Candidates& out) : memory_(memory), moment_(moment), out_(out) {}

  void collect(bool structure) {
    out_.begin(moment_.current());
    out_.persona = moment_.persona;
    memory_.imagined.begin();
    const auto path = moment_.path;
    const Context first = find(key::order_1(path[0]));
    const Context second = path.size() > 1 ? find(key::order_2(path[1], path[0])) : Context{};
    const Context third = path.size() > 2 ? find(key::order_3(path[2], path[1], path[0])) : Context{};
    known_ = first ? rough(first.total()) : 0;
    out_.moment = std::min(3u, known_ / 2) | (second ? 4u : 0) | (third ? 8u : 0);

    add(third, Term::order_3);
    add(second, Term::order_2);
    add(first, Term::order_1);
    if (moment_.client) add(find(key::own_order_1(moment_.client, path[0])), Term::own_order_1);
    if (moment_.persona) add(find(key::persona(moment_.persona, path[0])), Term::persona);
    if (structure) add_structure();
    add_rules();
    add_session();
    if (moment_.client) add(find(key::own(moment_.client)), Term::own);
    add_popular();
    rank_rules();
    out_.drop_silent();
    for (Candidate& each : out_) describe(each);
  }

 private:
  Context find(std::uint64_t key) const { return memory_.contexts.find(key); }

  Candidate* at(TextId id) {
    if (Candidate* known = out_.find(id)) return known;
    return id & Imagined::kMark || memory_.resources.get(id) ? out_.at(id) : nullptr;
  }

  void set(TextId id, Term term, unsigned cell) {
    if (Candidate* candidate = at(id)) candidate->set(term, cell);
  }

  void add(const Context& context, Term term) {
    if (!context) return;
    const Ranked ranked(context);
    for (std::size_t rank = 0; rank < ranked.size; ++rank) {
      Candidate* candidate = at(ranked.items[rank]->id);
      if (!candidate) continue;
      candidate->set(term, cell_of(context, *ranked.items[rank], rank));
      if (term <= Term::order_2)
        candidate->shares[static_cast<std::size_t>(term)] = share_of(ranked.items[rank]->weight() / context.total());
    }
  }

  void add_structure() {
    for (std::size_t back = 0; back < moment_.path.size() && back < 2; ++back) {
      const auto source = tokenize(memory_.text(moment_.path[back]));
      if (!source) continue;
      for (std::size_t openness = 0; openness < kOpenness; ++openness)
        if (const auto shape = template_of(*source, static_cast<Openness>(openness)))
          add_edits(*source, *shape, back, openness);
    }
  }

  // A text is made of the source's words and of the edit's own: whoever may hear of it may hear of both.
  void foretell(TextId id, TextId source, TextId edit) {
    const TextTable::Entry* how = std::as_const(memory_.edits).get(edit);
    if (id && how) memory_.foretold(id, WantedBy::of_both(memory_.only(source), how->wanted.only()));
  }

  void add_edits(const Tokens& source, const Template& shape, std::size_t back, std::size_t openness) {
    const Context context = find(key::shape(shape.hash, back));
    if (!context) return;
    const auto term = static_cast<Term>(static_cast<std::size_t>(Term::shape_digits) + back * kOpenness + openness);
    const Ranked ranked(context);
    for (std::size_t rank = 0; rank < std::min(ranked.size, kMostByShape); ++rank) {
      const Successor& successor = *ranked.items[rank];
      if (successor.weight() < 1) continue;
      const auto text = apply_edit(memory_.edits.text(successor.id), source, shape, room_);
      if (!text || text->empty()) continue;
      const std::uint64_t hash = resource_hash(*text);
      const TextId known = memory_.resources.find(hash);
      const TextId id = known ? known : memory_.imagined.make(hash, *text);
      const bool seen = known && memory_.resources.get(known)->visits > 0;
      if (!seen) foretell(id, moment_.path[back], successor.id);
      set(id, term,
          rough(successor.weight()) | rough(context.total()) << 3 |
              static_cast<unsigned>(std::min<std::size_t>(rank, 7)) << 6 | (seen ? 1u : 0u) << 9);
    }
  }

  void add_rules() {
    for (std::size_t back = 0; back < moment_.path.size() && back < kRuleWindow; ++back) {
      const Context context = find(key::rule(moment_.path[back]));
      if (!context) continue;
      const double total = context.total();
      context.for_each([&](const Successor& each) {
        Candidate* candidate = at(each.id);
        if (!candidate) return;
        const double share = each.weight() / total;
        candidate->rules += static_cast<float>(rule_weight(back) * share);
        candidate->within += static_cast<float>(share);
      });
    }
  }

  /// The best by the rules, and all others that something else speaks for.
  void rank_rules() {
    std::array<Candidate*, Candidates::kMost> by_rules;
    std::size_t size = 0;
    for (Candidate& each : out_)
      if (each.rules > 0) by_rules[size++] = &each;
    std::sort(by_rules.begin(), by_rules.begin() + size, [](const Candidate* a, const Candidate* b) {
      return a->rules != b->rules ? a->rules > b->rules : a->id < b->id;
    });
    for (std::size_t rank = 0; rank < size; ++rank) {
      if (rank >= kMostByRules && by_rules[rank]->terms == 0) continue;
      const double quarters = 4 * (std::log2(static_cast<double>(by_rules[rank]->rules)) + 7);
      by_rules[rank]->shares[2] = share_of(static_cast<double>(by_rules[rank]->rules) / 2);
      by_rules[rank]->set(Term::rules, static_cast<unsigned>(std::clamp(quarters, 0.0, 31.0)) |
                                           static_cast<unsigned>(std::min<std::size_t>(rank, 15)) << 5);
    }
  }

  void add_session() {
    const auto path = moment_.path;
    for (std::size_t back = 1; back < path.size() && back < 10; ++back) {
      const bool again = std::find(path.begin(), path.begin() + back, path[back]) != path.begin() + back;
      set(path[back], Term::back, static_cast<unsigned>(back) | (again ? 16u : 0u));
    }
  }

  void add_popular() {
    const auto& leaders = memory_.popularity.leaders();
    for (std::size_t rank = 0; rank < leaders.size(); ++rank)
      set(leaders[rank], Term::popular, static_cast<unsigned>(rank));
    const auto& recent = memory_.popularity.recent();
    for (std::size_t rank = 0; rank < recent.size(); ++rank)
      if (const auto* entry = memory_.resources.get(recent[rank]))
        set(recent[rank], Term::recent, rough(entry->recent) | static_cast<unsigned>(rank) << 3);
  }

  /// What is true of a candidate by itself.
  void describe(Candidate& candidate) {
    const TextTable::Entry* entry =
        candidate.id & Imagined::kMark ? nullptr : std::as_const(memory_.resources).get(candidate.id);
    const bool seen = entry && entry->visits > 0;
    const double minutes = seen ? static_cast<double>(moment_.at - entry->last_seen) / 60'000 : 0;
    candidate.set(Term::resource, (seen ? rough(entry->visits) : 0) | rough(minutes) << 3);
    const bool in_session = std::find(moment_.path.begin(), moment_.path.end(), candidate.id) != moment_.path.end();
    candidate.set(Term::situation,
                  (in_session ? 1u : 0u) | rough(static_cast<double>(moment_.length)) << 1 | known_ << 4);
  }

  Memory& memory_;
  const Moment& moment_;
  Candidates& out_;
  unsigned known_ = 0;
  std::array<char, 1024> room_;
};

}  // namespace

void collect(Memory& memory, const Moment& moment, bool structure, Candidates& out) {
  Collector(memory, moment, out).collect(structure);
}

}  // namespace harbinger::sequence
