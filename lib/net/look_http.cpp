// A look by a request over HTTP, in the clear or over TLS. The body is never read.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "net/asio_address.h"
#include "net/look.h"

namespace harbinger::net {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Tcp = asio::ip::tcp;

constexpr std::uint32_t kMostHead = 16 << 10;

class HttpLook : public Look, public std::enable_shared_from_this<HttpLook> {
 public:
  HttpLook(asio::io_context& context, const ProbeSettings& settings, Done done)
      : settings_(settings), done_(std::move(done)), plain_(context) {
    request_.method(http::verb::get);
    request_.target(settings_.path);
    request_.version(11);
    request_.set(http::field::host, host_field());
    request_.set(http::field::user_agent, "harbinger-probe");
    request_.set(http::field::connection, "close");
    parser_.header_limit(kMostHead);
  }

  void begin() {
    const auto began = std::chrono::steady_clock::now();
    connect(socket(), settings_.address, [self = shared_from_this(), began](std::optional<ProbeResult> failure) {
      if (failure) return self->finish(std::move(*failure));
      if (!self->done_) return;
      self->rtt_ms_ = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
      self->connected();
    });
  }
  void cancel() override {
    done_ = {};
    error_code ignored;
    socket().close(ignored);
  }
  double connected_ms() const override { return rtt_ms_; }

 protected:
  virtual Tcp::socket& socket() { return plain_; }
  virtual void connected() { ask(plain_); }

  // A name, or an address without brackets.
  std::string host() const {
    const auto& host = settings_.host;
    if (host.empty()) return settings_.address.ip.to_string();
    return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
  }
  void finish(ProbeResult result) {
    if (done_) std::exchange(done_, {})(std::move(result));
  }
  void wrong(std::string why) { finish({ProbeResult::Kind::wrong, rtt_ms_, std::move(why)}); }

  template <class Stream>
  void ask(Stream& stream) {
    http::async_write(stream, request_, [self = shared_from_this(), &stream](const error_code& error, std::size_t) {
      if (error) return self->wrong("the request was not taken: " + error.message());
      http::async_read_header(stream, self->buffer_, self->parser_,
                              [self](const error_code& trouble, std::size_t) { self->answered(trouble); });
    });
  }

  const ProbeSettings settings_;

 private:
  // RFC 3986 sec. 3.2.2: an address of IPv6 stands in brackets.
  std::string host_field() const {
    const auto name = host();
    return name.find(':') == std::string::npos ? name : '[' + name + ']';
  }
  void answered(const error_code& error) {
    if (error) return wrong("no answer over HTTP: " + error.message());
    const int status = static_cast<int>(parser_.get().result_int());
    if (status < settings_.status_from || status > settings_.status_to)
      return wrong("status " + std::to_string(status));
    finish({ProbeResult::Kind::ok, rtt_ms_, "status " + std::to_string(status)});
  }

  Done done_;
  Tcp::socket plain_;
  double rtt_ms_ = 0;
  http::request<http::empty_body> request_;
  boost::beast::flat_buffer buffer_{kMostHead};
  http::response_parser<http::empty_body> parser_;
};

class HttpsLook final : public HttpLook {
 public:
  HttpsLook(asio::io_context& context, const ProbeSettings& settings, Done done)
      : HttpLook(context, settings, std::move(done)), stream_(context, tls()) {
    auto name = host();
    if (!IpAddress::parse(name))
      SSL_ctrl(stream_.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    if (!settings.verify_certificate) return;
    stream_.set_verify_mode(asio::ssl::verify_peer);
    stream_.set_verify_callback(asio::ssl::host_name_verification(name));
  }

 private:
  // One for all looks: it holds the system's authorities, which take milliseconds to read.
  static asio::ssl::context& tls() {
    static asio::ssl::context context = [] {
      asio::ssl::context made(asio::ssl::context::tls_client);
      error_code ignored;  // without authorities nothing verifies, which the look tells
      made.set_default_verify_paths(ignored);
      return made;
    }();
    return context;
  }
  Tcp::socket& socket() override { return stream_.next_layer(); }
  void connected() override {
    stream_.async_handshake(asio::ssl::stream_base::client, [self = shared_from_this(), this](const error_code& error) {
      if (error) return wrong("no TLS: " + error.message());
      ask(stream_);
    });
  }

  boost::beast::ssl_stream<Tcp::socket> stream_;
};

template <class Kind>
std::shared_ptr<Look> begin(asio::io_context& context, const ProbeSettings& settings, Look::Done done) {
  auto look = std::make_shared<Kind>(context, settings, std::move(done));
  look->begin();
  return look;
}

}  // namespace

std::shared_ptr<Look> look_by_http(asio::io_context& context, const ProbeSettings& settings, Look::Done done) {
  return begin<HttpLook>(context, settings, std::move(done));
}

std::shared_ptr<Look> look_by_https(asio::io_context& context, const ProbeSettings& settings, Look::Done done) {
  return begin<HttpsLook>(context, settings, std::move(done));
}

}  // namespace harbinger::net
