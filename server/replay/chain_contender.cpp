#include "server/replay/chain_contender.h"

#include <algorithm>
#include <array>

#include <harbinger/chain.h>
#include <harbinger/config.h>
#include <harbinger/foresight.h>
#include <harbinger/metrics.h>
#include <harbinger/random.h>
#include <harbinger/rcu.h>
#include <harbinger/responder.h>
#include "server/replay/hint_talk.h"
#include "server/replay/virtual_world.h"

namespace harbinger::replay {

namespace {

using Bytes = std::vector<std::uint8_t>;

class ReplyTaker final : public Later {
 public:
  explicit ReplyTaker(std::shared_ptr<Bytes> into) : into_(std::move(into)) {}
  void reply(std::span<const std::uint8_t> bytes) override { into_->assign(bytes.begin(), bytes.end()); }

 private:
  std::shared_ptr<Bytes> into_;
};

Error all_of(const config::Errors& errors) {
  std::string text;
  for (const auto& error : errors) text += (text.empty() ? "" : "\n") + error.to_string();
  return {ErrorCode::malformed, text};
}

class ChainContender final : public Contender {
 public:
  explicit ChainContender(const Trace& trace) : talk_(trace), hints_(trace.clients.size()) {
    if (!trace.visits.empty()) first_ = trace.visits.front().at;
    loop_.virtual_clock().begin(first_);
  }
  // What still waits runs into its deadline.
  ~ChainContender() override { loop_.advance_to(loop_.clock().now() + std::chrono::minutes(1)); }

  Result<void> build(const std::filesystem::path& harbingerfile, const std::vector<PluginSpec>& plugins) {
    const auto file = config::load(harbingerfile);
    if (!file) return fail(all_of(file.error()));
    const auto world = make_world();
    // Plugins may say "changed" while they start, so there is a responder before there are chains.
    responder_ = std::make_unique<Responder>(world, ServerConfig{});
    auto built = build_chains(*file, plugins, world);
    if (!built) return fail(all_of(built.error()));
    chains_ = *built;
    if (chains_->ports.empty()) return fail(ErrorCode::malformed, harbingerfile.string() + ": has no server block");
    responder_ = std::make_unique<Responder>(world, chains_->server);
    return {};
  }

  std::vector<std::string> names() const override { return {"harbinger_chain"}; }
  void learn(const Visit& visit) override { ask(visit); }
  // A server learns from every query.
  void follow(const Visit& visit) override { ask(visit); }

  std::size_t predict(std::size_t, const Visit& latest, std::uint32_t, std::span<Candidate> out) override {
    const auto& hints = hints_[latest.client];
    const auto count = std::min(hints.size(), out.size());
    std::copy_n(hints.begin(), count, out.begin());
    return count;
  }

 private:
  World make_world() {
    World world;
    world.metrics = &metrics_;
    world.clock = &loop_.clock();
    world.random = &system_random();
    world.exchange = &upstream_;
    world.answers_changed = [this](std::uint32_t chain, const Name& name) { responder_->answers_changed(chain, name); };
    world.answers_changed_all = [this](std::uint32_t chain) { responder_->answers_changed_all(chain); };
    world.resolve_ahead = [this](const std::shared_ptr<const Chain>& chain, const AheadQuestion& question,
                                 const std::function<void(const AheadAnswer&)>& done) {
      loop_.post([this, chain, question, done] { responder_->resolve_ahead(chain, question, done); });
      return true;
    };
    return world;
  }

  void ask(const Visit& visit) {
    hints_[visit.client].clear();
    const auto query = talk_.query(visit, next_id_++);
    if (!query) return;
    // The learner has a thread of its own, and no time passes until it has learnt what was before.
    Foresight::catch_up_all();
    loop_.advance_to({kBegin + (visit.at - first_) * 1'000'000});
    upstream_.set_ttl(talk_.asked(visit), visit.ttl_s);
    hints_[visit.client] = talk_.candidates(visit, answer(visit, *query));
    rcu::quiescent();
  }

  Bytes answer(const Visit& visit, const Bytes& query) {
    const auto number = visit.client + 1;
    const std::array<std::uint8_t, 4> address{10, std::uint8_t(number >> 16), std::uint8_t(number >> 8),
                                              std::uint8_t(number)};
    const Incoming in{query, {IpAddress::v4(address), 5353}, Transport::udp, loop_.clock().now()};
    const auto later = std::make_shared<Bytes>();
    const auto size = responder_->answer(in, *chains_->ports.front().zones, out_, [&]() -> std::unique_ptr<Later> {
      return std::make_unique<ReplyTaker>(later);
    });
    loop_.run();
    if (size == Responder::kLater) return *later;
    return Bytes(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(size));
  }

  static constexpr std::int64_t kBegin = 1'000'000'000;

  rcu::Reader reader_;
  UnixMillis first_ = 0;
  VirtualLoop loop_;
  KnowingUpstream upstream_;
  Metrics metrics_;
  std::unique_ptr<Responder> responder_;
  std::shared_ptr<const ChainSet> chains_;
  HintTalk talk_;
  std::vector<std::vector<Candidate>> hints_;  // by client, of its latest reply
  std::array<std::uint8_t, 4096> out_;
  std::uint16_t next_id_ = 1;
};

}  // namespace

Result<std::unique_ptr<Contender>> make_chain_contender(const Trace& trace, const std::filesystem::path& harbingerfile,
                                                        std::vector<PluginSpec> plugins) {
  auto contender = std::make_unique<ChainContender>(trace);
  if (const auto built = contender->build(harbingerfile, plugins); !built) return fail(built.error());
  return contender;
}

}  // namespace harbinger::replay
