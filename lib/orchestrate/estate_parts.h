// Servers and volumes of orders on OpenStack: what marks them, and what is read off them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/target.h"
#include "provision/json_member.h"
#include "provision/nova_server.h"

namespace harbinger::orchestrate {

using provision::Json;

/// `harbinger-estate-INSTALLATION-ID-PART`; without a part, what all of an order's begin with.
std::string part_name(std::string_view installation, std::string_view id);
std::string part_name(std::string_view installation, std::string_view id, std::uint32_t part);

/// What marks a part as ours, and tells what was ordered. `flavor` is the one that it shall have.
Json part_metadata(std::string_view installation, std::string_view id, std::uint32_t part, const Need& need,
                   std::string_view flavor);

/// A part that was read: whose it is.
struct PartMark {
  std::string order{};
  std::uint32_t part = 0;
  Need need{};
};

struct EstateServer {
  provision::NovaServer nova{};
  PartMark mark{};
  std::string flavor{}, wanted_flavor{};  ///< names; empty: not told
  std::vector<std::string> volumes{};     ///< attached to it

  bool lost() const;  ///< it will not serve any more: in ERROR, or shut down from within
};
/// Nothing for what is no server of this installation's orders.
std::optional<EstateServer> read_estate_server(const Json& object, std::string_view installation,
                                               provision::NovaAddresses which);

struct EstateVolume {
  std::string id{}, created{}, status{}, server{};  ///< server: that it is attached to
  PartMark mark{};

  bool ending() const { return status == "deleting"; }
  bool lost() const { return status.starts_with("error"); }
};
std::optional<EstateVolume> read_estate_volume(const Json& object, std::string_view installation);

/// What there is of an order, servers and volumes that were told to end among it.
struct EstateParts {
  std::vector<EstateServer> servers{};
  std::vector<EstateVolume> volumes{};

  /// The one that counts: when a request was answered by nobody and made again, there may be two; the older one. Null when there is none that was not told to end.
  const EstateServer* server(std::uint32_t part) const;
  const EstateVolume* volume(std::uint32_t part) const;
};

/// gone: nothing that was not told to end. partly: a part is missing, has an error, or is not what was ordered. A part is ready when its server is active with the flavor that it shall have and
/// its volume, if it has one, is attached.
Made made_of(const std::string& id, const EstateParts& parts);

}  // namespace harbinger::orchestrate
