// Instances as servers of OpenStack's Nova: what is asked for, and what is read of one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "provision/json_member.h"
#include "provision/provider.h"

namespace harbinger::provision {

/// Which of a server's addresses clients are given.
enum class NovaAddresses : std::uint8_t { all, fixed, floating };

/// A server of ours.
struct NovaServer {
  std::string uuid{};
  std::string created{};
  std::string status{};  ///< Nova's word
  Found found{};
  bool ending = false;             ///< it was told to end
  std::optional<Error> trouble{};  ///< its fault, in state ERROR
};

/// `harbinger-INSTALLATION-ID`.
std::string server_name(std::string_view installation, std::string_view id);
/// The tag that all servers of an installation have.
std::string server_tag(std::string_view installation);

/// `denied` when no server can be made of this.
Result<void> check_server_order(const Order& order);
/// The body of a request for a server. Errors: a file that cannot be read.
Result<Json> server_request(std::string_view installation, const Order& order, const std::string& flavor);

/// What any server tells; its found.id and found.template_name are nothing yet.
NovaServer server_state(const Json& object, NovaAddresses which);
/// Nothing for what is no server of this installation.
std::optional<NovaServer> read_server(const Json& object, std::string_view installation, NovaAddresses which);

}  // namespace harbinger::provision
