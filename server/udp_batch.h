// The buffers of recvmmsg and sendmmsg, laid out once and used for ever.
#pragma once

#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "server/system_address.h"

namespace harbinger::server {

/// Which of our addresses a datagram came to, as the system reports it and takes it back.
struct PacketInfo {
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(sizeof(in6_pktinfo))> octets;
  std::size_t used = 0;

  /// The address the datagram came to; the unspecified one when the system said nothing.
  IpAddress destination() const;
  /// Lets routing choose the interface for the reply: only link-local addresses need the one that the datagram came by.
  void forget_interface();
};

struct UdpBatch {
  static constexpr std::size_t kSize = 64;
  static constexpr std::size_t kLongest = 4096;  // of a query or reply over UDP
  // Slots at a power of two would compete for the same few cache sets; one line more spreads them.
  static constexpr std::size_t kSlot = kLongest + 64;

  explicit UdpBatch(bool with_packet_info);

  /// Makes all slots ready for recvmmsg again. Only the packet info needs it.
  void renew(std::size_t used);

  std::span<const std::uint8_t> query(std::size_t index) const {
    return {in_octets[index].data(), std::min<std::size_t>(in[index].msg_len, kLongest)};
  }
  bool cut_off(std::size_t index) const { return in[index].msg_hdr.msg_flags & MSG_TRUNC; }

  std::array<mmsghdr, kSize> in, out;
  std::array<iovec, kSize> in_vectors, out_vectors;
  std::array<SystemAddress, kSize> clients;
  std::array<PacketInfo, kSize> infos;
  bool with_packet_info;
  alignas(64) std::array<std::array<std::uint8_t, kSlot>, kSize> in_octets;
  std::array<std::array<std::uint8_t, kSlot>, kSize> out_octets;
};

}  // namespace harbinger::server
