#include "plugins/cdn_select/answer.h"

#include <cmath>

#include <harbinger/records.h>

namespace harbinger::cdn_select {

namespace {

using std::chrono::seconds;

bool is_service(RRType type) { return type == RRType::SVCB || type == RRType::HTTPS; }

void add_addresses(Reply& reply, const Name& owner, RRType type, seconds ttl, const steer::Endpoint& endpoint) {
  for (const auto& address : endpoint.addresses)
    if ((type == RRType::A && address.is_v4()) || (type == RRType::AAAA && !address.is_v4()))
      reply.add_answer(address_record(owner, ttl, address));
}

void add_services(Reply& reply, const Query& query, const steer::Choice& choice, const steer::StateTable& states,
                  seconds ttl) {
  std::uint16_t priority = 0;
  for (const auto id : choice.list())
    if (const auto* endpoint = states.endpoint(id))
      reply.add_answer(svcb(query.name(), query.type(), ttl, ++priority, endpoint->target,
                            {.port = endpoint->port, .addresses = endpoint->addresses}));
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

seconds ttl_of(const AnswerSettings& settings, const steer::Choice& choice) {
  if (choice.unrest == 0 && choice.backup == 0) return settings.longest;
  if (choice.unrest >= 2 || choice.backup != 0) return settings.shortest;
  const auto middle = std::sqrt(static_cast<double>(settings.shortest.count() * settings.longest.count()));
  return seconds(static_cast<std::int64_t>(middle));
}

Reply answer(const Query& query, const steer::Choice& choice, const steer::StateTable& states,
             const AnswerSettings& settings) {
  Reply reply = Reply::to(query);
  reply.set_authoritative().set_for_subnet().keep(Reply::Keeping::until_changed);
  const auto ttl = ttl_of(settings, choice);
  const auto* first = choice.size > 0 ? states.endpoint(choice.endpoints[0]) : nullptr;
  const bool by_name = first && settings.cname && !first->target.is_root();
  if (is_service(query.type())) {
    add_services(reply, query, choice, states, ttl);
  } else if (by_name) {
    reply.add_answer(cname(query.name(), ttl, first->target));
    add_addresses(reply, first->target, query.type(), ttl, *first);
  } else {
    for (const auto id : choice.list())
      if (const auto* endpoint = states.endpoint(id)) add_addresses(reply, query.name(), query.type(), ttl, *endpoint);
  }
  if (reply.answers().empty()) say_that_nothing_is_there(reply, settings.zone, ttl);
  return reply;
}

}  // namespace harbinger::cdn_select
