#include "edge/cache_exchange.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "edge/fetch_verdict.h"
#include "net/asio_address.h"

namespace harbinger::edge {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Parser = http::response_parser<http::buffer_body>;

constexpr std::uint32_t kMostHead = 32 << 10;
constexpr std::size_t kAtOnce = 64 << 10;           // octets of a body
constexpr std::uint64_t kWorthDraining = 64 << 10;  // of a body that nobody wants, to keep its connection
constexpr int kMostInterim = 8;                     // responses of 1xx before the real one
constexpr double kLeastRate = 8 << 10;  // octets per second, once a response has had the patience three times

std::string joined(const Parser::value_type& head, std::string_view name) {
  std::string all;
  const auto [first, last] = head.equal_range({name.data(), name.size()});
  for (auto each = first; each != last; ++each) {
    if (!all.empty()) all += ", ";
    all.append(each->value().data(), each->value().size());
  }
  return all;
}

ResponseHead head_of(const Parser& parser) {
  const auto& message = parser.get();
  ResponseHead head{.status = message.result_int()};
  if (const auto length = parser.content_length()) head.length = *length;
  head.cache_control = joined(message, "Cache-Control");
  head.age = joined(message, "Age");
  head.expires = joined(message, "Expires");
  head.date = joined(message, "Date");
  head.content_range = joined(message, "Content-Range");
  head.retry_after = joined(message, "Retry-After");
  head.vary = joined(message, "Vary");
  head.cache_status = joined(message, "Cache-Status");
  head.x_cache_status = joined(message, "X-Cache-Status");
  if (head.x_cache_status.empty()) head.x_cache_status = joined(message, "X-Cache");
  head.x_varnish = joined(message, "X-Varnish");
  head.sets_cookie = message.count("Set-Cookie") > 0;
  return head;
}

http::request<http::empty_body> request_of(const FetchTarget& target, const std::string& accept_encoding) {
  http::request<http::empty_body> request{http::verb::get, target.path, 11};
  request.set(http::field::host, target.host);
  request.set(http::field::user_agent, "harbinger-edge");
  request.set(http::field::accept, "*/*");
  request.set("Sec-Purpose", "prefetch");
  request.set("Purpose", "prefetch");
  if (target.range)
    request.set(http::field::range, target.range_field());
  else if (!accept_encoding.empty())
    request.set(http::field::accept_encoding, accept_encoding);
  return request;
}

bool never_began(const error_code& error) {
  return error == http::error::end_of_stream || error == asio::error::connection_reset ||
         error == asio::error::broken_pipe || error == asio::error::eof || error == asio::error::not_connected;
}

void fail_with(FetchEnd& end, FetchEnd::Trouble whose, std::string why) {
  end.outcome = JobDone::Outcome::failed;
  end.trouble = whose;
  end.why = std::move(why);
}

}  // namespace

class CacheConnections::Connection {
 public:
  Connection(asio::io_context& context, const Settings& settings, const Clock& clock)
      : settings_(settings), clock_(clock), stream_(context) {}

  asio::awaitable<bool> connect(FetchEnd& end) {
    error_code error;
    stream_.expires_after(settings_.patience);
    co_await stream_.async_connect(net::to_endpoint<Tcp>(settings_.cache),
                                   asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      fail_with(end, FetchEnd::Trouble::cache, "the cache cannot be reached: " + error.message());
      co_return false;
    }
    error_code ignored;
    stream_.socket().set_option(Tcp::no_delay(true), ignored);
    co_return true;
  }

  /// False when the cache has closed before it answered anything.
  asio::awaitable<bool> exchange(const FetchOrder& order, FetchEnd& end) {
    began_ = clock_.now();
    reusable_ = false;
    const auto request = request_of(order.target, settings_.accept_encoding);
    error_code error;
    stream_.expires_after(settings_.patience);
    co_await http::async_write(stream_, request, asio::redirect_error(asio::use_awaitable, error));
    std::optional<Parser> parser;
    if (!error) co_await read_head(parser, error);
    end.first_byte = end.took = clock_.now() - began_;
    if (error) {
      fail_with(end, FetchEnd::Trouble::origin, "no response: " + error.message());
      co_return !never_began(error);
    }
    const FetchVerdict verdict = judge(head_of(*parser), order.target.range, clock_.calendar());
    take(verdict, end);
    co_await read_body(*parser, verdict, end);
    end.took = clock_.now() - began_;
    co_return true;
  }

  bool reusable() const { return reusable_; }

 private:
  // Interim responses are skipped; who sends nothing else is stopped.
  asio::awaitable<void> read_head(std::optional<Parser>& parser, error_code& error) {
    for (int interim = 0; interim <= kMostInterim; ++interim) {
      parser.emplace();
      parser->header_limit(kMostHead);
      parser->body_limit(boost::none);
      co_await http::async_read_header(stream_, buffer_, *parser, asio::redirect_error(asio::use_awaitable, error));
      if (error || parser->get().result_int() / 100 != 1 || parser->get().result_int() == 101) co_return;
    }
    error = http::error::bad_status;
  }

  static void take(const FetchVerdict& verdict, FetchEnd& end) {
    end.outcome = verdict.outcome;
    end.trouble = verdict.origin_in_trouble ? FetchEnd::Trouble::origin : FetchEnd::Trouble::none;
    end.pause = verdict.pause;
    end.ignored_range = verdict.ignored_range;
    end.gave_range = verdict.gave_range;
    end.whole_bytes = verdict.whole_bytes;
    end.fresh_for = verdict.fresh_for;
    end.why = verdict.why;
  }

  asio::awaitable<void> read_body(Parser& parser, const FetchVerdict& verdict, FetchEnd& end) {
    const bool wanted = end.outcome == JobDone::Outcome::fetched || end.outcome == JobDone::Outcome::cached;
    const std::uint64_t most = wanted ? settings_.most_bytes : kWorthDraining;
    const std::uint64_t enough = verdict.enough > 0 ? std::min(verdict.enough, most) : most;
    if (!wanted && parser.content_length().value_or(0) > most) co_return;
    error_code error;
    while (!parser.is_done() && end.bytes < enough && !drips(end.bytes)) {
      const std::size_t room = std::min<std::uint64_t>(octets_.size(), enough - end.bytes);
      parser.get().body().data = octets_.data();
      parser.get().body().size = room;
      stream_.expires_after(settings_.patience);
      co_await http::async_read_some(stream_, buffer_, parser, asio::redirect_error(asio::use_awaitable, error));
      end.bytes += room - parser.get().body().size;
      if (error && error != http::error::need_buffer) break;
      error = {};
    }
    if (wanted) conclude(parser, verdict, error, end);
    end.whole = end.whole && parser.is_done();
    reusable_ = !error && parser.is_done() && parser.get().keep_alive();
  }

  void conclude(const Parser& parser, const FetchVerdict& verdict, const error_code& error, FetchEnd& end) const {
    const bool all = parser.is_done();
    end.whole = all && !verdict.gave_range;
    if (all || (verdict.enough > 0 && end.bytes >= verdict.enough)) return;
    const std::string after = " after " + std::to_string(end.bytes) + " octets";
    if (error)
      return fail_with(end, FetchEnd::Trouble::origin, "the response broke off" + after + ": " + error.message());
    if (end.bytes < settings_.most_bytes)
      return fail_with(end, FetchEnd::Trouble::origin, "the response was too slow, and left" + after);
    end.outcome = JobDone::Outcome::refused;
    end.why = "it is larger than allowed, and was left" + after;
  }

  bool drips(std::uint64_t bytes) const {
    const Duration took = clock_.now() - began_;
    const double seconds = static_cast<double>(took.count()) / 1e9;
    return took > 3 * Duration(settings_.patience) && static_cast<double>(bytes) < kLeastRate * seconds;
  }

  const Settings& settings_;
  const Clock& clock_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{kMostHead + kAtOnce};
  std::array<char, kAtOnce> octets_{};
  MonotonicTime began_{};
  bool reusable_ = false;
};

CacheConnections::CacheConnections(asio::io_context& context, Settings settings, const Clock& clock)
    : context_(context), settings_(std::move(settings)), clock_(clock) {}
CacheConnections::~CacheConnections() = default;

std::unique_ptr<CacheConnections::Connection> CacheConnections::take_idle() {
  if (idle_.empty()) return nullptr;
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void CacheConnections::keep(std::unique_ptr<Connection> connection) {
  if (connection->reusable() && idle_.size() < settings_.kept) idle_.push_back(std::move(connection));
}

asio::awaitable<FetchEnd> CacheConnections::fetch(FetchOrder order) {
  for (;;) {
    FetchEnd end;
    auto connection = take_idle();
    const bool used_before = connection != nullptr;
    if (!connection) {
      connection = std::make_unique<Connection>(context_, settings_, clock_);
      const bool connected = co_await connection->connect(end);
      if (!connected) co_return end;
    }
    const bool answered = co_await connection->exchange(order, end);
    // A connection that was closed while nobody used it says nothing of the cache.
    if (!answered && used_before) continue;
    keep(std::move(connection));
    co_return end;
  }
}

}  // namespace harbinger::edge
