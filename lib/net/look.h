// One look at an endpoint.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include "net/probe.h"

namespace harbinger::net {

/// Under way until `done` was called or it is gone. On the thread of its context only.
class Look {
 public:
  using Done = std::function<void(ProbeResult)>;
  virtual ~Look() = default;
  /// Gives up: `done` is not called.
  virtual void cancel() = 0;
  /// How long the connection took; 0 while there is none, or where the kind needs none.
  virtual double connected_ms() const { return 0; }
};

/// Begins a look of the kind that `settings` say. `done` is called once, never within this call.
std::shared_ptr<Look> begin_look(boost::asio::io_context& context, const ProbeSettings& settings, Look::Done done);

// The kinds behind it.
std::shared_ptr<Look> look_by_tcp(boost::asio::io_context& context, const ProbeSettings& settings, Look::Done done);
std::shared_ptr<Look> look_by_http(boost::asio::io_context& context, const ProbeSettings& settings, Look::Done done);
std::shared_ptr<Look> look_by_dns(boost::asio::io_context& context, const ProbeSettings& settings, Look::Done done);

/// What a failed connection tells, once something was sent.
ProbeResult result_of(const boost::system::error_code& error);
/// What it tells when the system refused at once, before anything was sent.
ProbeResult refused_at_once(const boost::system::error_code& error);

/// Connects a socket that is not open yet; tells nothing when it is connected, else why it is not. Once, never within this call, also when the socket is closed
/// meanwhile: what `connected` holds keeps the socket alive.
using Connected = std::function<void(std::optional<ProbeResult> failure)>;
void connect(boost::asio::ip::tcp::socket& socket, const SocketAddress& address, Connected connected);

}  // namespace harbinger::net
