#include <algorithm>

#include "learn/sequence/contexts.h"

namespace harbinger::sequence {
namespace key {
namespace {

enum Kind : std::uint64_t { kOrder1 = 1, kOrder2, kOrder3, kRule, kOwnOrder1, kOwn, kPersona, kShape, kFavourites };

}  // namespace

std::uint64_t order_1(TextId current) noexcept { return mix(current, kOrder1); }
std::uint64_t order_2(TextId previous, TextId current) noexcept {
  return mix(std::uint64_t{previous} << 32 | current, kOrder2);
}
std::uint64_t order_3(TextId before, TextId previous, TextId current) noexcept {
  return mix(order_2(before, previous), std::uint64_t{current} << 8 | kOrder3);
}
std::uint64_t rule(TextId earlier) noexcept { return mix(earlier, kRule); }
std::uint64_t own_order_1(ClientKey client, TextId current) noexcept {
  return mix(client, std::uint64_t{current} << 8 | kOwnOrder1);
}
std::uint64_t own(ClientKey client) noexcept { return mix(client, kOwn); }
std::uint64_t persona(PersonaId persona, TextId current) noexcept {
  return mix(std::uint64_t{persona} << 32 | current, kPersona);
}
std::uint64_t favourites(PersonaId persona) noexcept { return mix(persona, kFavourites); }
std::uint64_t shape(std::uint64_t template_hash, std::size_t back) noexcept {
  return mix(template_hash, back << 8 | kShape);
}

}  // namespace key

namespace {

/// Calls `use(key, weight)` for every context that is counted. Those of order 1 and 2, a client's own and
/// the favourites always are: they matter most.
template <class Use>
void for_each_context(const Moment& moment, Share share, Use use) {
  const auto path = moment.path;
  const bool first = share != Share::second_half, second = share != Share::first_half;
  const double weight = share == Share::all ? 1 : 2;
  use(key::order_1(path[0]), 1.0);
  if (path.size() > 1) use(key::order_2(path[1], path[0]), 1.0);
  if (moment.persona) use(key::persona(moment.persona, path[0]), 1.0);
  if (moment.persona) use(key::favourites(moment.persona), 1.0);
  use(key::own(moment.client), 1.0);
  if (first) use(key::own_order_1(moment.client, path[0]), weight);
  if (second && path.size() > 2) use(key::order_3(path[2], path[1], path[0]), weight);
  for (std::size_t back = 0; back < path.size() && back < kRuleWindow; ++back)
    if (back % 2 == 0 ? first : second) use(key::rule(path[back]), weight * rule_weight(back));
}

}  // namespace

void prefetch_marks(const Memory& memory, const Moment& moment, Share share) noexcept {
  for_each_context(moment, share, [&](std::uint64_t key, double) { memory.contexts.prefetch_marks(key); });
}

void prefetch_step(const Memory& memory, const Moment& moment, Share share) noexcept {
  for_each_context(moment, share, [&](std::uint64_t key, double) { memory.contexts.prefetch(key); });
}

void count_step(Memory& memory, const Moment& moment, TextId next, Share share) {
  if (share == Share::all)
    for_each_context(moment, share, [&](std::uint64_t key, double weight) { memory.contexts.add(key, next, weight); });
  else
    for_each_context(moment, share,
                     [&](std::uint64_t key, double weight) { memory.contexts.add_quickly(key, next, weight); });
}

void count_structure(Memory& memory, const Moment& moment, TextId next, UnixMillis at) {
  const auto target = tokenize(memory.text(next));
  if (!target) return;
  for (std::size_t back = 0; back < moment.path.size() && back < 2; ++back) {
    const auto source = tokenize(memory.text(moment.path[back]));
    if (!source) continue;
    for (std::size_t openness = 0; openness < kOpenness; ++openness) {
      const auto shape = template_of(*source, static_cast<Openness>(openness));
      if (!shape) continue;
      const auto edit = edit_from(*source, *shape, *target);
      if (!edit) continue;
      const TextId id = memory.edits.intern(resource_hash(*edit), *edit);
      if (!id) continue;
      ++memory.edits.get(id)->visits;
      memory.edits.wanted(id, moment.client, at);
      memory.contexts.add(key::shape(shape->hash, back), id, 1);
    }
  }
}

}  // namespace harbinger::sequence
