#include "provision/rest_connection.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "net/asio_address.h"
#include "net/host_resolver.h"
#include "net/pem.h"

namespace harbinger::provision {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using Tcp = asio::ip::tcp;

struct RestTls {
  ssl::context context{ssl::context::tls_client};
};

Result<std::shared_ptr<RestTls>> make_rest_tls(const std::filesystem::path& ca) {
  const auto pem = net::load_pem(std::nullopt, std::nullopt, ca.empty() ? std::nullopt : std::optional(ca));
  if (!pem) return fail(pem.error());
  auto tls = std::make_shared<RestTls>();
  SSL_CTX_set_min_proto_version(tls->context.native_handle(), TLS1_2_VERSION);
  tls->context.set_verify_mode(ssl::verify_peer);
  error_code error;
  if (ca.empty())
    tls->context.set_default_verify_paths(error);
  else
    tls->context.add_certificate_authority(asio::buffer(pem->ca), error);
  if (error) return fail(ErrorCode::malformed, ca.string() + ": " + error.message());
  return tls;
}

namespace {

using Stream = beast::tcp_stream;
using Secured = ssl::stream<Stream&>;
using Request = http::request<http::string_body>;
using Parser = http::response_parser<http::string_body>;

constexpr std::uint32_t kMostHead = 64u << 10u;

// Who vanishes without a word is noticed within seconds, also by one who only listens.
void watch_over(Tcp::socket& socket) {
  const auto set = [&](int level, int option, int value) {
    ::setsockopt(socket.native_handle(), level, option, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 2);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 1);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 5000);
  set(IPPROTO_TCP, TCP_NODELAY, 1);
}

Request request_of(const RestRequest& asked, const RestUrl& url) {
  Request request;
  request.version(11);
  request.method_string(asked.method);
  const std::string target = url.path + asked.target;
  request.target(target.empty() ? "/" : target);
  request.set(http::field::host, url.authority());
  request.set(http::field::user_agent, "harbinger");
  request.set(http::field::accept, "application/json");
  for (const auto& [name, value] : asked.fields) request.set(name, value);
  if (!asked.body.empty()) {
    request.set(http::field::content_type, asked.content_type);
    request.body() = asked.body;
  }
  request.prepare_payload();
  return request;
}

void take_head(const Parser::value_type& head, RestAnswer& answer) {
  answer.status = head.result_int();
  for (const auto& field : head) {
    std::string name(field.name_string());
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
    answer.fields.insert_or_assign(std::move(name), std::string(field.value()));
  }
}

bool is_doubt(const error_code& error) {
  return error.category() == asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_CERTIFICATE_VERIFY_FAILED;
}

Error error_of(const error_code& error, const std::string& who) {
  if (error == beast::error::timeout) return {ErrorCode::timeout, who + " has not answered in time"};
  if (error == http::error::body_limit || error == http::error::header_limit || error == http::error::buffer_overflow)
    return {ErrorCode::malformed, who + " answers with more than we read"};
  if (is_doubt(error))
    return {ErrorCode::unreachable,
            who + ": nobody who is trusted vouches for this server; `ca` names the file of who does"};
  if (error == http::error::partial_message || error == ssl::error::stream_truncated)
    return {ErrorCode::unreachable, who + " went away before its answer was whole"};
  if (error == http::error::end_of_stream) return {ErrorCode::unreachable, who + " went away without an answer"};
  if (error.category() == error_code(http::error::end_of_stream).category())
    return {ErrorCode::malformed, who + " does not speak HTTP: " + error.message()};
  return {ErrorCode::unreachable, who + ": " + error.message()};
}

// RFC 6066 sec. 3: names only, no addresses.
void name_server(SSL* connection, std::string name) {
  SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
}

class Connection final : public RestConnection {
 public:
  Connection(const RestUrl& url, std::shared_ptr<RestTls> tls) : url_(url), tls_(std::move(tls)), plain_(context_) {
    if (tls_) secured_.emplace(plain_, tls_->context);
  }

  Result<RestAnswer> exchange(const Order& order) override {
    reusable_ = false;
    silent_ = true;
    const auto end = std::chrono::steady_clock::now() + order.patience;
    if (!plain_.socket().is_open())
      if (auto found = look_up(order.patience); !found) return fail(found.error());
    plain_.expires_at(end);
    RestAnswer answer;
    const auto error = run(order, answer);
    if (order.stop.stop_requested()) {
      reusable_ = false;
      return fail(ErrorCode::timeout, url_.to_string() + ": told to stop before there was an answer");
    }
    if (error) return fail(error_of(error, url_.to_string()));
    return answer;
  }

  bool reusable() const override { return reusable_; }
  bool silent() const override { return silent_; }

 private:
  Result<void> look_up(Duration patience) {
    addresses_.clear();
    if (const auto address = IpAddress::parse(url_.host)) {
      addresses_.push_back(net::to_endpoint<Tcp>({*address, url_.port}));
      return {};
    }
    const auto found = net::resolve_host(url_.host, patience);
    if (!found) return fail(ErrorCode::unreachable, url_.to_string() + ": " + found.error().message);
    for (const auto& address : *found) addresses_.push_back(net::to_endpoint<Tcp>({address, url_.port}));
    return {};
  }

  // Everything that was begun has ended when this returns, except what a stop may have asked for after the end: such a connection is not used again.
  error_code run(const Order& order, RestAnswer& answer) {
    error_code trouble;
    context_.restart();
    asio::co_spawn(context_, whole(order, answer), [&trouble](const std::exception_ptr& thrown) {
      try {
        if (thrown) std::rethrow_exception(thrown);
      } catch (const boost::system::system_error& error) {
        trouble = error.code();
      }
    });
    const std::stop_callback stopped(order.stop, [this] { asio::post(context_, [this] { plain_.close(); }); });
    context_.run();
    return trouble;
  }

  asio::awaitable<void> whole(const Order& order, RestAnswer& answer) {
    if (!plain_.socket().is_open()) co_await open();
    if (secured_)
      co_await talk(*secured_, order, answer);
    else
      co_await talk(plain_, order, answer);
  }

  asio::awaitable<void> open() {
    co_await plain_.async_connect(addresses_, asio::use_awaitable);
    watch_over(plain_.socket());
    if (!secured_) co_return;
    if (!IpAddress::parse(url_.host)) name_server(secured_->native_handle(), url_.host);
    secured_->set_verify_callback(ssl::host_name_verification(url_.host));
    co_await secured_->async_handshake(ssl::stream_base::client, asio::use_awaitable);
  }

  template <class On>
  asio::awaitable<void> talk(On& stream, const Order& order, RestAnswer& answer) {
    const Request request = request_of(order.request, url_);
    co_await http::async_write(stream, request, asio::use_awaitable);
    Parser parser;
    parser.header_limit(kMostHead);
    parser.body_limit(order.most_body);
    co_await http::async_read_header(stream, buffer_, parser, asio::use_awaitable);
    silent_ = false;
    take_head(parser.get(), answer);
    if (order.part && answer.status == 200)
      co_await listen(stream, parser, *order.part);
    else
      co_await http::async_read(stream, buffer_, parser, asio::use_awaitable);
    answer.body = std::move(parser.get().body());
    reusable_ = parser.is_done() && parser.get().keep_alive();
  }

  template <class On>
  asio::awaitable<void> listen(On& stream, Parser& parser, const RestClient::Part& part) {
    parser.body_limit(boost::none);
    bool wanted = part({});
    while (wanted && !parser.is_done()) {
      co_await http::async_read_some(stream, buffer_, parser, asio::use_awaitable);
      const std::string body = std::exchange(parser.get().body(), {});
      if (!body.empty()) wanted = part(body);
    }
  }

  const RestUrl& url_;
  const std::shared_ptr<RestTls> tls_;
  asio::io_context context_{1};
  Stream plain_;
  std::optional<Secured> secured_;
  std::vector<Tcp::endpoint> addresses_;
  beast::flat_buffer buffer_{kMostHead + (256u << 10u)};
  bool reusable_ = false, silent_ = true;
};

}  // namespace

std::unique_ptr<RestConnection> RestConnection::make(const RestUrl& url, std::shared_ptr<RestTls> tls) {
  return std::make_unique<Connection>(url, std::move(tls));
}

}  // namespace harbinger::provision
