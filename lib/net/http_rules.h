// From the head of a request to its response: the rules of RFC 9110 and 9112 that a small server needs. No sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "net/http_routes.h"

namespace harbinger::net {

using HttpHead = boost::beast::http::request_header<>;
using HttpAnswer = boost::beast::http::response<boost::beast::http::string_body>;

/// What the parser knows about a request besides its head.
struct HttpManner {
  bool keep_alive = false;  ///< the client would like to go on
  bool has_body = false;
  std::optional<std::uint64_t> length = std::nullopt;  ///< of the body, where the head says it
};

/// Who is at the other end of a connection.
struct HttpPeer {
  SocketAddress address{};
  std::string certificate{};  ///< subject of a verified one; empty: none
};

/// What a well-formed head leads to: an answer, or a body that is read first.
struct HttpStep {
  std::optional<HttpAnswer> answer;
  std::size_t most_body = 0;
  bool say_continue = false;  ///< the client waits for 100 before it sends the body
};

/// Either asks the handler or says why not. An answer says by `keep_alive` whether the connection goes on; a request whose body is not
/// read ends it.
HttpStep meet_http_head(const HttpHead& head, HttpManner manner, const HttpPeer& peer, const HttpRoutes& routes);

/// The response to a request whose body was read, after a head that led to that.
HttpAnswer answer_http(const HttpHead& head, std::string_view body, bool keep_alive, const HttpPeer& peer,
                       const HttpRoutes& routes);

/// The response to what could not be read, after which the connection ends.
HttpAnswer answer_bad_http(boost::beast::error_code error);

}  // namespace harbinger::net
