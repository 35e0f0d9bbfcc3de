// log - writes a line for each query, without making any query wait for it.
#include <algorithm>
#include <optional>

#include <harbinger/plugin.h>
#include <harbinger/repeater.h>
#include <harbinger/worker_rings.h>

#include "plugins/log/line_format.h"
#include "plugins/log/line_output.h"

// Not `log`: that is a logarithm.
namespace harbinger::querylog {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostWaiting = 8192;  // for each worker
constexpr auto kPause = 20ms;
constexpr std::size_t kWriteAt = 64 * 1024;

enum class Wanted : std::uint8_t { success, denial, error, all };

class Log final : public Plugin {
 public:
  struct Config {
    std::vector<Name> zones;
    LineFormat format = LineFormat::parse("common").value_or(LineFormat());
    std::vector<Wanted> classes{Wanted::all};
    std::optional<std::filesystem::path> output;
  };

  explicit Log(Config config) : config_(std::move(config)) {
    for (const auto wanted : config_.classes)
      for (const auto each : {ReplyClass::success, ReplyClass::denial, ReplyClass::error})
        if (wanted == Wanted::all || static_cast<int>(wanted) == static_cast<int>(each)) wanted_ |= bit(each);
  }
  ~Log() override { stop(); }

  Result<void> start(const PluginContext& context) override {
    clock_ = context.clock;
    log_ = context.log;
    dropped_ = context.metrics->counter("harbinger_log_dropped_total",
                                        "Lines that were lost because writing was too slow or failed.");
    if (context.checking) return {};
    output_.emplace(config_.output ? std::optional(context.resolve(*config_.output)) : std::nullopt);
    if (auto opened = output_->open(); !opened) return opened;
    repeater_.emplace(kPause, [this] { write_waiting(); });
    return {};
  }

  void observe(const Query& query, const ReplyView& reply) override {
    if (!(wanted_ & bit(class_of(reply))) || !applies_to(query.name())) return;
    rings_.push_with([&](LogEvent& event) { event.fill(query, reply); });
  }

  // Whoever rotates the file moves it away and then asks for a reload.
  void refresh() override {
    reopen_ = true;
    if (repeater_) repeater_->wake();
  }

  void stop() override {
    if (!repeater_) return;
    repeater_.reset();
    write_waiting();
  }

 private:
  static unsigned bit(ReplyClass each) { return 1u << static_cast<unsigned>(each); }

  bool applies_to(const Name& name) const {
    const auto holds = [&](const Name& zone) { return name.is_within(zone); };
    return config_.zones.empty() || std::ranges::any_of(config_.zones, holds);
  }

  void write_waiting() {
    if (reopen_.exchange(false))
      if (const auto opened = output_->open(); !opened) log_.error("reopen", opened.error().to_string());
    const auto calendar = clock_->calendar();
    const auto now = clock_->now();
    rings_.drain([&](const LogEvent& event) {
      const auto ago = std::chrono::duration_cast<std::chrono::system_clock::duration>(now - event.arrived);
      config_.format.write(event, calendar - ago, lines_);
      if (lines_.size() >= kWriteAt) write_lines();
    });
    write_lines();
    count_dropped();
  }

  void write_lines() {
    if (lines_.empty()) return;
    if (const auto written = output_->write(lines_); !written) {
      log_.error("write", written.error().to_string());
      dropped_.add(static_cast<std::uint64_t>(std::ranges::count(lines_, '\n')));
    }
    lines_.clear();
  }

  void count_dropped() {
    const auto lost = rings_.dropped() - dropped_before_;
    if (lost == 0) return;
    dropped_before_ += lost;
    dropped_.add(lost);
    log_.warning("dropped",
                 std::to_string(lost) + " queries were not logged: they came faster than lines could be written");
  }

  const Config config_;
  unsigned wanted_ = 0;
  const Clock* clock_ = nullptr;
  Logger log_;
  Counter dropped_;
  std::optional<LineOutput> output_;
  WorkerRings<LogEvent> rings_{kMostWaiting};
  std::string lines_;
  std::uint64_t dropped_before_ = 0;
  std::atomic<bool> reopen_{false};
  std::optional<Repeater> repeater_;
};

}  // namespace

PluginSpec spec() {
  return define_plugin<Log>("log", "writes a line for each query")
      .optional_argument("ZONE", &Log::Config::zones, "only queries for names within these; all names if left out")
      .option("format", &Log::Config::format, "how a line looks")
      .option("class", &Log::Config::classes,
              one_of<Wanted>({{"success", Wanted::success},
                              {"denial", Wanted::denial},
                              {"error", Wanted::error},
                              {"all", Wanted::all}}),
              "which replies are logged")
      .option("output", &Log::Config::output, "a file that lines are appended to; standard output if left out");
}

}  // namespace harbinger::querylog
