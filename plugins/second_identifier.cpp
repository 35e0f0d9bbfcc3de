#include "plugins/second_identifier.h"

#include <harbinger/records.h>

namespace harbinger {

namespace {

using std::chrono::seconds;

bool is_service(RRType type) { return type == RRType::SVCB || type == RRType::HTTPS; }

void add_addresses(Reply& reply, const Name& owner, RRType type, seconds ttl, std::span<const IpAddress> addresses) {
  for (const auto& address : addresses)
    if ((type == RRType::A && address.is_v4()) || (type == RRType::AAAA && !address.is_v4()))
      reply.add_answer(address_record(owner, ttl, address));
}

void add_services(Reply& reply, const Query& query, std::span<const PointedAt> servers, seconds ttl) {
  std::uint16_t priority = 0;
  for (const auto& server : servers)
    reply.add_answer(svcb(query.name(), query.type(), ttl, ++priority, *server.target,
                          {.port = server.port, .addresses = server.addresses}));
}

// RFC 2308 sec. 3: what is not there may be remembered as long as the SOA record says.
void say_that_nothing_is_there(Reply& reply, const Name& zone, seconds ttl) {
  const auto mailbox = zone.child("hostmaster").value_or(zone);
  const auto minimum = static_cast<std::uint32_t>(ttl.count());
  reply.add_authority(soa(zone, ttl,
                          {.primary = zone,
                           .mailbox = mailbox,
                           .serial = 1,
                           .refresh = 3600,
                           .retry = 600,
                           .expire = 86'400,
                           .minimum = minimum}));
}

}  // namespace

void point_to(Reply& reply, const Query& query, std::span<const PointedAt> servers, seconds ttl, bool by_name,
              const Name& zone) {
  if (is_service(query.type())) {
    add_services(reply, query, servers, ttl);
  } else if (by_name && !servers.empty() && !servers.front().target->is_root()) {
    const auto& best = servers.front();
    reply.add_answer(cname(query.name(), ttl, *best.target));
    add_addresses(reply, *best.target, query.type(), ttl, best.addresses);
  } else {
    for (const auto& server : servers) add_addresses(reply, query.name(), query.type(), ttl, server.addresses);
  }
  if (reply.answers().empty()) say_that_nothing_is_there(reply, zone, ttl);
}

}  // namespace harbinger
