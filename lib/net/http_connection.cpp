#include "net/http_connection.h"

#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

namespace harbinger::net {

namespace http = boost::beast::http;
using boost::beast::error_code;

namespace {

// The client went away, or was too slow: there is nobody to answer.
bool is_silence(error_code error) {
  return error == http::error::end_of_stream || error == http::error::partial_message ||
         error.category() != http::make_error_code(http::error::bad_method).category();
}

IpAddress from_asio(const boost::asio::ip::address& address) {
  return address.is_v4() ? IpAddress::v4(address.to_v4().to_bytes()) : IpAddress::v6(address.to_v6().to_bytes());
}

// What chunks may cost besides their content: a client that sends an octet in each is not served.
constexpr std::size_t kWrapping = 2;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

HttpConnection::HttpConnection(Socket socket, std::shared_ptr<TlsContext> tls, std::shared_ptr<const HttpRoutes> routes,
                               const HttpLimits& limits, std::function<void()> on_end)
    : stream_(std::move(socket), std::move(tls)),
      routes_(std::move(routes)),
      limits_(limits),
      on_end_(std::move(on_end)),
      buffer_(2 * limits.head),
      waiting_since_(std::chrono::steady_clock::now()) {
  error_code gone;
  if (const auto peer = stream_.tcp().socket().remote_endpoint(gone); !gone)
    peer_.address = {from_asio(peer.address()), peer.port()};
}

HttpConnection::~HttpConnection() { on_end_(); }

void HttpConnection::start() {
  stream_.tcp().expires_after(limits_.patience);
  stream_.shake_hands([self = shared_from_this()](error_code error) {
    if (error) return self->close();
    self->peer_.certificate = self->stream_.peer_subject();
    self->read_head();
  });
}

void HttpConnection::close() { stream_.tcp().close(); }

void HttpConnection::await_request() {
  waiting_since_ = std::chrono::steady_clock::now();
  stream_.tcp().expires_after(limits_.patience);
  read_head();
}

void HttpConnection::read_head() {
  parser_.emplace();
  parser_->header_limit(limits_.head);
  parser_->body_limit(boost::none);  // what a body may have is known when the head is
  head_size_ = 0;
  read_more();
}

void HttpConnection::read_more() {
  http::async_read_some(stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t octets) {
    self->on_more(error, octets);
  });
}

void HttpConnection::on_more(error_code error, std::size_t octets) {
  if (error && is_silence(error)) return close();
  // The parser's own limit forgets the fields that came in earlier pieces.
  head_size_ += octets;
  if (!error && head_size_ > limits_.head) error = http::error::header_limit;
  if (error) return write(answer_bad_http(error));
  if (!parser_->is_header_done()) return read_more();
  on_head();
}

void HttpConnection::on_head() {
  std::optional<std::uint64_t> length;
  if (const auto told = parser_->content_length()) length = *told;
  const HttpManner manner{parser_->keep_alive(), !parser_->is_done(), length};
  auto step = meet_http_head(parser_->get().base(), manner, peer_, *routes_);
  if (step.answer) return write(std::move(*step.answer));
  begin_body(step);
}

void HttpConnection::begin_body(const HttpStep& step) {
  head_ = parser_->get().base();
  parser_->body_limit(step.most_body);
  body_left_ = kWrapping * step.most_body + limits_.head;
  // Whoever has sent something of the body already does not wait.
  if (step.say_continue && buffer_.size() == 0 && !parser_->is_done()) return say_continue();
  read_body();
}

void HttpConnection::say_continue() {
  boost::asio::async_write(stream_, boost::asio::buffer(kContinue),
                           [self = shared_from_this()](error_code error, std::size_t) {
                             if (error) return self->close();
                             self->read_body();
                           });
}

void HttpConnection::read_body() {
  if (parser_->is_done())
    return write(answer_http(head_, parser_->get().body(), parser_->keep_alive(), peer_, *routes_));
  http::async_read_some(stream_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t octets) {
    self->on_body(error, octets);
  });
}

void HttpConnection::on_body(error_code error, std::size_t octets) {
  if (error && is_silence(error)) return close();
  if (!error && octets > body_left_) error = http::error::body_limit;
  if (error) return write(answer_bad_http(error));
  body_left_ -= octets;
  read_body();
}

void HttpConnection::write(HttpAnswer answer) {
  answer_ = std::move(answer);
  stream_.tcp().expires_after(limits_.patience);
  http::async_write(stream_, answer_,
                    [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
}

void HttpConnection::on_written(error_code error) {
  if (error) return close();
  if (answer_.keep_alive()) return await_request();
  say_goodbye();
}

// Closing with octets unread would reset the connection, and the client might lose the response (RFC 9112 sec. 9.6).
void HttpConnection::say_goodbye() {
  stream_.tcp().expires_after(limits_.goodbye);
  stream_.end([self = shared_from_this()] {
    error_code ignored;
    self->stream_.tcp().socket().shutdown(Socket::shutdown_send, ignored);
    self->discard();
  });
}

void HttpConnection::discard() {
  buffer_.clear();
  stream_.tcp().async_read_some(buffer_.prepare(limits_.head),
                                [self = shared_from_this()](error_code error, std::size_t) {
                                  if (error) return self->close();
                                  self->discard();
                                });
}

}  // namespace harbinger::net
