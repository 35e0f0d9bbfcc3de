#include "persona/log_follower.h"

#include <harbinger/repeater.h>

namespace harbinger::persona {

namespace {

// Counts that only grow, told to the metrics as they grow.
class Grown {
 public:
  Grown() = default;
  explicit Grown(Counter counter) : counter_(counter) {}
  void tell(std::uint64_t now) {
    counter_.add(now - told_);
    told_ = now;
  }

 private:
  Counter counter_;
  std::uint64_t told_ = 0;
};

constexpr std::array<const char*, static_cast<std::size_t>(LogTrouble::Kind::limit)> kTroubles{
    "malformed", "malformed_time", "malformed_number"};

class Follower final : public LogFollower {
 public:
  Follower(std::unique_ptr<LogFormat> format, Settings settings, World world)
      : settings_(std::move(settings)),
        world_(std::move(world)),
        adapter_(std::move(format), *world_.keys, *world_.clock, world_.sink, settings_.adapter),
        tail_(settings_.tail, *world_.clock,
              {[this] { adapter_.begin_file(); }, [this](std::string_view line) { adapter_.line(line); }}),
        remembered_(world_.clock->now()) {
    register_metrics(*world_.metrics);
    work_.emplace(settings_.every, [this] { work(); });
  }

  ~Follower() override {
    work_.reset();
    work();
    remember();
  }

 private:
  void register_metrics(Metrics& metrics) {
    const auto count = [&](std::string reason) {
      return Grown(metrics.counter("harbinger_sensor_log_lines_total",
                                   "Lines of logs that were followed, by what became of them.",
                                   {{"file", settings_.tail.file.string()}, {"result", std::move(reason)}}));
    };
    taken_ = count("taken");
    shed_ = count("shed");
    nothing_ = count("nothing");
    too_long_ = count("too_long");
    cut_ = count("cut");
    for (std::size_t i = 0; i < troubles_.size(); ++i) troubles_[i] = count(kTroubles[i]);
    for (std::size_t i = 1; i < faults_.size(); ++i)
      faults_[i] = count(std::string(to_string(static_cast<EventFault>(i))));
  }

  void work() {
    for (bool more = true; more;) {
      const auto polled = tail_.poll();
      if (!polled) world_.log.warning("log", polled.error().to_string());
      more = polled && *polled;
      adapter_.flush();
    }
    tell();
    if (const auto now = world_.clock->now(); now - remembered_ >= settings_.remember_every) {
      remembered_ = now;
      remember();
    }
  }

  void remember() const {
    if (const auto done = tail_.remember(); !done) world_.log.warning("log", done.error().to_string());
  }

  void tell() {
    const auto& counts = adapter_.counts();
    taken_.tell(counts.taken);
    shed_.tell(counts.shed);
    nothing_.tell(counts.nothing);
    too_long_.tell(tail_.counts().too_long);
    cut_.tell(tail_.counts().cut);
    for (std::size_t i = 0; i < troubles_.size(); ++i) troubles_[i].tell(counts.troubles[i]);
    for (std::size_t i = 1; i < faults_.size(); ++i) faults_[i].tell(counts.faults[i]);
  }

  const Settings settings_;
  const World world_;
  LogAdapter adapter_;
  LogTail tail_;
  MonotonicTime remembered_;
  Grown taken_, shed_, nothing_, too_long_, cut_;
  std::array<Grown, static_cast<std::size_t>(LogTrouble::Kind::limit)> troubles_;
  std::array<Grown, static_cast<std::size_t>(EventFault::limit)> faults_;
  std::optional<Repeater> work_;
};

}  // namespace

Result<std::unique_ptr<LogFollower>> LogFollower::follow(Settings settings, World world) {
  auto format = make_log_format(settings.format, settings.mapping);
  if (!format) return fail(format.error());
  return std::make_unique<Follower>(std::move(*format), std::move(settings), std::move(world));
}

}  // namespace harbinger::persona
