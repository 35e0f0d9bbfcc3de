#include "mirror/body_check.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <openssl/evp.h>

#include "edge/fetch_verdict.h"
#include "net/asio_address.h"
#include "net/http_client.h"
#include "wire/base_codecs.h"

namespace harbinger::mirror {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using net::HttpAnswerHead;
using net::HttpClient;

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

// As an edge's fetcher asks, so that a cache that keeps several answers gives out the one that was filled.
net::HttpAsk ask_of(const BodyOrder& order) {
  net::HttpAsk ask{.target = order.target.path,
                   .host = order.target.host,
                   .fields = {{"User-Agent", "harbinger"},
                              {"Accept", "*/*"},
                              {"Connection", "close"},
                              {"Sec-Purpose", "prefetch"},
                              {"Purpose", "prefetch"}}};
  if (order.take_word) ask.set("Want-Repr-Digest", "sha-256=10");
  if (!order.accept_encoding.empty()) ask.set("Accept-Encoding", order.accept_encoding);
  return ask;
}

BodyFacts::Cache cache_of(const HttpAnswerHead& head, std::chrono::system_clock::time_point now) {
  edge::ResponseHead told{.status = head.status};
  told.age = head.field("Age");
  told.cache_status = head.field("Cache-Status");
  told.x_cache_status = head.field("X-Cache-Status");
  if (told.x_cache_status.empty()) told.x_cache_status = head.field("X-Cache");
  told.x_varnish = head.field("X-Varnish");
  if (edge::judge(told, std::nullopt, now).outcome == edge::JobDone::Outcome::cached) return BodyFacts::Cache::hit;
  const bool tells = !told.x_cache_status.empty() || !told.cache_status.empty() || !told.x_varnish.empty();
  return tells ? BodyFacts::Cache::miss : BodyFacts::Cache::not_told;
}

class Check {
 public:
  Check(asio::io_context& context, BodyOrder order, const Clock& clock)
      : order_(std::move(order)), clock_(clock), client_(HttpClient::make(context)), octets_(kAtOnce) {}

  asio::awaitable<BodyFacts> run() {
    limit();
    const std::vector places{net::to_endpoint<HttpClient::Tcp>(order_.server)};
    error_code error = co_await client_->connect(places);
    if (error) co_return trouble("cannot be reached: " + error.message());
    const auto ask = ask_of(order_);
    error = co_await client_->ask(ask);
    HttpAnswerHead head;
    if (!error) error = co_await client_->read_head(head, kMostHead);
    if (error) co_return trouble("does not answer: " + error.message());
    take(head);
    if (facts_.good() && !facts_.digest_by_word) co_await read_body();
    co_return facts_;
  }

 private:
  // One time limit for all of it: whatever drips ends with it.
  void limit() {
    client_->expires_after(std::max(order_.deadline - clock_.now(), Duration(std::chrono::milliseconds(1))));
  }
  BodyFacts trouble(std::string why) {
    facts_.trouble = std::move(why);
    return facts_;
  }

  void take(const HttpAnswerHead& head) {
    facts_.status = head.status;
    facts_.coding = head.field("Content-Encoding");
    facts_.cache = cache_of(head, clock_.calendar());
    facts_.bytes = head.length;
    if (facts_.status != 200) facts_.trouble = "answers with status " + std::to_string(facts_.status);
    facts_.too_large = facts_.bytes && *facts_.bytes > order_.most_bytes;
    const auto told = order_.take_word ? read_repr_digest(head.field("Repr-Digest")) : std::nullopt;
    if (!told) return;
    facts_.sha256 = *told;
    facts_.digest_by_word = true;
  }

  asio::awaitable<void> read_body() {
    Hasher hasher;
    std::uint64_t bytes = 0;
    error_code error;
    while (!error && !client_->done() && bytes <= order_.most_bytes) {
      limit();
      std::size_t got = 0;
      error = co_await client_->read_some(octets_, got);
      hasher.add(octets_.data(), got);
      bytes += got;
      if (clock_.now() >= order_.deadline) break;
    }
    facts_.too_large = bytes > order_.most_bytes;
    if (!client_->done() && !facts_.too_large)
      facts_.trouble = "breaks off after " + std::to_string(bytes) + " octets" + (error ? ": " + error.message() : "");
    facts_.bytes = bytes;
    if (!hasher.finish(facts_.sha256)) facts_.trouble = "cannot be hashed";
  }

  const BodyOrder order_;
  const Clock& clock_;
  const std::unique_ptr<HttpClient> client_;
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
