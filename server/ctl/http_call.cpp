#include "server/ctl/http_call.h"

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>

namespace harbinger::ctl {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using Request = http::request<http::string_body>;

struct Url {
  std::string authority, host, port = "80", path;
};

std::optional<Url> parse_url(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  if (!text.starts_with(kScheme)) return std::nullopt;
  text.remove_prefix(kScheme.size());
  const auto slash = std::min(text.find('/'), text.size());
  auto authority = text.substr(0, slash);
  Url url{.authority = std::string(authority), .host = {}, .path = std::string(text.substr(slash))};
  while (url.path.ends_with('/')) url.path.pop_back();

  // `[::1]:9153` has colons of its own.
  const auto colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    url.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[') && authority.ends_with(']')) authority = authority.substr(1, authority.size() - 2);
  url.host = authority;
  if (url.host.empty() || url.port.empty() || url.port.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return url;
}

asio::awaitable<HttpAnswer> exchange(const Url& url, const Request& request) {
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::resolver resolver(executor);
  const auto addresses = co_await resolver.async_resolve(url.host, url.port, asio::use_awaitable);
  beast::tcp_stream stream(executor);
  co_await stream.async_connect(addresses, asio::use_awaitable);
  co_await http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(16u << 20);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  co_return HttpAnswer{parser.get().result_int(), std::move(parser.get().body())};
}

Request request_of(const HttpCall& call, const Url& url) {
  Request request{call.json ? http::verb::post : http::verb::get, url.path + call.target, 11};
  request.set(http::field::host, url.authority);
  request.set(http::field::accept, call.accept);
  request.set(http::field::connection, "close");
  if (!call.token.empty()) request.set(http::field::authorization, "Bearer " + call.token);
  if (!call.json) return request;
  request.set(http::field::content_type, "application/json");
  request.body() = *call.json;
  request.prepare_payload();
  return request;
}

}  // namespace

std::string url_escaped(std::string_view value) {
  constexpr std::string_view kDigits = "0123456789ABCDEF", kPlain = "-._~";
  std::string text;
  for (const char c : value) {
    const auto octet = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kPlain.find(c) != std::string_view::npos;
    if (plain)
      text += c;
    else
      text += {'%', kDigits[octet >> 4], kDigits[octet & 15]};
  }
  return text;
}

Result<HttpAnswer> http_call(const HttpCall& call, std::chrono::milliseconds patience) {
  const auto url = parse_url(call.base);
  if (!url) return fail(ErrorCode::malformed, "'" + call.base + "' is no URL: write http://127.0.0.1:9153");
  const auto request = request_of(call, *url);
  asio::io_context context;
  std::optional<HttpAnswer> answer;
  boost::system::error_code trouble;
  asio::co_spawn(context, exchange(*url, request), [&](const std::exception_ptr& error, HttpAnswer got) {
    if (!error) answer = std::move(got);
    try {
      if (error) std::rethrow_exception(error);
    } catch (const boost::system::system_error& caught) {
      trouble = caught.code();
    }
  });
  context.run_for(patience);
  if (trouble == http::error::body_limit) return fail(ErrorCode::too_large, call.base + ": an answer over 16 MiB");
  if (trouble) return fail(ErrorCode::unreachable, call.base + ": " + trouble.message());
  if (!answer)
    return fail(ErrorCode::timeout, call.base + " has not answered within " + std::to_string(patience.count()) + " ms");
  return std::move(*answer);
}

}  // namespace harbinger::ctl
