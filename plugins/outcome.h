// How a query ended, in the words of foresight.
#pragma once

#include <harbinger/access.h>
#include <harbinger/reply.h>

namespace harbinger {

inline Outcome outcome_of(const ReplyView& reply) noexcept {
  if (reply.rcode == Rcode::NXDOMAIN) return Outcome::not_found;
  if (reply.rcode == Rcode::REFUSED) return Outcome::refused;
  if (reply.rcode != Rcode::NOERROR) return Outcome::failed;
  return reply.source == Source::cache || reply.source == Source::stale ? Outcome::from_cache : Outcome::served;
}

}  // namespace harbinger
