#include "edge/cache_exchange.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/error.hpp>

#include "edge/fetch_verdict.h"
#include "net/asio_address.h"
#include "net/http_client.h"

namespace harbinger::edge {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using net::HttpClient;
using Tcp = HttpClient::Tcp;

constexpr std::uint32_t kMostHead = 32 << 10;
constexpr std::size_t kAtOnce = 64 << 10;           // octets of a body
constexpr std::uint64_t kWorthDraining = 64 << 10;  // of a body that nobody wants, to keep its connection
constexpr double kLeastRate = 8 << 10;  // octets per second, once a response has had the patience three times

ResponseHead head_of(const net::HttpAnswerHead& told) {
  ResponseHead head{.status = told.status, .length = told.length};
  head.cache_control = told.joined("Cache-Control");
  head.age = told.joined("Age");
  head.expires = told.joined("Expires");
  head.date = told.joined("Date");
  head.content_range = told.joined("Content-Range");
  head.retry_after = told.joined("Retry-After");
  head.vary = told.joined("Vary");
  head.cache_status = told.joined("Cache-Status");
  head.x_cache_status = told.joined("X-Cache-Status");
  if (head.x_cache_status.empty()) head.x_cache_status = told.joined("X-Cache");
  head.x_varnish = told.joined("X-Varnish");
  head.sets_cookie = told.has("Set-Cookie");
  return head;
}

net::HttpAsk ask_of(const FetchTarget& target, const std::string& accept_encoding) {
  net::HttpAsk ask{
      .target = target.path,
      .host = target.host,
      .fields = {
          {"User-Agent", "harbinger-edge"}, {"Accept", "*/*"}, {"Sec-Purpose", "prefetch"}, {"Purpose", "prefetch"}}};
  if (target.range)
    ask.set("Range", target.range_field());
  else if (!accept_encoding.empty())
    ask.set("Accept-Encoding", accept_encoding);
  return ask;
}

bool never_began(const error_code& error) {
  return net::trouble_of(error) == net::HttpTrouble::unanswered || error == asio::error::connection_reset ||
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
      : settings_(settings), clock_(clock), client_(HttpClient::make(context)) {}

  asio::awaitable<bool> connect(FetchEnd& end) {
    client_->expires_after(settings_.patience);
    const std::vector places{net::to_endpoint<Tcp>(settings_.cache)};
    const error_code error = co_await client_->connect(places);
    if (error) {
      fail_with(end, FetchEnd::Trouble::cache, "the cache cannot be reached: " + error.message());
      co_return false;
    }
    error_code ignored;
    client_->socket().set_option(Tcp::no_delay(true), ignored);
    co_return true;
  }

  /// False when the cache has closed before it answered anything.
  asio::awaitable<bool> exchange(const FetchOrder& order, FetchEnd& end) {
    began_ = clock_.now();
    reusable_ = false;
    const auto ask = ask_of(order.target, settings_.accept_encoding);
    client_->expires_after(settings_.patience);
    error_code error = co_await client_->ask(ask);
    net::HttpAnswerHead head;
    if (!error) error = co_await client_->read_final_head(head, kMostHead);
    end.first_byte = end.took = clock_.now() - began_;
    if (error) {
      fail_with(end, FetchEnd::Trouble::origin, "no response: " + error.message());
      co_return !never_began(error);
    }
    const FetchVerdict verdict = judge(head_of(head), order.target.range, clock_.calendar());
    take(verdict, end);
    co_await read_body(head, verdict, end);
    end.took = clock_.now() - began_;
    co_return true;
  }

  bool reusable() const { return reusable_; }

 private:
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

  asio::awaitable<void> read_body(const net::HttpAnswerHead& head, const FetchVerdict& verdict, FetchEnd& end) {
    const bool wanted = end.outcome == JobDone::Outcome::fetched || end.outcome == JobDone::Outcome::cached;
    const std::uint64_t most = wanted ? settings_.most_bytes : kWorthDraining;
    const std::uint64_t enough = verdict.enough > 0 ? std::min(verdict.enough, most) : most;
    if (!wanted && head.length.value_or(0) > most) co_return;
    error_code error;
    while (!error && !client_->done() && end.bytes < enough && !drips(end.bytes)) {
      const std::size_t room = std::min<std::uint64_t>(octets_.size(), enough - end.bytes);
      std::size_t got = 0;
      client_->expires_after(settings_.patience);
      error = co_await client_->read_some({octets_.data(), room}, got);
      end.bytes += got;
    }
    if (wanted) conclude(verdict, error, end);
    end.whole = end.whole && client_->done();
    reusable_ = !error && client_->done() && client_->keep_alive();
  }

  void conclude(const FetchVerdict& verdict, const error_code& error, FetchEnd& end) const {
    const bool all = client_->done();
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
  const std::unique_ptr<HttpClient> client_;
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
