#include "persona/tail_thread.h"

#include <harbinger/repeater.h>

namespace harbinger::persona {

namespace {

// Counts that only grow, told to the metrics as they grow.
class Grown {
 public:
  explicit Grown(Counter counter) : counter_(counter) {}
  void tell(std::uint64_t now) {
    counter_.add(now - told_);
    told_ = now;
  }

 private:
  Counter counter_;
  std::uint64_t told_ = 0;
};

class Thread final : public TailThread {
 public:
  Thread(Settings settings, World world, std::unique_ptr<LineTaker> taker)
      : settings_(std::move(settings)),
        world_(std::move(world)),
        taker_(std::move(taker)),
        tail_(settings_.tail, *world_.clock,
              {[this] { taker_->begin_file(); }, [this](std::string_view line) { taker_->line(line); }}),
        remembered_(world_.clock->now()) {
    register_metrics(*world_.metrics);
    work_.emplace(settings_.every, [this] { work(); });
  }

  ~Thread() override {
    work_.reset();
    work();
    remember();
  }

 private:
  void register_metrics(Metrics& metrics) {
    for (const auto& [result, count] : tally())
      grown_.emplace_back(metrics.counter(settings_.metric, settings_.help,
                                          {{"file", settings_.tail.file.string()}, {"result", result}}));
  }

  LineTaker::Tally tally() const {
    auto tally = taker_->tally();
    tally.emplace_back("too_long", tail_.counts().too_long);
    tally.emplace_back("cut", tail_.counts().cut);
    return tally;
  }

  void work() {
    for (bool more = true; more;) {
      more = taker_->ready() && look();
      taker_->flush();
    }
    const auto now_told = tally();
    for (std::size_t i = 0; i < grown_.size(); ++i) grown_[i].tell(now_told[i].second);
    if (const auto now = world_.clock->now(); now - remembered_ >= settings_.remember_every) {
      remembered_ = now;
      remember();
    }
  }

  // Whether there may be more at once.
  bool look() {
    const auto polled = tail_.poll();
    if (!polled) world_.log.warning("log", polled.error().to_string());
    return polled && *polled;
  }

  void remember() const {
    if (const auto done = tail_.remember(); !done) world_.log.warning("log", done.error().to_string());
  }

  const Settings settings_;
  const World world_;
  const std::unique_ptr<LineTaker> taker_;
  LogTail tail_;
  MonotonicTime remembered_;
  std::vector<Grown> grown_;  // as in the tally
  std::optional<Repeater> work_;
};

}  // namespace

std::unique_ptr<TailThread> TailThread::start(Settings settings, World world, std::unique_ptr<LineTaker> taker) {
  return std::make_unique<Thread>(std::move(settings), std::move(world), std::move(taker));
}

}  // namespace harbinger::persona
