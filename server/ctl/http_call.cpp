#include "server/ctl/http_call.h"

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>
#include <nlohmann/json.hpp>

#include "server/ctl/tls_client.h"

namespace harbinger::ctl {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using Request = http::request<http::string_body>;

struct Url {
  bool secure = false;
  std::string authority, host, port, path;
};

// Takes the scheme away; false for others.
bool take_scheme(std::string_view& text, Url& url) {
  url.secure = text.starts_with("https://");
  url.port = url.secure ? "443" : "80";
  const std::string_view scheme = url.secure ? "https://" : "http://";
  if (!text.starts_with(scheme)) return false;
  text.remove_prefix(scheme.size());
  return true;
}

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  if (!take_scheme(text, url)) return std::nullopt;
  const auto slash = std::min(text.find('/'), text.size());
  auto authority = text.substr(0, slash);
  url.authority = authority;
  url.path = text.substr(slash);
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

asio::awaitable<void> connect(beast::tcp_stream& stream, const Url& url) {
  asio::ip::tcp::resolver resolver(stream.get_executor());
  const auto addresses = co_await resolver.async_resolve(url.host, url.port, asio::use_awaitable);
  co_await stream.async_connect(addresses, asio::use_awaitable);
}

template <class Stream>
asio::awaitable<HttpAnswer> talk(Stream& stream, const Request& request) {
  co_await http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(16u << 20);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  co_return HttpAnswer{parser.get().result_int(), std::move(parser.get().body())};
}

asio::awaitable<HttpAnswer> exchange(const Url& url, const Request& request) {
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  co_await connect(stream, url);
  auto answer = co_await talk(stream, request);
  co_return answer;
}

asio::awaitable<HttpAnswer> exchange_secured(const Url& url, const Request& request, TlsClient& tls) {
  beast::tcp_stream plain(co_await asio::this_coro::executor);
  co_await connect(plain, url);
  auto stream = tls.stream(plain, url.host);
  co_await stream->async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
  auto answer = co_await talk(*stream, request);
  co_return answer;
}

// A server that is not who it should be is told apart from one that is not there.
std::string words_of(const boost::system::error_code& error) {
  const bool doubted = error.category() == asio::error::get_ssl_category() &&
                       ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  return doubted ? "nobody who is trusted vouches for this server (--ca names who does)" : error.message();
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

std::string sentence_in(const std::string& body) {
  const auto object = nlohmann::json::parse(body, nullptr, false);
  const auto found = object.is_object() ? object.find("error") : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

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
  auto tls = TlsClient::make(call.tls);
  if (!tls) return fail(tls.error());
  const auto request = request_of(call, *url);
  asio::io_context context;
  std::optional<HttpAnswer> answer;
  boost::system::error_code trouble;
  asio::co_spawn(context, url->secure ? exchange_secured(*url, request, *tls) : exchange(*url, request),
                 [&](const std::exception_ptr& error, HttpAnswer got) {
                   if (!error) answer = std::move(got);
                   try {
                     if (error) std::rethrow_exception(error);
                   } catch (const boost::system::system_error& caught) {
                     trouble = caught.code();
                   }
                 });
  context.run_for(patience);
  if (trouble == http::error::body_limit) return fail(ErrorCode::too_large, call.base + ": an answer over 16 MiB");
  if (trouble) return fail(ErrorCode::unreachable, call.base + ": " + words_of(trouble));
  if (!answer)
    return fail(ErrorCode::timeout, call.base + " has not answered within " + std::to_string(patience.count()) + " ms");
  return std::move(*answer);
}

}  // namespace harbinger::ctl
