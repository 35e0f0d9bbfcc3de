#include "mirror/body_check.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <openssl/evp.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "edge/fetch_verdict.h"
#include "net/asio_address.h"
#include "wire/base_codecs.h"

namespace harbinger::mirror {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Parser = http::response_parser<http::buffer_body>;

constexpr std::uint32_t kMostHead = 32 << 10;
constexpr std::size_t kAtOnce = 64 << 10;

class Hasher {
 public:
  Hasher() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    good_ = context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
  }
  void add(const void* octets, std::size_t size) {
    good_ = good_ && EVP_DigestUpdate(context_.get(), octets, size) == 1;
  }
  bool finish(Sha256& to) { return good_ && EVP_DigestFinal_ex(context_.get(), to.data(), nullptr) == 1; }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
  bool good_ = false;
};

std::string field(const Parser::value_type& head, std::string_view name) {
  const auto found = head.find({name.data(), name.size()});
  return found == head.end() ? std::string() : std::string(found->value().data(), found->value().size());
}

// As an edge's fetcher asks, so that a cache that keeps several answers gives out the one that was filled.
http::request<http::empty_body> request_of(const BodyOrder& order) {
  http::request<http::empty_body> request{http::verb::get, order.target.path, 11};
  request.set(http::field::host, order.target.host);
  request.set(http::field::user_agent, "harbinger");
  request.set(http::field::accept, "*/*");
  request.set(http::field::connection, "close");
  request.set("Sec-Purpose", "prefetch");
  request.set("Purpose", "prefetch");
  if (order.take_word) request.set("Want-Repr-Digest", "sha-256=10");
  if (!order.accept_encoding.empty()) request.set(http::field::accept_encoding, order.accept_encoding);
  return request;
}

BodyFacts::Cache cache_of(const Parser::value_type& head, std::chrono::system_clock::time_point now) {
  edge::ResponseHead told{.status = head.result_int()};
  told.age = field(head, "Age");
  told.cache_status = field(head, "Cache-Status");
  told.x_cache_status = field(head, "X-Cache-Status");
  if (told.x_cache_status.empty()) told.x_cache_status = field(head, "X-Cache");
  told.x_varnish = field(head, "X-Varnish");
  if (edge::judge(told, std::nullopt, now).outcome == edge::JobDone::Outcome::cached) return BodyFacts::Cache::hit;
  const bool tells = !told.x_cache_status.empty() || !told.cache_status.empty() || !told.x_varnish.empty();
  return tells ? BodyFacts::Cache::miss : BodyFacts::Cache::not_told;
}

class Check {
 public:
  Check(asio::io_context& context, BodyOrder order, const Clock& clock)
      : order_(std::move(order)), clock_(clock), stream_(context), octets_(kAtOnce) {}

  asio::awaitable<BodyFacts> run() {
    error_code error;
    limit();
    co_await stream_.async_connect(net::to_endpoint<Tcp>(order_.server),
                                   asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return trouble("cannot be reached: " + error.message());
    const auto request = request_of(order_);
    co_await http::async_write(stream_, request, asio::redirect_error(asio::use_awaitable, error));
    parser_.header_limit(kMostHead);
    parser_.body_limit(boost::none);
    if (!error)
      co_await http::async_read_header(stream_, buffer_, parser_, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return trouble("does not answer: " + error.message());
    take_head();
    if (facts_.good() && !facts_.digest_by_word) co_await read_body();
    co_return facts_;
  }

 private:
  // One time limit for all of it: whatever drips ends with it.
  void limit() {
    stream_.expires_after(std::max(order_.deadline - clock_.now(), Duration(std::chrono::milliseconds(1))));
  }
  BodyFacts trouble(std::string why) {
    facts_.trouble = std::move(why);
    return facts_;
  }

  void take_head() {
    const auto& head = parser_.get();
    facts_.status = head.result_int();
    facts_.coding = field(head, "Content-Encoding");
    facts_.cache = cache_of(head, clock_.calendar());
    if (const auto length = parser_.content_length()) facts_.bytes = *length;
    if (facts_.status != 200) facts_.trouble = "answers with status " + std::to_string(facts_.status);
    facts_.too_large = facts_.bytes && *facts_.bytes > order_.most_bytes;
    const auto told = order_.take_word ? read_repr_digest(field(head, "Repr-Digest")) : std::nullopt;
    if (!told) return;
    facts_.sha256 = *told;
    facts_.digest_by_word = true;
  }

  asio::awaitable<void> read_body() {
    Hasher hasher;
    std::uint64_t bytes = 0;
    error_code error;
    while (!parser_.is_done() && bytes <= order_.most_bytes) {
      parser_.get().body().data = octets_.data();
      parser_.get().body().size = octets_.size();
      limit();
      co_await http::async_read_some(stream_, buffer_, parser_, asio::redirect_error(asio::use_awaitable, error));
      const auto got = octets_.size() - parser_.get().body().size;
      hasher.add(octets_.data(), got);
      bytes += got;
      if (error && error != http::error::need_buffer) break;
      error = {};
      if (clock_.now() >= order_.deadline) break;
    }
    facts_.too_large = bytes > order_.most_bytes;
    if (!parser_.is_done() && !facts_.too_large)
      facts_.trouble = "breaks off after " + std::to_string(bytes) + " octets" + (error ? ": " + error.message() : "");
    facts_.bytes = bytes;
    if (!hasher.finish(facts_.sha256)) facts_.trouble = "cannot be hashed";
  }

  const BodyOrder order_;
  const Clock& clock_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{kMostHead + kAtOnce};
  Parser parser_;
  std::vector<char> octets_;
  BodyFacts facts_;
};

}  // namespace

asio::awaitable<BodyFacts> check_body(asio::io_context& context, BodyOrder order, const Clock& clock) {
  const auto check = std::make_unique<Check>(context, std::move(order), clock);
  auto facts = co_await check->run();
  co_return facts;
}

std::optional<Sha256> read_repr_digest(std::string_view field) {
  constexpr std::string_view kBegin = "sha-256=:";
  const auto begin = field.find(kBegin);
  if (begin == field.npos || (begin > 0 && field[begin - 1] != ' ' && field[begin - 1] != ',')) return std::nullopt;
  const auto rest = field.substr(begin + kBegin.size());
  const auto octets = wire::decode_base64(rest.substr(0, rest.find(':')));
  Sha256 digest;
  if (!octets || octets->size() != digest.size() || rest.find(':') == rest.npos) return std::nullopt;
  std::ranges::copy(*octets, digest.begin());
  return digest;
}

}  // namespace harbinger::mirror
