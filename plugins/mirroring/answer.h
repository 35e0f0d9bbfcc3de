// From a publication to a reply.
#pragma once

#include <harbinger/query.h>
#include <harbinger/reply.h>
#include "mirror/publisher.h"

namespace harbinger::mirroring {

/// What is mirrored is answered with the servers that have it: A and AAAA with a CNAME to the best server's target and its addresses, or, where it has none, with the addresses of all;
/// SVCB and HTTPS (RFC 9460) with a record for each server, best first. Other types: the CNAME, or no record. Kept by its TTL: what says nothing more is gone soon. `zone` is what answers without a record are said to be of. At a zone's own name there is no CNAME.
Reply answer(const Query& query, const mirror::Publication& publication, const Name& zone);

}  // namespace harbinger::mirroring
