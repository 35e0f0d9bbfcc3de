// From an instance to a reply.
#pragma once

#include <harbinger/query.h>
#include <harbinger/reply.h>
#include "provision/ready_table.h"

namespace harbinger::vm_provisioning {

/// What is told of anything but a client's own instance holds for so long.
inline constexpr std::chrono::seconds kSoonOver{1};

/// A and AAAA: the instance's addresses; SVCB and HTTPS (RFC 9460): a record with its port; other types: no record. What is not the client's own instance says so as an extended
/// error, `capacity_warming`, and holds for a second. Kept answers rest on name_of(wish). `zone` is what answers without a record are said to be of.
Reply answer(const Query& query, const provision::Assignment& what, provision::Wish wish, const Name& zone);

/// By which answers are kept that tell what becomes of a wish: nobody can ask for it.
Name name_of(provision::Wish wish);

}  // namespace harbinger::vm_provisioning
