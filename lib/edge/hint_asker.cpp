#include "edge/hint_asker.h"

#include <array>
#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>

#include <harbinger/fragments.h>
#include <harbinger/hints.h>
#include <harbinger/message.h>
#include <harbinger/random.h>
#include <harbinger/token_budget.h>
#include "base/client_network.h"
#include "net/asio_address.h"
#include "net/question_match.h"

namespace harbinger::edge {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kMostRemembered = 65'536, kMostWaiting = 1'024;

void append(std::vector<std::uint8_t>& out, OptionCode code, std::span<const std::uint8_t> data) {
  const auto put = [&](std::size_t value) {
    out.insert(out.end(), {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)});
  };
  put(static_cast<std::size_t>(code));
  put(data.size());
  out.insert(out.end(), data.begin(), data.end());
}

std::vector<std::uint8_t> make_query(std::uint16_t id, const Name& name, const IpPrefix& network) {
  std::vector<std::uint8_t> options, subnet;
  std::array<std::uint8_t, kHintRequestSize> request;
  write_hint_request({.max_hints = kMaxHints, .min_confidence_pct = 10, .fragments = true}, request);
  append(options, OptionCode::HINTS, request);
  ClientSubnet{network.address, static_cast<std::uint8_t>(network.bits), 0}.write(subnet);
  append(options, OptionCode::ECS, subnet);
  std::vector<std::uint8_t> query(512 + options.size());
  Header header;
  header.id = id;
  header.rd = true;
  MessageWriter writer(query, header);
  writer.add_question({name, RRType::A, RRClass::IN});
  Edns edns;
  edns.udp_size = 1232;
  edns.options = options;
  writer.add_opt(edns);
  query.resize(writer.finish().size());
  return query;
}

class Asker final : public HintAsker {
 public:
  Asker(const Settings& settings, const World& world, Hear hear)
      : settings_(settings),
        clock_(*world.clock),
        hear_(std::move(hear)),
        budget_({.requests_global = {static_cast<double>(settings.most_per_second), 0}}),
        asked_(world.metrics->counter("harbinger_edge_dns_questions_total", "Questions for hints to the DNS server.")),
        heard_(world.metrics->counter("harbinger_edge_dns_hints_total", "Hints in the DNS server's answers.")),
        bad_(world.metrics->counter("harbinger_edge_dns_bad_answers_total", "Answers to them that cannot be read.")) {}

  ~Asker() override {
    work_.reset();
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  Result<void> begin() {
    error_code error;
    socket_.connect(net::to_endpoint<asio::ip::udp>(settings_.server), error);
    if (error) return fail(ErrorCode::unreachable, settings_.server.to_string() + ": " + error.message());
    receive();
    thread_ = std::thread([this] { context_.run(); });
    return {};
  }

  void seen(const IpAddress& client, std::string_view host) override {
    if (posted_.load(std::memory_order_relaxed) >= kMostWaiting) return;
    ++posted_;
    asio::post(context_, [this, client, host = std::string(host)] {
      --posted_;
      ask(client, host);
    });
  }

 private:
  struct Open {
    IpAddress client;
    std::string host;
    std::vector<std::uint8_t> query;
    MonotonicTime at;
  };

  void ask(const IpAddress& client, const std::string& host) {
    const auto name = Name::parse(host);
    if (!name || IpAddress::parse(host)) return;
    const auto now = clock_.now();
    const auto network = client_network(client);
    if (asked_at_.size() >= kMostRemembered) asked_at_.clear();
    auto& at = asked_at_[host + ' ' + network.to_string()];
    if (at != MonotonicTime() && now - at < settings_.again) return;
    if (open_.size() >= kMostWaiting || budget_.take(0, 0, 0, now) != TokenBudget::Limit::none) return;
    at = now;
    std::erase_if(open_, [&](const auto& each) { return now - each.second.at > settings_.patience; });
    const auto id = static_cast<std::uint16_t>(system_random().below(65'536));
    auto query = make_query(id, *name, network);
    error_code ignored;  // whoever does not hear of it has no hints
    socket_.send(asio::buffer(query), 0, ignored);
    open_[id] = {client, host, std::move(query), now};
    asked_.add();
  }

  void receive() {
    socket_.async_receive(asio::buffer(reply_), [this](const error_code& error, std::size_t size) {
      if (error == asio::error::operation_aborted) return;
      if (!error) take({reply_.data(), size});
      receive();
    });
  }

  void take(std::span<const std::uint8_t> reply) {
    if (reply.size() < Header::kSize) return;
    const auto id = static_cast<std::uint16_t>(reply[0] << 8 | reply[1]);
    const auto found = open_.find(id);
    if (found == open_.end()) return;
    const auto question = net::question_of(found->second.query);
    if (!question || !net::replies_to(reply, id, *question)) return;  // anybody may send it
    const auto open = std::move(found->second);
    open_.erase(found);
    const auto message = Message::parse(reply);
    if (!message) return bad_.add();
    const auto hints = message->edns ? message->edns->option(OptionCode::HINTS) : std::nullopt;
    if (hints) tell(open, *hints);
  }

  void tell(const Open& open, std::span<const std::uint8_t> hints) {
    std::vector<std::string> texts;
    std::vector<Expected> expected;
    HintReader reader(hints, open.host);
    while (const auto hint = reader.next()) {
      texts.push_back(hint->range ? fragment_text(hint->resource, *hint->range) : std::string(hint->resource));
      expected.push_back({{}, hint->confidence, hint->confidence, hint->in_ms, hint->size_bytes});
    }
    if (!reader.well_formed()) bad_.add();
    heard_.add(expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i].resource = texts[i];
    if (!expected.empty()) hear_(open.client, expected);
  }

  const Settings settings_;
  const Clock& clock_;
  const Hear hear_;
  TokenBudget budget_;
  const Counter asked_, heard_, bad_;
  std::atomic<std::size_t> posted_{0};
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(context_);
  asio::ip::udp::socket socket_{context_};
  std::array<std::uint8_t, 4096> reply_;
  std::unordered_map<std::string, MonotonicTime> asked_at_;
  std::unordered_map<std::uint16_t, Open> open_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<HintAsker>> HintAsker::start(const Settings& settings, const World& world, Hear hear) {
  auto asker = std::make_unique<Asker>(settings, world, std::move(hear));
  if (auto begun = asker->begin(); !begun) return fail(begun.error());
  return asker;
}

}  // namespace harbinger::edge
