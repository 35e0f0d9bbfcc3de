// errors - logs queries that were answered SERVFAIL, with the cause, and not too often.
#include <optional>

#include <harbinger/plugin.h>
#include <harbinger/repeater.h>
#include <harbinger/worker_rings.h>

#include "plugins/errors/failure.h"

namespace harbinger::errors {
namespace {

using namespace std::chrono_literals;

// Enough for people to read; when everything fails, what does not fit is only counted.
constexpr std::size_t kMostWaiting = 256;
constexpr auto kPause = 100ms;

class Errors final : public Plugin {
 public:
  struct Config {};

  explicit Errors(Config) {}
  ~Errors() override { stop(); }

  Result<void> start(const PluginContext& context) override {
    log_ = context.log;
    failures_ = context.metrics->counter("harbinger_errors_total", "Queries that were answered SERVFAIL.");
    if (!context.checking) repeater_.emplace(kPause, [this] { write_waiting(); });
    return {};
  }

  void observe(const Query& query, const ReplyView& reply) override {
    if (reply.rcode != Rcode::SERVFAIL) return;
    failures_.add();
    rings_.push_with([&](Failure& failure) { failure.fill(query, reply); });
  }

  void stop() override {
    if (!repeater_) return;
    repeater_.reset();
    write_waiting();
  }

 private:
  // The logger holds back what comes too often, for each reason.
  void write_waiting() {
    rings_.drain([this](const Failure& failure) { log_.error(failure.reason(), failure.line()); });
    const auto lost = rings_.dropped() - dropped_before_;
    if (lost == 0) return;
    dropped_before_ += lost;
    log_.error("dropped", std::to_string(lost) + " more queries failed");
  }

  Logger log_;
  Counter failures_;
  WorkerRings<Failure> rings_{kMostWaiting};
  std::uint64_t dropped_before_ = 0;
  std::optional<Repeater> repeater_;
};

}  // namespace

PluginSpec spec() {
  return define_plugin<Errors>("errors", "logs queries that were answered SERVFAIL, with the cause");
}

}  // namespace harbinger::errors
