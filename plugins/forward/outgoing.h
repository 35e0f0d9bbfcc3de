// The query that goes to an upstream: the client's question in a message of our own.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include <harbinger/query.h>

namespace harbinger::forward {

/// RD and CD as the client wrote them, DO likewise; EDNS with a size of 1232 and no option but a subnet, if one is given.
class Outgoing {
 public:
  Outgoing(const Query& query, const std::optional<ClientSubnet>& subnet);

  std::span<const std::uint8_t> wire() const { return {bytes_.data(), size_}; }

 private:
  // Header, the longest question, and an OPT record with a subnet of 16 octets.
  static constexpr std::size_t kMost = 12 + 255 + 4 + 11 + 8 + 16;
  std::size_t size_ = 0;
  std::array<std::uint8_t, kMost> bytes_;
};

}  // namespace harbinger::forward
