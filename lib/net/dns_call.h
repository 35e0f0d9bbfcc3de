// One message to a DNS server and the reply to it, on a loop of Asio's.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <boost/asio/io_context.hpp>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include <harbinger/result.h>

namespace harbinger::net {

/// `unreachable`: the message was not sent, so nothing came of it. `timeout`: it was sent, or in part, and there is no reply. The words say why.
using Called = std::function<void(Result<std::vector<std::uint8_t>>)>;

/// Over a connection of its own. `done` is called once, never within this call, with the first reply that has the message's id.
void call_over_tcp(boost::asio::io_context& context, const SocketAddress& server, std::vector<std::uint8_t> message,
                   Duration patience, Called done);
/// From a socket of its own; for questions, whose replies are told by id and question.
void call_over_udp(boost::asio::io_context& context, const SocketAddress& server, std::vector<std::uint8_t> question,
                   Duration patience, Called done);

}  // namespace harbinger::net
