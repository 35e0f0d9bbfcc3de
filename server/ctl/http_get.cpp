#include "server/ctl/http_get.h"

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>

#include <optional>

namespace harbinger::ctl {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

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

asio::awaitable<HttpAnswer> get(const Url& url, const http::request<http::empty_body>& request) {
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

Result<HttpAnswer> http_get(std::string_view base, std::string_view target, std::string_view accept,
                            std::chrono::milliseconds patience) {
  const auto url = parse_url(base);
  if (!url) return fail(ErrorCode::malformed, "'" + std::string(base) + "' is no URL: write http://127.0.0.1:9153");
  http::request<http::empty_body> request{http::verb::get, url->path + std::string(target), 11};
  request.set(http::field::host, url->host + ':' + url->port);
  request.set(http::field::accept, std::string(accept));
  request.set(http::field::connection, "close");

  asio::io_context context;
  std::optional<HttpAnswer> answer;
  boost::system::error_code trouble;
  asio::co_spawn(context, get(*url, request), [&](const std::exception_ptr& error, HttpAnswer got) {
    if (!error) answer = std::move(got);
    try {
      if (error) std::rethrow_exception(error);
    } catch (const boost::system::system_error& caught) {
      trouble = caught.code();
    }
  });
  context.run_for(patience);
  if (trouble == http::error::body_limit)
    return fail(ErrorCode::too_large, std::string(base) + ": an answer over 16 MiB");
  if (trouble) return fail(ErrorCode::unreachable, std::string(base) + ": " + trouble.message());
  if (!answer)
    return fail(ErrorCode::timeout,
                std::string(base) + " has not answered within " + std::to_string(patience.count()) + " ms");
  return std::move(*answer);
}

}  // namespace harbinger::ctl
