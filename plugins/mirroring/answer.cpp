#include "plugins/mirroring/answer.h"

#include <vector>

#include "plugins/second_identifier.h"

namespace harbinger::mirroring {

Reply answer(const Query& query, const mirror::Publication& publication, const Name& zone) {
  std::vector<PointedAt> servers;
  for (const auto& server : publication.servers) servers.push_back({&server.target, server.addresses, server.port});
  Reply reply = Reply::to(query);
  reply.set_authoritative().set_for_subnet().keep(Reply::Keeping::by_ttl);
  reply.explain(EdeCode::mirrored, "mirrored in " + publication.cluster);
  point_to(reply, query, servers, publication.ttl, query.name() != zone, zone);
  return reply;
}

}  // namespace harbinger::mirroring
