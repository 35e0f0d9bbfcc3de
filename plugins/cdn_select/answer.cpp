#include "plugins/cdn_select/answer.h"

#include <cmath>
#include <vector>

#include "plugins/second_identifier.h"

namespace harbinger::cdn_select {

using std::chrono::seconds;

seconds ttl_of(const AnswerSettings& settings, const steer::Choice& choice) {
  if (choice.unrest == 0 && choice.backup == 0) return settings.longest;
  if (choice.unrest >= 2 || choice.backup != 0) return settings.shortest;
  const auto middle = std::sqrt(static_cast<double>(settings.shortest.count() * settings.longest.count()));
  return seconds(static_cast<std::int64_t>(middle));
}

Reply answer(const Query& query, const steer::Choice& choice, const steer::StateTable& states,
             const AnswerSettings& settings) {
  // Where the definition of the first is gone meanwhile, nobody is named: the addresses of all that are left are given.
  std::vector<PointedAt> servers;
  const bool first_is_there = choice.size > 0 && states.endpoint(choice.endpoints[0]) != nullptr;
  for (const auto id : choice.list())
    if (const auto* endpoint = states.endpoint(id))
      servers.push_back({&endpoint->target, endpoint->addresses, endpoint->port});
  Reply reply = Reply::to(query);
  reply.set_authoritative().set_for_subnet().keep(Reply::Keeping::until_changed);
  point_to(reply, query, servers, ttl_of(settings, choice), settings.cname && first_is_there, settings.zone);
  return reply;
}

}  // namespace harbinger::cdn_select
