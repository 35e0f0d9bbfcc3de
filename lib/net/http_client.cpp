#include "net/http_client.h"

#include <algorithm>
#include <array>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <harbinger/address.h>

namespace harbinger::net {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using Parser = http::response_parser<http::buffer_body>;

constexpr std::size_t kAtOnce = 16 << 10;
constexpr std::size_t kMostUnread =
    128 << 10;  // octets that the parser cannot use yet: a line of a head, or what a chunk is wrapped in
constexpr int kMostInterim = 8;  // before the real answer

bool same_name(std::string_view a, std::string_view b) {
  const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::ranges::equal(a, b, {}, small, small);
}

// RFC 9110 sec. 8.6: whose method gives content a meaning says that there is none.
bool tells_length(const HttpAsk& ask) {
  return !ask.body.empty() || ask.method == "POST" || ask.method == "PUT" || ask.method == "OPTIONS";
}

std::string text_of(const HttpAsk& ask) {
  std::string text = ask.method + ' ' + ask.target + " HTTP/1.1\r\nHost: " + ask.host + "\r\n";
  for (const auto& [name, value] : ask.fields) text.append(name).append(": ").append(value).append("\r\n");
  if (tells_length(ask)) text += "Content-Length: " + std::to_string(ask.body.size()) + "\r\n";
  return text + "\r\n" + ask.body;
}

HttpAnswerHead head_of(const Parser& parser) {
  HttpAnswerHead head{.status = parser.get().result_int()};
  for (const auto& field : parser.get()) head.fields.emplace_back(field.name_string(), field.value());
  if (const auto length = parser.content_length()) head.length = *length;
  return head;
}

void name_server(SSL* connection, std::string name) {
  SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
}

class Client final : public HttpClient {
 public:
  Client(asio::io_context& context, ssl::context* tls) : tcp_(context) {
    if (tls != nullptr) tls_.emplace(tcp_, *tls);
  }

  Tcp::socket& socket() override { return tcp_.socket(); }
  void expires_after(Duration patience) override { tcp_.expires_after(patience); }
  void close() override { tcp_.close(); }

  Step connect(const std::vector<Tcp::endpoint>& places) override {
    error_code error;
    co_await tcp_.async_connect(places, asio::redirect_error(asio::use_awaitable, error));
    co_return error;
  }

  Step shake_hands(const std::string& name) override {
    error_code error;
    if (!tls_) co_return error;
    if (!IpAddress::parse(name)) name_server(tls_->native_handle(), name);
    if (SSL_get_verify_mode(tls_->native_handle()) != SSL_VERIFY_NONE)
      tls_->set_verify_callback(ssl::host_name_verification(name));
    co_await tls_->async_handshake(ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, error));
    co_return error;
  }

  Step ask(const HttpAsk& ask) override {
    const std::string text = text_of(ask);
    error_code error;
    for (std::size_t sent = 0; !error && sent < text.size();) {
      const std::size_t octets = co_await write(asio::buffer(text) + sent, error);
      sent += octets;
    }
    co_return error;
  }

  Step read_head(HttpAnswerHead& head, std::uint32_t most) override {
    parser_.emplace();
    parser_->header_limit(most);
    parser_->body_limit(boost::none);
    head_left_ = most;
    error_code error;
    while (!error && !parser_->is_header_done()) error = co_await parse();
    if (!error) head = head_of(*parser_);
    co_return error;
  }

  Step read_final_head(HttpAnswerHead& head, std::uint32_t most) override {
    for (int interim = 0; interim <= kMostInterim; ++interim) {
      const error_code error = co_await read_head(head, most);
      if (error || head.status / 100 != 1 || head.status == 101) co_return error;
    }
    co_return http::error::bad_status;
  }

  Step read_some(std::span<char> room, std::size_t& got) override {
    got = 0;
    if (done()) co_return error_code();
    auto& body = parser_->get().body();
    body.data = room.data();
    body.size = room.size();
    const error_code error = co_await parse();
    got = room.size() - body.size;
    if (error == http::error::need_buffer) co_return error_code();
    co_return error;
  }

  Step read_body(std::string& body, std::uint64_t most) override {
    error_code error;
    if (parser_->content_length().value_or(0) > most) error = http::error::body_limit;
    std::vector<char> octets(kAtOnce);
    while (!error && !done()) {
      std::size_t got = 0;
      error = co_await read_some(octets, got);
      body.append(octets.data(), got);
      if (!error && body.size() > most) error = http::error::body_limit;
    }
    co_return error;
  }

  bool done() const override { return parser_ && parser_->is_done(); }
  bool keep_alive() const override { return parser_ && parser_->keep_alive(); }

 private:
  asio::awaitable<std::size_t> read(asio::mutable_buffer room, error_code& error) {
    auto token = asio::redirect_error(asio::use_awaitable, error);
    return tls_ ? tls_->async_read_some(room, token) : tcp_.async_read_some(room, token);
  }
  asio::awaitable<std::size_t> write(asio::const_buffer octets, error_code& error) {
    auto token = asio::redirect_error(asio::use_awaitable, error);
    return tls_ ? tls_->async_write_some(octets, token) : tcp_.async_write_some(octets, token);
  }

  // One step of the parser, for which more is read when it needs more.
  Step parse() {
    for (;;) {
      error_code error = http::error::need_more;
      if (buffer_.size() > 0) put(error);
      if (error != http::error::need_more) co_return error;
      const std::size_t room = std::min(kAtOnce, kMostUnread - buffer_.size());
      if (room == 0) co_return http::error::buffer_overflow;
      error = {};
      const std::size_t octets = co_await read(buffer_.prepare(room), error);
      buffer_.commit(octets);
      if (error == asio::error::eof) co_return ended();
      if (error) co_return error;
    }
  }

  // The parser's own limit of a head forgets the fields that came in earlier pieces.
  void put(error_code& error) {
    const bool in_head = !parser_->is_header_done();
    const std::size_t used = parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    if (!in_head) return;
    if (used > head_left_) error = http::error::header_limit;
    head_left_ -= std::min(used, head_left_);
  }

  // RFC 9112 sec. 6.3: the end of the connection may be that of the answer.
  error_code ended() {
    error_code error;
    if (!parser_->got_some()) return http::error::end_of_stream;
    parser_->put_eof(error);
    return error;
  }

  beast::tcp_stream tcp_;
  std::optional<ssl::stream<beast::tcp_stream&>> tls_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::size_t head_left_ = 0;
};

}  // namespace

void HttpAsk::set(std::string_view name, std::string value) {
  std::erase_if(fields, [name](const auto& each) { return same_name(each.first, name); });
  fields.emplace_back(name, std::move(value));
}

bool HttpAnswerHead::has(std::string_view name) const {
  return std::ranges::any_of(fields, [name](const auto& each) { return same_name(each.first, name); });
}

std::string HttpAnswerHead::field(std::string_view name) const {
  const auto found = std::ranges::find_if(fields, [name](const auto& each) { return same_name(each.first, name); });
  return found == fields.end() ? std::string() : found->second;
}

std::string HttpAnswerHead::joined(std::string_view name) const {
  std::string all;
  for (const auto& [each, value] : fields) {
    if (!same_name(each, name)) continue;
    if (!all.empty()) all += ", ";
    all += value;
  }
  return all;
}

HttpTrouble trouble_of(const error_code& error) {
  if (!error) return HttpTrouble::none;
  if (error == beast::error::timeout) return HttpTrouble::timeout;
  if (error == http::error::end_of_stream) return HttpTrouble::unanswered;
  if (error == http::error::partial_message || error == ssl::error::stream_truncated) return HttpTrouble::broke_off;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return HttpTrouble::large_head;
  if (error == http::error::body_limit) return HttpTrouble::large_body;
  if (error.category() == error_code(http::error::end_of_stream).category()) return HttpTrouble::no_http;
  const bool doubt = error.category() == asio::error::get_ssl_category() &&
                     ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  return doubt ? HttpTrouble::not_trusted : HttpTrouble::other;
}

std::unique_ptr<HttpClient> HttpClient::make(asio::io_context& context, ssl::context* tls) {
  return std::make_unique<Client>(context, tls);
}

}  // namespace harbinger::net
