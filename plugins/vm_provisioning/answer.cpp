#include "plugins/vm_provisioning/answer.h"

#include <array>
#include <cstdio>

#include "plugins/second_identifier.h"

namespace harbinger::vm_provisioning {

using provision::Assignment;

Reply answer(const Query& query, const Assignment& what, provision::Wish wish, const Name& zone) {
  static const Name root;
  const bool own = what.kind == Assignment::Kind::own;
  Reply reply = Reply::to(query);
  reply.set_authoritative().set_for_subnet().keep(Reply::Keeping::by_ttl).depends_on(name_of(wish));
  if (!own) {
    reply.depends_on(name_of({.tag = 0, .pool = wish.pool}));
    reply.explain(EdeCode::capacity_warming, what.kind == Assignment::Kind::shared
                                                 ? "shared until your instance is ready"
                                                 : "wait until your instance is ready");
  }
  const PointedAt server{&root, what.addresses, what.port};
  point_to(reply, query, {&server, 1}, own ? what.ttl : kSoonOver, false, zone);
  return reply;
}

Name name_of(provision::Wish wish) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%016llx.%u.vm_provisioning.invalid.",
                static_cast<unsigned long long>(wish.tag), static_cast<unsigned>(wish.pool));
  return Name::parse(text.data()).value_or(Name());
}

}  // namespace harbinger::vm_provisioning
