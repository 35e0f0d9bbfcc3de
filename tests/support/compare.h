// Do two servers say the same? Replies as text, records in any order and names in any case.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <tests/support/dns_client.h>

namespace harbinger::test {

/// What counts in a reply.
struct Counted {
  bool authoritative = true;
  bool answers = true;
  bool authorities = true;
  bool additionals = true;
  bool ttls = true;
};

/// One thing per line: `rcode NOERROR`, `flag aa`, `answer www.example. 60 IN A 192.0.2.1`.
using Said = std::set<std::string>;
Said what_is_said(const Answer& reply, const Counted& counted);

/// A question as dig writes it.
struct Asked {
  std::string name;
  RRType type;
};

/// Asks both servers and tells what one said and the other did not; empty when they agree.
std::string difference(const SocketAddress& ours, const SocketAddress& theirs, const Asked& asked, const Wishes& wishes,
                       const Counted& counted = {});

/// Every name with every type.
std::vector<Asked> each_with_each(const std::vector<std::string>& names, const std::vector<RRType>& types);

}  // namespace harbinger::test
