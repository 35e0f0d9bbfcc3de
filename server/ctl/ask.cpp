#include "server/ctl/ask.h"

#include <boost/asio.hpp>

#include <harbinger/random.h>

#include "wire/octets.h"

namespace harbinger::ctl {
namespace {

namespace asio = boost::asio;
using Octets = std::vector<std::uint8_t>;

asio::ip::address to_asio(const IpAddress& address) {
  const auto octets = address.octets();
  if (address.is_v4()) {
    asio::ip::address_v4::bytes_type v4;
    std::ranges::copy(octets, v4.begin());
    return asio::ip::address_v4(v4);
  }
  asio::ip::address_v6::bytes_type v6;
  std::ranges::copy(octets, v6.begin());
  return asio::ip::address_v6(v6);
}

bool is_reply_to(std::span<const std::uint8_t> reply, std::span<const std::uint8_t> query) {
  return reply.size() >= Header::kSize && reply[0] == query[0] && reply[1] == query[1] && (reply[2] & 0x80) != 0;
}

asio::awaitable<Octets> over_udp(const SocketAddress& server, const Octets& query) {
  asio::ip::udp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect({to_asio(server.ip), server.port}, asio::use_awaitable);
  co_await socket.async_send(asio::buffer(query), asio::use_awaitable);
  Octets reply;
  do {
    reply.resize(65535);
    const auto size = co_await socket.async_receive(asio::buffer(reply), asio::use_awaitable);
    reply.resize(size);
  } while (!is_reply_to(reply, query));
  co_return reply;
}

asio::awaitable<Octets> over_tcp(const SocketAddress& server, const Octets& query) {
  asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect({to_asio(server.ip), server.port}, asio::use_awaitable);
  std::array<std::uint8_t, 2> length;
  wire::store_u16(length.data(), static_cast<std::uint16_t>(query.size()));
  const std::array<asio::const_buffer, 2> framed{asio::buffer(length), asio::buffer(query)};
  co_await asio::async_write(socket, framed, asio::use_awaitable);
  co_await asio::async_read(socket, asio::buffer(length), asio::use_awaitable);
  Octets reply(wire::load_u16(length.data()));
  co_await asio::async_read(socket, asio::buffer(reply), asio::use_awaitable);
  co_return reply;
}

asio::awaitable<Octets> exchange(const SocketAddress& server, const Octets& query, bool tcp) {
  if (!tcp) {
    auto reply = co_await over_udp(server, query);
    if ((reply[2] & 0x02) == 0) co_return reply;
  }
  auto reply = co_await over_tcp(server, query);
  co_return reply;
}

}  // namespace

Result<std::vector<std::uint8_t>> ask(const SocketAddress& server, const Question& question,
                                      std::span<const std::uint8_t> options, bool tcp,
                                      std::chrono::milliseconds patience) {
  const auto query =
      make_query(static_cast<std::uint16_t>(system_random().next()), question, true, 1232, false, options);
  asio::io_context context;
  std::optional<Octets> reply;
  std::string trouble;
  asio::co_spawn(context, exchange(server, query, tcp), [&](const std::exception_ptr& error, Octets octets) {
    if (!error) reply = std::move(octets);
    try {
      if (error) std::rethrow_exception(error);
    } catch (const std::exception& caught) {
      trouble = caught.what();
    }
  });
  context.run_for(patience);
  const auto who = server.to_string();
  if (!trouble.empty()) return fail(ErrorCode::unreachable, who + ": " + trouble);
  if (!reply)
    return fail(ErrorCode::timeout, who + " has not answered within " + std::to_string(patience.count()) + " ms");
  const auto message = Message::parse(*reply);
  if (!message)
    return fail(ErrorCode::malformed, who + " has sent a reply that cannot be read: " + message.error().message);
  if (!is_reply_to(*reply, query) || (message->question && message->question->name != question.name))
    return fail(ErrorCode::malformed, who + " has answered another question");
  return std::move(*reply);
}

}  // namespace harbinger::ctl
