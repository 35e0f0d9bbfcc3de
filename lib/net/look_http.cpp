// A look by a request over HTTP, in the clear or over TLS. The body is never read.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ssl/context.hpp>

#include "net/http_client.h"
#include "net/look.h"

namespace harbinger::net {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::uint32_t kMostHead = 16 << 10;

// One for all looks that verify: it holds the system's authorities, which take milliseconds to read.
asio::ssl::context& verifying() {
  static asio::ssl::context context = [] {
    asio::ssl::context made(asio::ssl::context::tls_client);
    error_code ignored;  // without authorities nothing verifies, which the look tells
    made.set_default_verify_paths(ignored);
    made.set_verify_mode(asio::ssl::verify_peer);
    return made;
  }();
  return context;
}

asio::ssl::context* tls_of(const ProbeSettings& settings) {
  static asio::ssl::context lenient(asio::ssl::context::tls_client);
  if (settings.kind != ProbeSettings::Kind::https) return nullptr;
  return settings.verify_certificate ? &verifying() : &lenient;
}

class HttpLook final : public Look, public std::enable_shared_from_this<HttpLook> {
 public:
  HttpLook(asio::io_context& context, const ProbeSettings& settings, Done done)
      : settings_(settings), done_(std::move(done)), client_(HttpClient::make(context, tls_of(settings))) {}

  void begin() {
    const auto began = std::chrono::steady_clock::now();
    connect(
        client_->socket(), settings_.address, [self = shared_from_this(), began](std::optional<ProbeResult> failure) {
          if (failure) return self->finish(std::move(*failure));
          if (!self->done_) return;
          self->rtt_ms_ = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
          asio::co_spawn(self->client_->socket().get_executor(), look(self), asio::detached);
        });
  }
  void cancel() override {
    done_ = {};
    error_code ignored;
    client_->socket().close(ignored);
  }
  double connected_ms() const override { return rtt_ms_; }

 private:
  static asio::awaitable<void> look(std::shared_ptr<HttpLook> self) {
    const std::string name = self->host();
    error_code error = co_await self->client_->shake_hands(name);
    if (error) co_return self->wrong("no TLS: " + error.message());
    // RFC 3986 sec. 3.2.2: an address of IPv6 stands in brackets.
    const HttpAsk ask{.target = self->settings_.path,
                      .host = name.find(':') == std::string::npos ? name : '[' + name + ']',
                      .fields = {{"User-Agent", "harbinger-probe"}, {"Connection", "close"}}};
    error = co_await self->client_->ask(ask);
    if (error) co_return self->wrong("the request was not taken: " + error.message());
    HttpAnswerHead head;
    error = co_await self->client_->read_head(head, kMostHead);
    if (error) co_return self->wrong("no answer over HTTP: " + error.message());
    self->judge(head.status);
  }

  // A name, or an address without brackets.
  std::string host() const {
    const auto& host = settings_.host;
    if (host.empty()) return settings_.address.ip.to_string();
    return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
  }
  void judge(unsigned code) {
    const int status = static_cast<int>(code);
    if (status < settings_.status_from || status > settings_.status_to)
      return wrong("status " + std::to_string(status));
    finish({ProbeResult::Kind::ok, rtt_ms_, "status " + std::to_string(status)});
  }
  void finish(ProbeResult result) {
    if (done_) std::exchange(done_, {})(std::move(result));
  }
  void wrong(std::string why) { finish({ProbeResult::Kind::wrong, rtt_ms_, std::move(why)}); }

  const ProbeSettings settings_;
  Done done_;
  const std::unique_ptr<HttpClient> client_;
  double rtt_ms_ = 0;
};

}  // namespace

std::shared_ptr<Look> look_by_http(asio::io_context& context, const ProbeSettings& settings, Look::Done done) {
  auto look = std::make_shared<HttpLook>(context, settings, std::move(done));
  look->begin();
  return look;
}

}  // namespace harbinger::net
