// Answers a question from a zone (RFC 1034 sec. 4.3.2), with wildcards, DNAME, referrals and proofs of denial.
#pragma once

#include <harbinger/query.h>
#include <harbinger/reply.h>

#include "plugins/file/zone.h"

namespace harbinger::file {

/// The zone's reply to a query of class IN for a name within it. Chains of CNAME and DNAME are followed inside of the
/// zone.
Reply answer_from(const Zone& zone, const Query& query);

}  // namespace harbinger::file
