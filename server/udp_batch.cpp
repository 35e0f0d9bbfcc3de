#include "server/udp_batch.h"

namespace harbinger::server {

namespace {

// The control data as a message header, which is what the CMSG macros walk.
msghdr header_over(const PacketInfo& info) {
  msghdr header{};
  header.msg_control = const_cast<std::uint8_t*>(info.octets.data());
  header.msg_controllen = info.used;
  return header;
}

template <class Info>
Info* find(const msghdr& header, int level, int type) {
  auto* control = CMSG_FIRSTHDR(&header);
  const bool found = control && control->cmsg_level == level && control->cmsg_type == type;
  return found ? reinterpret_cast<Info*>(CMSG_DATA(control)) : nullptr;
}

}  // namespace

IpAddress PacketInfo::destination() const {
  const auto header = header_over(*this);
  if (const auto* v4 = find<in_pktinfo>(header, IPPROTO_IP, IP_PKTINFO))
    return IpAddress::v4(std::span<const std::uint8_t, 4>(reinterpret_cast<const std::uint8_t*>(&v4->ipi_addr), 4));
  if (const auto* v6 = find<in6_pktinfo>(header, IPPROTO_IPV6, IPV6_PKTINFO))
    return IpAddress::v6(std::span<const std::uint8_t, 16>(v6->ipi6_addr.s6_addr, 16));
  return {};
}

void PacketInfo::forget_interface() {
  const auto header = header_over(*this);
  if (auto* v4 = find<in_pktinfo>(header, IPPROTO_IP, IP_PKTINFO)) v4->ipi_ifindex = 0;
  if (auto* v6 = find<in6_pktinfo>(header, IPPROTO_IPV6, IPV6_PKTINFO))
    if (!IN6_IS_ADDR_LINKLOCAL(&v6->ipi6_addr)) v6->ipi6_ifindex = 0;
}

UdpBatch::UdpBatch(bool packet_info) : with_packet_info(packet_info) {
  for (std::size_t i = 0; i < kSize; ++i) {
    in_vectors[i] = {in_octets[i].data(), kLongest};
    out_vectors[i] = {out_octets[i].data(), 0};
    clients[i].v6 = {};
    in[i] = out[i] = {};
    in[i].msg_hdr.msg_name = &clients[i];
    in[i].msg_hdr.msg_namelen = sizeof clients[i];
    in[i].msg_hdr.msg_iov = &in_vectors[i];
    out[i].msg_hdr.msg_iov = &out_vectors[i];
    in[i].msg_hdr.msg_iovlen = out[i].msg_hdr.msg_iovlen = 1;
  }
  renew(kSize);
}

// The system shortens msg_namelen to the address family's size, which is the same for every datagram of a socket.
void UdpBatch::renew(std::size_t used) {
  if (!with_packet_info) return;
  for (std::size_t i = 0; i < used; ++i) {
    in[i].msg_hdr.msg_control = infos[i].octets.data();
    in[i].msg_hdr.msg_controllen = infos[i].octets.size();
  }
}

}  // namespace harbinger::server
