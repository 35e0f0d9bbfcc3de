// Our addresses as Asio's.
#pragma once

#include <algorithm>

#include <boost/asio/ip/address.hpp>

#include <harbinger/address.h>

namespace harbinger::net {

inline boost::asio::ip::address to_asio(const IpAddress& address) {
  if (!address.is_v4()) return boost::asio::ip::address_v6(address.mapped());
  boost::asio::ip::address_v4::bytes_type octets;
  std::ranges::copy(address.octets(), octets.begin());
  return boost::asio::ip::address_v4(octets);
}

template <class Protocol>
typename Protocol::endpoint to_endpoint(const SocketAddress& address) {
  return {to_asio(address.ip), address.port};
}

}  // namespace harbinger::net
