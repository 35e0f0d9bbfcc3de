// Who may have the whole zone, and who is told when it changes.
#pragma once

#include <optional>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/options.h>
#include <harbinger/tsig.h>

namespace harbinger::file {

/// `transfer [key NAME...] [from PREFIX...]`
struct TransferRule {
  std::vector<Name> keys;      ///< signed by one of these; empty: need not be signed
  std::vector<IpPrefix> nets;  ///< from one of these; empty: from everywhere

  bool allows(const IpAddress& client, const TsigRequest& signature) const;
};

/// A server that is asked for a zone, or told of one: port 53 unless another is said.
struct ServerAddress {
  SocketAddress address;
};

/// `notify ADDRESS[:PORT] [key NAME]`
struct NotifyTarget {
  ServerAddress server;
  std::optional<Name> key;
};

/// Every rule says something, and every key is known; else what would be right.
Result<void> check_rules(const std::vector<TransferRule>& transfers, const std::vector<NotifyTarget>& notifies,
                         const TsigKeys& keys);

Clause<TransferRule> transfer_clause();
Clause<NotifyTarget> notify_clause();

}  // namespace harbinger::file

namespace harbinger {

template <>
struct OptionValue<file::ServerAddress> {
  static Result<file::ServerAddress> parse(std::string_view text) {
    const auto address = SocketAddress::parse(text, 53);
    if (!address || address->port == 0)
      return fail(ErrorCode::malformed, "an address such as 192.0.2.1, 192.0.2.1:53 or [2001:db8::1]:53");
    return file::ServerAddress{*address};
  }
  static std::string show(const file::ServerAddress& value) { return value.address.to_string(); }
  static std::string_view form() { return "ADDRESS[:PORT]"; }
};

}  // namespace harbinger
