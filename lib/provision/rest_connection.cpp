#include "provision/rest_connection.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "net/asio_address.h"
#include "net/host_resolver.h"
#include "net/http_client.h"

namespace harbinger::provision {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using net::HttpClient;
using net::HttpTrouble;
using Steady = std::chrono::steady_clock;
using Tcp = HttpClient::Tcp;

constexpr std::uint32_t kMostHead = 64u << 10u;
constexpr std::size_t kAtOnce = 16u << 10u;  // octets of a part

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

net::HttpAsk ask_of(const RestRequest& asked, const RestUrl& url) {
  net::HttpAsk ask{.method = asked.method,
                   .target = url.path + asked.target,
                   .host = url.authority(),
                   .fields = {{"User-Agent", "harbinger"}, {"Accept", "application/json"}},
                   .body = asked.body};
  if (ask.target.empty()) ask.target = "/";
  for (const auto& [name, value] : asked.fields) ask.set(name, value);
  if (!ask.body.empty()) ask.set("Content-Type", asked.content_type);
  return ask;
}

void take_head(const net::HttpAnswerHead& head, RestAnswer& answer) {
  answer.status = head.status;
  for (auto [name, value] : head.fields) {
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
    answer.fields.insert_or_assign(std::move(name), std::move(value));
  }
}

Error error_of(const error_code& error, const std::string& who) {
  switch (net::trouble_of(error)) {
    case HttpTrouble::timeout:
      return {ErrorCode::timeout, who + " has not answered in time"};
    case HttpTrouble::large_head:
    case HttpTrouble::large_body:
      return {ErrorCode::malformed, who + " answers with more than we read"};
    case HttpTrouble::not_trusted:
      return {ErrorCode::unreachable,
              who + ": nobody who is trusted vouches for this server; `ca` names the file of who does"};
    case HttpTrouble::broke_off:
      return {ErrorCode::unreachable, who + " went away before its answer was whole"};
    case HttpTrouble::unanswered:
      return {ErrorCode::unreachable, who + " went away without an answer"};
    case HttpTrouble::no_http:
      return {ErrorCode::malformed, who + " does not speak HTTP: " + error.message()};
    default:
      return {ErrorCode::unreachable, who + ": " + error.message()};
  }
}

class Connection final : public RestConnection {
 public:
  Connection(const RestUrl& url, RestTls tls)
      : url_(url), tls_(std::move(tls)), client_(HttpClient::make(context_, tls_.get())) {}

  Result<RestAnswer> exchange(const Order& order) override {
    reusable_ = false;
    silent_ = true;
    const auto end = Steady::now() + order.patience;
    if (!client_->socket().is_open())
      if (auto found = look_up(order.patience); !found) return fail(found.error());
    client_->expires_after(end - Steady::now());
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
    asio::co_spawn(context_, whole(order, answer), [&trouble](const std::exception_ptr& thrown, error_code error) {
      if (thrown) std::rethrow_exception(thrown);
      trouble = error;
    });
    const std::stop_callback stopped(order.stop, [this] { asio::post(context_, [this] { client_->close(); }); });
    context_.run();
    return trouble;
  }

  HttpClient::Step whole(const Order& order, RestAnswer& answer) {
    error_code error;
    if (!client_->socket().is_open()) error = co_await open();
    if (!error) error = co_await talk(order, answer);
    co_return error;
  }

  HttpClient::Step open() {
    error_code error = co_await client_->connect(addresses_);
    if (error) co_return error;
    watch_over(client_->socket());
    error = co_await client_->shake_hands(url_.host);
    co_return error;
  }

  HttpClient::Step talk(const Order& order, RestAnswer& answer) {
    const auto ask = ask_of(order.request, url_);
    net::HttpAnswerHead head;
    error_code error = co_await client_->ask(ask);
    if (!error) error = co_await client_->read_head(head, kMostHead);
    if (error) co_return error;
    silent_ = false;
    take_head(head, answer);
    if (order.part && answer.status == 200)
      error = co_await listen(*order.part);
    else
      error = co_await client_->read_body(answer.body, order.most_body);
    reusable_ = !error && client_->done() && client_->keep_alive();
    co_return error;
  }

  HttpClient::Step listen(const RestClient::Part& part) {
    std::array<char, kAtOnce> octets;
    bool wanted = part({});
    while (wanted && !client_->done()) {
      std::size_t got = 0;
      const error_code error = co_await client_->read_some(octets, got);
      if (error) co_return error;
      if (got > 0) wanted = part({octets.data(), got});
    }
    co_return error_code();
  }

  const RestUrl& url_;
  const RestTls tls_;
  asio::io_context context_{1};
  const std::unique_ptr<HttpClient> client_;
  std::vector<Tcp::endpoint> addresses_;
  bool reusable_ = false, silent_ = true;
};

}  // namespace

std::unique_ptr<RestConnection> RestConnection::make(const RestUrl& url, RestTls tls) {
  return std::make_unique<Connection>(url, std::move(tls));
}

}  // namespace harbinger::provision
