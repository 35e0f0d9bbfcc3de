#include "net/http_rules.h"

#include <algorithm>
#include <array>
#include <ctime>

#include <boost/beast/http/error.hpp>

namespace harbinger::net {

namespace http = boost::beast::http;

namespace {

// RFC 9110 sec. 5.6.7. Not strftime: that follows the locale.
std::string http_date(std::time_t time) {
  static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm at{};
  gmtime_r(&time, &at);
  std::array<char, 64> text;
  const int size = std::snprintf(
      text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", kDays[static_cast<std::size_t>(at.tm_wday)],
      at.tm_mday, kMonths[static_cast<std::size_t>(at.tm_mon)], at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

HttpAnswer to_answer(HttpResponse response, bool keep_alive) {
  HttpAnswer answer;
  answer.version(11);
  answer.result(response.status);
  answer.set(http::field::date, http_date(std::time(nullptr)));
  answer.set(http::field::content_type, response.content_type);
  answer.set(http::field::cache_control, "no-store");
  answer.set("X-Content-Type-Options", "nosniff");
  answer.keep_alive(keep_alive);
  answer.body() = std::move(response.body);
  answer.prepare_payload();
  return answer;
}

HttpAnswer complaint(unsigned status, std::string text, bool keep_alive = false) {
  return to_answer({status, std::move(text) + "\n"}, keep_alive);
}

// RFC 9112 sec. 3.2: exactly one Host from a client of HTTP/1.1.
bool host_is_right(const HttpHead& head) {
  const auto hosts = head.count(http::field::host);
  return head.version() >= 11 ? hosts == 1 : hosts <= 1;
}

std::string_view target_of(const HttpHead& head) { return {head.target().data(), head.target().size()}; }

// RFC 9112 sec. 3.2.2: a server accepts the absolute form too.
std::string_view without_authority(std::string_view target) {
  constexpr std::string_view kScheme = "http://";
  if (!target.starts_with(kScheme)) return target;
  const auto path = target.find('/', kScheme.size());
  return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

HttpRequest request_of(const HttpHead& head) {
  const auto target = without_authority(target_of(head));
  const auto accept = head[http::field::accept];
  const auto mark = target.find('?');
  HttpRequest request{target.substr(0, mark), {}, {accept.data(), accept.size()}};
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
  return request;
}

// The length of the body that a GET would have had, and none of its octets (RFC 9110 sec. 9.3.2).
HttpAnswer without_body(HttpAnswer answer) {
  answer.content_length(answer.body().size());
  answer.body().clear();
  return answer;
}

HttpAnswer answer_with_body(const HttpHead& head, HttpManner manner, const HttpRoutes& routes) {
  if (!host_is_right(head)) return complaint(400, "exactly one Host field is needed");
  // Nobody sends 100: whoever waits for it shall hear at once that there will be none.
  if (head.count(http::field::expect) != 0) return complaint(417, "expectations are not supported");

  const bool keep_alive = manner.keep_alive && !manner.has_body;
  const auto request = request_of(head);
  if (!request.path.starts_with('/')) return complaint(400, "the request's target must begin with '/'");
  if (!routes.knows(request.path)) return complaint(404, "there is nothing at this path", keep_alive);

  if (head.method() == http::verb::unknown) return complaint(501, "unknown method", keep_alive);
  if (head.method() != http::verb::get && head.method() != http::verb::head) {
    auto answer = complaint(405, "only GET and HEAD are answered", keep_alive);
    answer.set(http::field::allow, "GET, HEAD");
    return answer;
  }
  if (manner.has_body) return complaint(413, "a request without a body is expected");

  auto response = routes.ask(request);
  if (!response) return complaint(404, "there is nothing at this path", keep_alive);
  return to_answer(std::move(*response), keep_alive);
}

}  // namespace

HttpAnswer answer_http(const HttpHead& head, HttpManner manner, const HttpRoutes& routes) {
  auto answer = answer_with_body(head, manner, routes);
  return head.method() == http::verb::head ? without_body(std::move(answer)) : answer;
}

HttpAnswer answer_bad_http(boost::beast::error_code error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return complaint(431, "the head of a request may have 8192 octets");
  if (error == http::error::body_limit) return complaint(413, "a request without a body is expected");
  if (error == http::error::bad_version) return complaint(505, "HTTP/1.1 is spoken here");
  return complaint(400, "this is not an HTTP request: " + error.message());
}

}  // namespace harbinger::net
