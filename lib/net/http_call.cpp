#include "net/http_call.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace harbinger::net {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Tcp = HttpClient::Tcp;

class Call {
 public:
  Call(asio::io_context& context, const HttpUrl& url, const HttpAsk& ask, std::size_t most_body,
       asio::ssl::context* tls)
      : url_(url), ask_(ask), most_body_(most_body), resolver_(context), client_(HttpClient::make(context, tls)) {}

  HttpClient::Step run() {
    error_code error = co_await connect();
    if (!error) error = co_await client_->shake_hands(url_.host);
    if (!error) error = co_await client_->ask(ask_);
    if (!error) error = co_await client_->read_head(head_);
    if (!error) error = co_await client_->read_body(body_, most_body_);
    co_return error;
  }

  unsigned status() const { return head_.status; }
  std::string take_body() { return std::move(body_); }

 private:
  HttpClient::Step connect() {
    error_code error;
    const auto port = std::to_string(url_.port);
    const auto found =
        co_await resolver_.async_resolve(url_.host, port, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return error;
    const std::vector<Tcp::endpoint> places(found.begin(), found.end());
    error = co_await client_->connect(places);
    co_return error;
  }

  const HttpUrl& url_;
  const HttpAsk& ask_;
  const std::size_t most_body_;
  Tcp::resolver resolver_;
  const std::unique_ptr<HttpClient> client_;
  HttpAnswerHead head_;
  std::string body_;
};

}  // namespace

HttpOutcome http_call(const HttpUrl& url, const HttpAsk& ask, const HttpCallLimits& limits, asio::ssl::context* tls) {
  HttpOutcome outcome{.trouble = HttpTrouble::timeout};
  asio::io_context context(1);
  Call call(context, url, ask, limits.most_body, tls);
  asio::co_spawn(context, call.run(), [&](const std::exception_ptr& thrown, error_code error) {
    if (thrown) std::rethrow_exception(thrown);
    outcome = {trouble_of(error), error, call.status(), call.take_body()};
  });
  context.run_for(limits.patience);
  return outcome;
}

}  // namespace harbinger::net
