// From the head of a request to its response: the rules of RFC 9110 and 9112 that a small server needs. No sockets.
#pragma once

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
};

/// The response to a well-formed head. Says by `keep_alive` whether the connection goes on; a request with a body ends it, because
/// the body is not read.
HttpAnswer answer_http(const HttpHead& head, HttpManner manner, const HttpRoutes& routes);

/// The response to a head that could not be read, after which the connection ends.
HttpAnswer answer_bad_http(boost::beast::error_code error);

}  // namespace harbinger::net
