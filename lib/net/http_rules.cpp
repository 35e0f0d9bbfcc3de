#include "net/http_rules.h"

#include <algorithm>
#include <array>
#include <ctime>

#include <boost/beast/core/string.hpp>
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

// Without a body there is nothing that has a type (RFC 9110 sec. 15.3.5: nor a length).
bool bodiless(unsigned status) { return status == 204 || status == 304; }

HttpAnswer to_answer(HttpResponse response, bool keep_alive) {
  HttpAnswer answer;
  answer.version(11);
  answer.result(response.status);
  answer.set(http::field::date, http_date(std::time(nullptr)));
  if (!bodiless(response.status)) answer.set(http::field::content_type, response.content_type);
  answer.set(http::field::cache_control, "no-store");
  answer.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.fields) answer.set(name, value);
  answer.keep_alive(keep_alive);
  if (bodiless(response.status)) return answer;
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
  const std::string_view scheme = target.starts_with("https://") ? "https://" : "http://";
  if (!target.starts_with(scheme)) return target;
  const auto path = target.find('/', scheme.size());
  return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

std::string_view path_of(const HttpHead& head) {
  const auto target = without_authority(target_of(head));
  return target.substr(0, target.find('?'));
}

std::string_view query_of(const HttpHead& head) {
  const auto target = target_of(head);
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
}

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::optional<HttpMethod> method_of(const HttpHead& head) {
  switch (head.method()) {
    case http::verb::get:
      return HttpMethod::get;
    case http::verb::head:
      return HttpMethod::head;
    case http::verb::post:
      return HttpMethod::post;
    case http::verb::options:
      return HttpMethod::options;
    case http::verb::put:
      return HttpMethod::put;
    case http::verb::delete_:
      return HttpMethod::remove;
    default:
      return std::nullopt;
  }
}

std::string allowed_by(const HttpMethods& methods) {
  std::string words = methods.get ? "GET, HEAD" : "";
  const auto add = [&](bool taken, std::string_view word) {
    if (taken) (words += words.empty() ? "" : ", ") += word;
  };
  add(methods.most_body != 0, "POST");
  add(methods.most_put != 0, "PUT");
  add(methods.remove, "DELETE");
  add(methods.options, "OPTIONS");
  return words;
}

// The length of the body that a GET would have had, and none of its octets (RFC 9110 sec. 9.3.2).
HttpAnswer without_body(HttpAnswer answer) {
  answer.content_length(answer.body().size());
  answer.body().clear();
  return answer;
}

HttpAnswer wrong_method(const HttpMethods& methods, bool keep_alive) {
  const auto words = allowed_by(methods);
  const auto last = words.rfind(", ");
  auto answer = complaint(405,
                          last == std::string::npos
                              ? "only " + words + " is answered"
                              : "only " + words.substr(0, last) + " and " + words.substr(last + 2) + " are answered",
                          keep_alive);
  answer.set(http::field::allow, words);
  return answer;
}

bool is_word(boost::beast::string_view text, boost::beast::string_view word) {
  return boost::beast::iequals(text, word);
}

// RFC 9112 sec. 6.1: a coding that is not understood leaves open where the request ends.
bool coding_is_right(const HttpHead& head) {
  const auto codings = head.count(http::field::transfer_encoding);
  return codings == 0 || (codings == 1 && is_word(head[http::field::transfer_encoding], "chunked"));
}

std::optional<HttpAnswer> refuse_head(const HttpHead& head) {
  if (!host_is_right(head)) return complaint(400, "exactly one Host field is needed");
  if (!path_of(head).starts_with('/')) return complaint(400, "the request's target must begin with '/'");
  if (!coding_is_right(head)) return complaint(501, "of transfer codings, only chunked is understood");
  return std::nullopt;
}

// RFC 9110 sec. 10.1.1. Without a body there is nothing to go on with.
bool expects_continue(const HttpHead& head) { return is_word(head[http::field::expect], "100-continue"); }

HttpStep meet_body(const HttpHead& head, const HttpManner& manner, std::size_t most) {
  if (head.count(http::field::expect) != 0 && !expects_continue(head))
    return {complaint(417, "of expectations, only 100-continue is supported")};
  if (!manner.has_body && !manner.length) return {complaint(411, "a Content-Length is needed")};
  if (manner.length && *manner.length > most)
    return {complaint(413, "a body may have " + std::to_string(most) + " octets")};
  return {std::nullopt, most, expects_continue(head) && head.version() >= 11};
}

HttpStep meet_right_head(const HttpHead& head, const HttpManner& manner, const HttpPeer& peer,
                         const HttpRoutes& routes) {
  const bool keep_alive = manner.keep_alive && !manner.has_body;
  const auto methods = routes.methods_of(path_of(head));
  if (!methods) return {complaint(404, "there is nothing at this path", keep_alive)};
  if (head.method() == http::verb::unknown) return {complaint(501, "unknown method", keep_alive)};
  const auto method = method_of(head);
  if (!method || !takes(*methods, *method)) return {wrong_method(*methods, keep_alive)};
  if (*method == HttpMethod::post) return meet_body(head, manner, methods->most_body);
  if (*method == HttpMethod::put) return meet_body(head, manner, methods->most_put);
  if (manner.has_body) return {complaint(413, "a request without a body is expected")};
  // Nobody sends 100: whoever waits for it shall hear at once that there will be none.
  if (head.count(http::field::expect) != 0) return {complaint(417, "a request without a body expects nothing")};
  return {answer_http(head, {}, keep_alive, peer, routes)};
}

}  // namespace

HttpStep meet_http_head(const HttpHead& head, HttpManner manner, const HttpPeer& peer, const HttpRoutes& routes) {
  auto refusal = refuse_head(head);
  auto step = refusal ? HttpStep{std::move(refusal)} : meet_right_head(head, manner, peer, routes);
  if (step.answer && head.method() == http::verb::head) step.answer = without_body(std::move(*step.answer));
  return step;
}

HttpAnswer answer_http(const HttpHead& head, std::string_view body, bool keep_alive, const HttpPeer& peer,
                       const HttpRoutes& routes) {
  std::vector<HttpField> fields;
  for (const auto& field : head) fields.push_back({view(field.name_string()), view(field.value())});
  const HttpRequest request{.path = path_of(head),
                            .query = query_of(head),
                            .accept = view(head[http::field::accept]),
                            .method = method_of(head).value_or(HttpMethod::get),
                            .body = body,
                            .peer = peer.address,
                            .fields = fields,
                            .certificate = peer.certificate};
  auto response = routes.ask(request);
  if (!response) return complaint(404, "there is nothing at this path", keep_alive);
  return to_answer(std::move(*response), keep_alive);
}

HttpAnswer answer_bad_http(boost::beast::error_code error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return complaint(431, "the head of a request may have 8192 octets");
  if (error == http::error::body_limit) return complaint(413, "the body is longer than this path takes");
  if (error == http::error::bad_version) return complaint(505, "HTTP/1.1 is spoken here");
  return complaint(400, "this is not an HTTP request: " + error.message());
}

}  // namespace harbinger::net
