#include "orchestrate/activity_follower.h"

#include "orchestrate/activity_reader.h"
#include "persona/tail_thread.h"

namespace harbinger::orchestrate {

namespace {

// Lines are counted by the best that came of them; what became of each act is told by the door.
class ActTaker final : public persona::LineTaker {
 public:
  ActTaker(std::unique_ptr<ActivityFormat> format, ActivityDoor& door, std::filesystem::path file, Logger log)
      : reader_(std::move(format), door, file.string()), door_(door), file_(std::move(file)), log_(std::move(log)) {}

  // What a look may bring: a line of CloudTrail can have thousands of records.
  bool ready() override { return door_.room() >= kMostOfALook; }
  void begin_file() override { reader_.begin_file(); }

  void line(std::string_view text) override {
    const auto& told = reader_.line(text);
    if (told.taken > 0)
      ++taken_;
    else if (told.refused > 0)
      ++refused_;
    else
      ++nothing_;
    if (!told.why.empty()) log_.warning("line", file_.string() + ": a line was left out: " + escape_for_log(told.why));
  }

  void flush() override { door_.tick(); }

  Tally tally() const override { return {{"taken", taken_}, {"refused", refused_}, {"nothing", nothing_}}; }

 private:
  static constexpr std::size_t kMostOfALook = 16'384;

  ActivityReader reader_;
  ActivityDoor& door_;
  const std::filesystem::path file_;
  const Logger log_;
  std::uint64_t taken_ = 0, refused_ = 0, nothing_ = 0;
};

class Follower final : public ActivityFollower {
 public:
  explicit Follower(std::unique_ptr<persona::TailThread> thread) : thread_(std::move(thread)) {}

 private:
  const std::unique_ptr<persona::TailThread> thread_;
};

}  // namespace

Result<std::unique_ptr<ActivityFollower>> ActivityFollower::follow(Settings settings, World world) {
  auto format = make_activity_format(settings.format, settings.mapping);
  if (!format) return fail(format.error());
  auto taker = std::make_unique<ActTaker>(std::move(*format), *world.door, settings.tail.file, world.log);
  persona::TailThread::Settings tail{std::move(settings.tail), settings.every, settings.remember_every,
                                     "harbinger_activity_lines_total",
                                     "Lines of logs of activity, by what became of them."};
  return std::make_unique<Follower>(
      persona::TailThread::start(std::move(tail), {world.clock, world.metrics, world.log}, std::move(taker)));
}

}  // namespace harbinger::orchestrate
