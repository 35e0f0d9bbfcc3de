#include <algorithm>

#include "learn/sequence/contexts.h"

namespace harbinger::sequence {
namespace key {
namespace {

enum Kind : std::uint64_t { kOrder1 = 1, kOrder2, kOrder3, kRule, kOwnOrder1, kOwn, kPersona, kShape };

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
std::uint64_t shape(std::uint64_t template_hash, std::size_t back) noexcept {
  return mix(template_hash, back << 8 | kShape);
}

}  // namespace key

void prefetch_step(const Memory& memory, const Moment& moment) noexcept {
  const auto path = moment.path;
  memory.contexts.prefetch(key::order_1(path[0]));
  memory.contexts.prefetch(key::own_order_1(moment.client, path[0]));
  memory.contexts.prefetch(key::own(moment.client));
  if (path.size() > 1) memory.contexts.prefetch(key::order_2(path[1], path[0]));
  if (path.size() > 2) memory.contexts.prefetch(key::order_3(path[2], path[1], path[0]));
  for (std::size_t back = 0; back < path.size() && back < kRuleWindow; ++back)
    memory.contexts.prefetch(key::rule(path[back]));
}

void count_step(Memory& memory, const Moment& moment, TextId next) {
  const auto path = moment.path;
  ContextTable& contexts = memory.contexts;
  contexts.add(key::order_1(path[0]), next, 1);
  if (path.size() > 1) contexts.add(key::order_2(path[1], path[0]), next, 1);
  if (path.size() > 2) contexts.add(key::order_3(path[2], path[1], path[0]), next, 1);
  contexts.add(key::own_order_1(moment.client, path[0]), next, 1);
  contexts.add(key::own(moment.client), next, 1);
  if (moment.persona) contexts.add(key::persona(moment.persona, path[0]), next, 1);
  for (std::size_t back = 0; back < path.size() && back < kRuleWindow; ++back)
    contexts.add(key::rule(path[back]), next, rule_weight(back));
}

void count_structure(Memory& memory, const Moment& moment, TextId next) {
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
      memory.contexts.add(key::shape(shape->hash, back), id, 1);
    }
  }
}

}  // namespace harbinger::sequence
