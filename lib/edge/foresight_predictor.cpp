#include <algorithm>
#include <array>

#include <harbinger/foresight.h>
#include <harbinger/rcu.h>
#include "edge/predictor.h"

namespace harbinger::edge {

namespace {

constexpr std::size_t kMostLikely = 16, kMostTold = 4;

// A thread that reads what the learner publishes, and holds nothing of it between two calls.
class Reading {
 public:
  Reading() {
    thread_local rcu::Reader reader;
    rcu::online();
  }
  ~Reading() { rcu::offline(); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
};

class ForesightPredictor final : public Predictor {
 public:
  ForesightPredictor(std::shared_ptr<Foresight> foresight, const Clock& clock, Listener listener)
      : foresight_(std::move(foresight)), clock_(clock), listener_(std::move(listener)) {
    listening_ = foresight_->listen([this](const Foresight::Expectation& expectation) { hear(expectation); });
  }

  ClientKey key_of(const IpAddress& client) const override { return foresight_->key_of(client, clock_.now()); }

  void accessed(const Access& access) override {
    foresight_->accessed(access, resource_hash(access.resource), clock_.now(), {});
  }

  std::vector<LikelyPage> likely(const IpAddress& client, std::string_view url, std::size_t most) override {
    const auto key = key_of(client);
    const auto hash = resource_hash(url);
    const auto trail = foresight_->recent().of(key, clock_.now());
    std::array<ServedTable::Successor, kMostLikely> found;
    std::vector<LikelyPage> pages;
    const Reading reading;
    const auto count = foresight_->served().find(hash, trail.before(hash), 0, found);
    for (const auto& each : std::span(found).first(count)) {
      if (pages.size() == most) break;
      if (each.is_for(key) && !trail.has(resource_hash(each.text)))
        pages.push_back({std::string(each.text), each.soon, each.size_bytes});
    }
    return pages;
  }

  // The learning thread is the table's only writer, so it needs no reader's care.
  std::optional<Line> line(std::string_view context) override {
    std::array<ServedTable::Successor, kMostTold> found;
    const auto count = foresight_->served().find(resource_hash(context), 0, 0, found);
    Line line{std::string(context), {}};
    for (const auto& each : std::span(found).first(count))
      if (each.only == 0) line.successors.emplace_back(each.text, each.next);
    return line.successors.empty() ? std::nullopt : std::optional(std::move(line));
  }

  void suggest(std::span<const Line> lines) override {
    for (const auto& line : lines) foresight_->suggest(line.context, 0, line.successors);
  }

  std::vector<std::string> notes() const override { return foresight_->notes(); }

 private:
  void hear(const Foresight::Expectation& expectation) {
    expected_.clear();
    for (const auto& part : expectation.likely)
      expected_.push_back({part.resource, part.soon, part.next, part.in_ms, part.size_bytes});
    listener_(*this, expectation.access->client, expectation.access->resource, expected_);
  }

  const std::shared_ptr<Foresight> foresight_;
  const Clock& clock_;
  const Listener listener_;
  std::vector<Expected> expected_;  // the learning thread's
  std::shared_ptr<void> listening_;
};

}  // namespace

Result<std::unique_ptr<Predictor>> make_foresight_predictor(const PredictorSettings& settings,
                                                            const PredictorWorld& world, Predictor::Listener listener) {
  Foresight::Settings foresight;
  foresight.model.contexts = settings.contexts;
  foresight.model.session_gap_s = static_cast<std::uint32_t>(settings.session_gap.count());
  foresight.recent.session_gap = settings.session_gap;
  foresight.manifests = settings.manifests;
  foresight.most_time = settings.most_time;
  if (settings.state) {
    foresight.journal.emplace();
    foresight.journal->directory = *settings.state;
  }
  auto shared = Foresight::shared(foresight, {world.clock, world.metrics, world.log});
  if (!shared) return fail(shared.error());
  return std::make_unique<ForesightPredictor>(std::move(*shared), *world.clock, std::move(listener));
}

}  // namespace harbinger::edge
