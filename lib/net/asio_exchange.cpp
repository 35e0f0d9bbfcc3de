#include "net/asio_exchange.h"

#include <mutex>

#include "net/udp_ask.h"

namespace harbinger::net {

namespace {

// Asio destroys its services with their context, while sockets may still be closed: so nobody has to order the ends of loops and exchanges.
class AskingLoops final : public boost::asio::execution_context::service {
 public:
  using key_type = AskingLoops;
  static inline boost::asio::execution_context::id id;
  explicit AskingLoops(boost::asio::execution_context& owner) : service(owner) {}

  void add(std::unique_ptr<AskingLoop> loop, std::shared_ptr<AsioExchange::Places> places, std::size_t place) {
    held_.push_back({std::move(loop), std::move(places), place});
  }

 private:
  struct Held {
    std::unique_ptr<AskingLoop> loop;
    std::shared_ptr<AsioExchange::Places> places;
    std::size_t place;
  };

  void shutdown() override {
    for (const Held& held : held_)
      if (auto& place = (*held.places)[held.place]; place == held.loop.get()) place = nullptr;
    held_.clear();
  }

  std::vector<Held> held_;
};

Tools make_tools(const ExchangeConfig& config) {
  Tools tools{.random = config.random ? config.random : &system_random()};
  if (!config.metrics) return tools;
  const auto ignored = [&](const char* over) {
    return config.metrics->counter("harbinger_exchange_ignored_replies_total",
                                   "messages from upstreams that were not the reply waited for", {{"over", over}});
  };
  tools.ignored_udp = ignored("udp");
  tools.ignored_tcp = ignored("tcp");
  tools.connections =
      config.metrics->counter("harbinger_exchange_connections_total", "TCP connections opened to upstreams");
  return tools;
}

}  // namespace

TcpUpstream& AskingLoop::tcp(const SocketAddress& server) {
  auto& connection = connections[server];
  if (!connection) connection = std::make_unique<TcpUpstream>(poller, server, idle);
  return *connection;
}

AsioExchange::AsioExchange(const ExchangeConfig& config)
    : tools_(make_tools(config)), tcp_idle_(config.tcp_idle), places_(std::make_shared<Places>()) {}

AsioExchange::~AsioExchange() = default;

AskingLoop* AsioExchange::here() {
  AskingLoop*& place = (*places_)[worker_index()];
  Loop* const current = Loop::current();
  if (place && place->loop == current) return place;

  auto* const loop = dynamic_cast<AsioLoop*>(current);
  if (!loop) return nullptr;
  auto fresh = std::make_unique<AskingLoop>(*loop, tools_, tcp_idle_);
  place = fresh.get();
  boost::asio::use_service<AskingLoops>(loop->context()).add(std::move(fresh), places_, worker_index());
  return place;
}

Task<Result<std::vector<std::uint8_t>>> AsioExchange::ask(const SocketAddress& server, Over over,
                                                          std::span<const std::uint8_t> query, MonotonicTime deadline) {
  const auto question = question_of(query);
  if (!question) co_return fail(ErrorCode::malformed, "not a query with one question");
  AskingLoop* const loop = here();
  if (!loop) co_return fail(ErrorCode::internal, "asked outside of a worker's loop");
  if (deadline <= loop->poller.now()) co_return fail(ErrorCode::timeout, "no time left to ask");

  if (over == Over::udp) {
    UdpAsk ask(loop->poller, query, *question);
    const auto sent = ask.send(server, deadline);
    if (!sent) co_return fail(sent.error());
    co_await ask.finished();
    co_return std::move(ask.result);
  }
  TcpAsk ask(query, *question);
  const auto sent = loop->tcp(server).send(ask, deadline);
  if (!sent) co_return fail(sent.error());
  co_await ask.finished();
  co_return std::move(ask.result);
}

}  // namespace harbinger::net

namespace harbinger {

std::unique_ptr<Exchange> make_exchange(const ExchangeConfig& config) {
  return std::make_unique<net::AsioExchange>(config);
}

}  // namespace harbinger
