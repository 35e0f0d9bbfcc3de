// Mirrors as another DNS server tells of them: changed there by UPDATE (RFC 2136).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <harbinger/log.h>
#include <harbinger/name.h>
#include "mirror/publisher.h"
#include "net/dns_updater.h"

namespace harbinger::mirror {

/// Each publication is a set of records at one name. A mark beside the name (update_guard.h) has the server refuse what comes from an owner that is none any more: that is
/// a conflict. Servers that know no update leases (RFC 9664) are told when a lease is over, as long as this lives; after a crash, by whoever reads the journal.
class UpdatePublisher : public Publisher {
 public:
  enum class Form : std::uint8_t {
    addresses,  ///< A and AAAA of all servers
    alias,      ///< CNAME to the best one's target
    service,    ///< HTTPS: every server with its port, the best first
  };
  struct Settings {
    net::UpdateServer server{};
    Name zone{};
    std::string names = "{name}";  ///< where it is told; `{name}` is the resource, `{cluster}` the cluster
    std::string cluster{};         ///< only what is of this one; empty: of all, which takes `{cluster}` in `names`
    Form form = Form::addresses;
    /// What stands there while there is no mirror; none: nothing does.
    std::vector<IpAddress> otherwise{};
  };
  /// Errors: malformed, with what would be right.
  static Result<std::unique_ptr<UpdatePublisher>> make(Settings settings, const Clock& clock, Logger log);

  /// Errors of DnsUpdater. `done` comes when the primary has made the change: at once for what is not told there.
  void publish(const Publication& what, Done done) override = 0;
};

}  // namespace harbinger::mirror
