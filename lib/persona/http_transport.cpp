#include <harbinger/reporter.h>

#include <optional>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include "persona/http_report.h"

namespace harbinger {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

// The endpoint takes 64 KiB.
constexpr std::size_t kMostBody = 60'000;
constexpr std::uint64_t kMostAnswer = 64 << 10;

struct Url {
  std::string host, port = "80", path;
};

std::optional<Url> parse_url(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  if (!text.starts_with(kScheme)) return std::nullopt;
  text.remove_prefix(kScheme.size());
  const auto slash = std::min(text.find('/'), text.size());
  auto authority = text.substr(0, slash);
  Url url{.host = {}, .path = std::string(text.substr(slash))};
  // `[::1]:8053` has colons of its own.
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    url.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']')) authority = authority.substr(1, authority.size() - 2);
  url.host = authority;
  const bool digits = url.port.find_first_not_of("0123456789") == std::string::npos;
  if (url.host.empty() || url.path.empty() || url.port.empty() || !digits) return std::nullopt;
  return url;
}

struct Answer {
  unsigned status = 0;
  std::string body;
};

asio::awaitable<Answer> post(const Url& url, const http::request<http::string_body>& request) {
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::resolver resolver(executor);
  const auto addresses = co_await resolver.async_resolve(url.host, url.port, asio::use_awaitable);
  beast::tcp_stream stream(executor);
  co_await stream.async_connect(addresses, asio::use_awaitable);
  co_await http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMostAnswer);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  co_return Answer{parser.get().result_int(), std::move(parser.get().body())};
}

class Poster {
 public:
  Poster(Url url, const HttpReport& report) : url_(std::move(url)), report_(report) {}

  Result<PersonaEngine::Receipt> send(std::span<const BehaviourEvent> events) const {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    PersonaEngine::Receipt all;
    for (const auto& body : persona::report_bodies(
             events, std::chrono::duration_cast<std::chrono::milliseconds>(now).count(), kMostBody)) {
      const auto receipt = send(body);
      if (!receipt) return fail(receipt.error());
      all.taken += receipt->taken;
      all.rejected += receipt->rejected;
      all.shed += receipt->shed;
    }
    return all;
  }

 private:
  Result<PersonaEngine::Receipt> send(const persona::ReportBody& body) const {
    http::request<http::string_body> request{http::verb::post, url_.path, 11};
    request.set(http::field::host, url_.host + ':' + url_.port);
    request.set(http::field::content_type, "application/json");
    request.set(http::field::connection, "close");
    if (!report_.token.empty()) request.set(http::field::authorization, "Bearer " + report_.token);
    request.body() = body.text;
    request.prepare_payload();
    const auto answer = wait_for(request);
    if (!answer) return fail(answer.error());
    return persona::read_receipt(answer->status, answer->body, body.events);
  }

  Result<Answer> wait_for(const http::request<http::string_body>& request) const {
    asio::io_context context;
    std::optional<Answer> answer;
    std::string trouble;
    asio::co_spawn(context, post(url_, request), [&](const std::exception_ptr& error, Answer got) {
      try {
        if (error) std::rethrow_exception(error);
        answer = std::move(got);
      } catch (const std::exception& caught) {
        trouble = caught.what();
      }
    });
    context.run_for(report_.patience);
    if (!trouble.empty()) return fail(ErrorCode::unreachable, report_.url + ": " + trouble);
    if (!answer) return fail(ErrorCode::timeout, report_.url + " has not answered in time");
    return std::move(*answer);
  }

  const Url url_;
  const HttpReport report_;
};

}  // namespace

Result<Reporter::Transport> report_to(const HttpReport& report) {
  auto url = parse_url(report.url);
  if (!url) return fail(ErrorCode::malformed, "`" + report.url + "` is no URL: write http://127.0.0.1:8053/v1/events");
  return
      [poster = std::make_shared<Poster>(std::move(*url), report)](
          std::span<const BehaviourEvent> events, const PersonaEngine::Reported& done) { done(poster->send(events)); };
}

}  // namespace harbinger
