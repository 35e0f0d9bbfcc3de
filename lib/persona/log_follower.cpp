#include "persona/log_follower.h"

#include "persona/tail_thread.h"

namespace harbinger::persona {

namespace {

constexpr std::array<const char*, static_cast<std::size_t>(LogTrouble::Kind::limit)> kTroubles{
    "malformed", "malformed_time", "malformed_number"};

class EventTaker final : public LineTaker {
 public:
  EventTaker(std::unique_ptr<LogFormat> format, const LogFollower::World& world, LogAdapter::Settings settings)
      : adapter_(std::move(format), *world.keys, *world.clock, world.sink, std::move(settings)) {}

  void begin_file() override { adapter_.begin_file(); }
  void line(std::string_view text) override { adapter_.line(text); }
  void flush() override { adapter_.flush(); }

  Tally tally() const override {
    const auto& counts = adapter_.counts();
    Tally tally{{"taken", counts.taken}, {"shed", counts.shed}, {"nothing", counts.nothing}};
    for (std::size_t i = 0; i < kTroubles.size(); ++i) tally.emplace_back(kTroubles[i], counts.troubles[i]);
    for (std::size_t i = 1; i < counts.faults.size(); ++i)
      tally.emplace_back(to_string(static_cast<EventFault>(i)), counts.faults[i]);
    return tally;
  }

 private:
  LogAdapter adapter_;
};

class Follower final : public LogFollower {
 public:
  explicit Follower(std::unique_ptr<TailThread> thread) : thread_(std::move(thread)) {}

 private:
  const std::unique_ptr<TailThread> thread_;
};

}  // namespace

Result<std::unique_ptr<LogFollower>> LogFollower::follow(Settings settings, World world) {
  auto format = make_log_format(settings.format, settings.mapping);
  if (!format) return fail(format.error());
  auto taker = std::make_unique<EventTaker>(std::move(*format), world, std::move(settings.adapter));
  TailThread::Settings tail{std::move(settings.tail), settings.every, settings.remember_every,
                            "harbinger_sensor_log_lines_total",
                            "Lines of logs that were followed, by what became of them."};
  return std::make_unique<Follower>(
      TailThread::start(std::move(tail), {world.clock, world.metrics, world.log}, std::move(taker)));
}

}  // namespace harbinger::persona
