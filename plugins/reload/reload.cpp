// reload - asks the server to read its configuration again when one of its files has changed.
#include <algorithm>
#include <optional>

#include <harbinger/plugin.h>
#include <harbinger/repeater.h>

#include "plugins/reload/source_watch.h"

namespace harbinger::reload {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kSecondLook{500};

class Reload final : public Plugin {
 public:
  struct Config {
    std::chrono::milliseconds interval{30s};
    std::chrono::milliseconds jitter{15s};
  };

  explicit Reload(Config config) : config_(config) {}
  ~Reload() override { stop(); }

  Result<void> start(const PluginContext& context) override {
    if (context.checking || context.sources.empty()) return {};
    watch_.emplace(context.sources);
    repeater_.emplace([this, &random = *context.random] { return pause(random); },
                      [this, &context] {
                        if (!watch_->changed()) return;
                        context.log.info("changed", "the configuration has changed");
                        context.ask_server("reload");
                      });
    return {};
  }

  void stop() override { repeater_.reset(); }

 private:
  // The jitter keeps servers that share a configuration from reloading at the same moment.
  Duration pause(Random& random) const {
    if (watch_->settling()) return std::min(config_.interval, kSecondLook);
    const auto most = static_cast<std::uint64_t>(config_.jitter.count());
    return config_.interval + std::chrono::milliseconds(most == 0 ? 0 : random.below(most));
  }

  const Config config_;
  std::optional<SourceWatch> watch_;
  std::optional<Repeater> repeater_;
};

}  // namespace

PluginSpec spec() {
  return define_plugin<Reload>("reload", "reads the configuration again when one of its files has changed")
      .optional_argument("INTERVAL", &Reload::Config::interval, at_least(100ms), "how long to wait between two looks")
      .optional_argument("JITTER", &Reload::Config::jitter, "a random part of this is added to each wait");
}

}  // namespace harbinger::reload
