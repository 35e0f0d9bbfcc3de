// How looks connect, and what it tells when they cannot. The system's own refusal comes from connect() itself: what comes later was caused by something from outside.
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <boost/asio/post.hpp>

#include "net/asio_address.h"
#include "net/look.h"

namespace harbinger::net {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Tcp = asio::ip::tcp;

// No descriptor, no memory, no port, no address of that family, no route, a firewall of our own.
constexpr std::array kOurs{EMFILE, ENFILE,   ENOBUFS,      ENOMEM,      EADDRNOTAVAIL, EADDRINUSE,
                           EAGAIN, ENETDOWN, EAFNOSUPPORT, ENETUNREACH, EACCES,        EPERM};

error_code last_error() { return {errno, boost::system::system_category()}; }

// What connect() says before anything could come back; none while it is under way.
error_code begin_connect(Tcp::socket& socket, const Tcp::endpoint& to) {
  error_code error;
  socket.open(to.protocol(), error);
  if (!error) socket.native_non_blocking(true, error);
  if (error) return error;
  if (::connect(socket.native_handle(), to.data(), static_cast<socklen_t>(to.size())) == 0 || errno == EINPROGRESS)
    return {};
  return last_error();
}

error_code outcome(Tcp::socket& socket) {
  int number = 0;
  socklen_t size = sizeof number;
  if (getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &number, &size) != 0) return last_error();
  return {number, boost::system::system_category()};
}

}  // namespace

ProbeResult result_of(const error_code& error) {
  const bool nobody = error == asio::error::connection_refused || error == asio::error::connection_reset;
  return {nobody ? ProbeResult::Kind::refused : ProbeResult::Kind::timeout, 0, error.message()};
}

ProbeResult refused_at_once(const error_code& error) {
  if (std::ranges::find(kOurs, error.value()) == kOurs.end()) return result_of(error);
  return {ProbeResult::Kind::unable, 0, error.message()};
}

void connect(Tcp::socket& socket, const SocketAddress& address, Connected connected) {
  const auto failed = begin_connect(socket, to_endpoint<Tcp>(address));
  if (failed)
    return asio::post(socket.get_executor(),
                      [connected = std::move(connected), failed] { connected(refused_at_once(failed)); });
  socket.async_wait(Tcp::socket::wait_write, [&socket, connected = std::move(connected)](const error_code& stopped) {
    const auto error = stopped ? stopped : outcome(socket);
    connected(error ? std::optional(result_of(error)) : std::nullopt);
  });
}

}  // namespace harbinger::net
