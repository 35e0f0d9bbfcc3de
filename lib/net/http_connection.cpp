#include "net/http_connection.h"

#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

namespace harbinger::net {

namespace http = boost::beast::http;
using boost::beast::error_code;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kMostHead = 8192;
// For a whole request, waiting for its first octet included, and for a whole response: nobody may dribble longer.
constexpr auto kPatience = 10s;
constexpr auto kGoodbye = 2s;

// The client went away, or was too slow: there is nobody to answer.
bool is_silence(error_code error) {
  return error == http::error::end_of_stream || error == http::error::partial_message ||
         error.category() != http::make_error_code(http::error::bad_method).category();
}

}  // namespace

HttpConnection::HttpConnection(Socket socket, std::shared_ptr<const HttpRoutes> routes, std::function<void()> on_end)
    : stream_(std::move(socket)),
      routes_(std::move(routes)),
      on_end_(std::move(on_end)),
      buffer_(2 * kMostHead),
      waiting_since_(std::chrono::steady_clock::now()) {}

HttpConnection::~HttpConnection() { on_end_(); }

void HttpConnection::close() { stream_.close(); }

void HttpConnection::read_head() {
  parser_.emplace();
  parser_->header_limit(kMostHead);
  parser_->body_limit(0);
  waiting_since_ = std::chrono::steady_clock::now();
  stream_.expires_after(kPatience);
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](error_code error, std::size_t) { self->on_head(error); });
}

void HttpConnection::on_head(error_code error) {
  if (error && is_silence(error)) return close();
  if (error) return write(answer_bad_http(error));
  write(answer_http(parser_->get().base(), {parser_->keep_alive(), !parser_->is_done()}, *routes_));
}

void HttpConnection::write(HttpAnswer answer) {
  answer_ = std::move(answer);
  stream_.expires_after(kPatience);
  http::async_write(stream_, answer_,
                    [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
}

void HttpConnection::on_written(error_code error) {
  if (error) return close();
  if (answer_.keep_alive()) return read_head();
  say_goodbye();
}

// Closing with octets unread would reset the connection, and the client might lose the response (RFC 9112 sec. 9.6).
void HttpConnection::say_goodbye() {
  error_code ignored;
  stream_.socket().shutdown(Socket::shutdown_send, ignored);
  stream_.expires_after(kGoodbye);
  discard();
}

void HttpConnection::discard() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kMostHead), [self = shared_from_this()](error_code error, std::size_t) {
    if (error) return self->close();
    self->discard();
  });
}

}  // namespace harbinger::net
