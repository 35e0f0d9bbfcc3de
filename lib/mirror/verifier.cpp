#include "mirror/verifier.h"

#include <algorithm>
#include <deque>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "mirror/references.h"

namespace harbinger::mirror {

namespace {

namespace asio = boost::asio;
using Reference = References::Reference;

constexpr std::uint16_t kUsualPort = 80;

std::string hex(const Sha256& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const auto octet : std::span(digest).first(6)) text.append({kDigits[octet >> 4], kDigits[octet & 15]});
  return text;
}

Verified of(Verdict verdict, std::string why) { return {verdict, std::move(why), 0}; }

// What keeps the two from being the same; empty when they are.
std::string difference(const BodyFacts& got, const BodyFacts& right) {
  if (got.coding != right.coding)
    return "the content coding is \"" + got.coding + "\", the origin's \"" + right.coding + "\"";
  if (right.bytes && got.bytes && *got.bytes != *right.bytes)
    return std::to_string(*got.bytes) + " octets, the origin has " + std::to_string(*right.bytes);
  if (got.sha256 != right.sha256)
    return "SHA-256 " + hex(got.sha256) + "..., the origin's " + hex(right.sha256) + "...";
  return {};
}

class RealVerifier final : public Verifier {
 public:
  RealVerifier(Settings settings, const Clock& clock)
      : settings_(std::move(settings)),
        clock_(clock),
        references_(context_, settings_.references, clock),
        guard_(context_.get_executor()),
        thread_([this] { context_.run(); }) {}
  ~RealVerifier() override {
    context_.stop();
    thread_.join();
  }

  void verify(Order order, Done done) override {
    asio::post(context_, [this, order = std::move(order), done = std::move(done)]() mutable {
      waiting_.push_back({std::move(order), std::move(done)});
      begin();
    });
  }

 private:
  struct Task {
    Order order;
    Done done;
  };

  void begin() {
    while (running_ < settings_.at_a_time && !waiting_.empty()) {
      ++running_;
      auto task = std::move(waiting_.front());
      waiting_.pop_front();
      asio::co_spawn(context_, run(std::move(task)), asio::detached);
    }
  }

  asio::awaitable<void> run(Task task) {
    const auto verified = co_await verify_all(task.order);
    task.done(verified);
    --running_;
    begin();
  }

  asio::awaitable<Verified> verify_all(const Order& order) {
    const auto began = clock_.now();
    const auto deadline = began + order.patience;
    Verified all = of(Verdict::good, {});
    if (order.urls.empty() || order.at.addresses.empty())
      co_return of(Verdict::unreachable, "it has no URLs, or its server no address");
    for (const auto& url : order.urls) {
      const auto target = edge::read_target(url, {});
      if (!target) co_return of(Verdict::wrong, target.error().message);
      const std::uint64_t left = order.most_bytes - std::min(order.most_bytes, all.bytes);
      std::uint64_t bytes = 0;
      for (const auto& address : order.at.addresses) {
        BodyOrder body{.server = {address, order.at.port == 0 ? kUsualPort : order.at.port},
                       .target = *target,
                       .most_bytes = left,
                       .deadline = deadline,
                       .accept_encoding = settings_.accept_encoding};
        auto one = co_await verify_one(std::move(body), order.origin, began);
        if (one.verdict != Verdict::good) {
          one.why = url + " at " + address.to_string() + ": " + one.why;
          co_return one;
        }
        bytes = one.bytes;
      }
      all.bytes += bytes;
    }
    co_return all;
  }

  asio::awaitable<Verified> verify_one(BodyOrder body, SocketAddress origin, MonotonicTime began) {
    auto asked = body;
    asked.server = origin;
    asked.take_word = true;
    std::string why;
    auto right = co_await references_.get(asked, began - settings_.reference_age, why);
    if (!right) co_return of(Verdict::no_reference, why);
    if (right->facts.too_large) co_return of(Verdict::too_large, "more octets than may be mirrored");
    const auto got = co_await check_body(context_, body, clock_);
    if (got.status == 0) co_return of(Verdict::unreachable, "the server " + got.trouble);
    if (got.too_large) co_return of(Verdict::too_large, "more octets than may be mirrored");
    if (!got.good())
      co_return of(clock_.now() >= body.deadline ? Verdict::unreachable : Verdict::wrong, "the server " + got.trouble);
    auto other = difference(got, right->facts);
    // The origin may have changed since it was asked.
    if (!other.empty() && right->at < began) {
      right = co_await references_.get(asked, began, why);
      other = difference(got, right->facts);
    }
    if (!other.empty()) co_return of(Verdict::wrong, other);
    if (got.cache == BodyFacts::Cache::miss) co_return of(Verdict::missing, "its cache did not have it");
    co_return Verified{Verdict::good, {}, got.bytes.value_or(0)};
  }

  const Settings settings_;
  const Clock& clock_;
  asio::io_context context_{1};
  References references_;
  std::deque<Task> waiting_;
  std::size_t running_ = 0;
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Verifier> Verifier::start(const Settings& settings, const Clock& clock) {
  return std::make_unique<RealVerifier>(settings, clock);
}

}  // namespace harbinger::mirror
