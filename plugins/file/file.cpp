// file - serves zones from master files (RFC 1035 sec. 5), and loads them again when they change.
#include <algorithm>
#include <deque>
#include <memory>

#include <harbinger/plugin.h>
#include <harbinger/repeater.h>

#include "plugins/file/served_zone.h"
#include "plugins/file/zone_answer.h"

namespace harbinger {

namespace file {

/// How often to look at the files; 0 is never.
struct ReloadInterval {
  std::chrono::milliseconds every{std::chrono::minutes(1)};
};

}  // namespace file

template <>
struct OptionValue<file::ReloadInterval> {
  static Result<file::ReloadInterval> parse(std::string_view text) {
    if (text == "off") return file::ReloadInterval{std::chrono::milliseconds(0)};
    auto every = OptionValue<std::chrono::milliseconds>::parse(text);
    if (!every) return fail(ErrorCode::malformed, "a duration such as 30s, or off");
    return file::ReloadInterval{*every};
  }
  static std::string show(const file::ReloadInterval& value) {
    return value.every.count() == 0 ? "off" : OptionValue<std::chrono::milliseconds>::show(value.every);
  }
  static std::string_view form() { return "DURATION|off"; }
};

namespace file {

namespace {

class File final : public Plugin {
 public:
  struct Config {
    std::filesystem::path file;
    std::vector<Name> zones;
    ReloadInterval reload;
    bool fallthrough = false;
  };

  explicit File(Config config) : config_(std::move(config)) {}

  Result<void> start(const PluginContext& context) override {
    answers_ = context.answers;
    for (const Name& apex : config_.zones.empty() ? context.zones : config_.zones) {
      Result<void> added = add_zone(apex, context);
      if (!added) return added;
    }
    if (context.checking) return {};
    auto every = config_.reload.every.count() > 0 ? Duration(config_.reload.every) : Duration(-1);
    watcher_ = std::make_unique<Repeater>(every, [this] { look_at_files(); });
    return {};
  }

  Task<Reply> serve(const Query& query, Next next) override {
    const ServedZone* zone = query.klass() == RRClass::IN ? zone_for(query) : nullptr;
    return zone ? answer(*zone, query, next) : next(query);
  }

  void refresh() override {
    if (watcher_) watcher_->wake();
  }

  void stop() override { watcher_.reset(); }

 private:
  Result<void> add_zone(const Name& apex, const PluginContext& context) {
    bool ours = std::ranges::any_of(context.zones, [&](const Name& zone) { return apex.is_within(zone); });
    if (!ours)
      return fail(ErrorCode::conflict, "zone " + apex.to_string() + " is not within the zones of its server block");
    for (const ServedZone& there : zones_)
      if (there.apex() == apex) return fail(ErrorCode::conflict, "zone " + apex.to_string() + " stands here twice");
    return zones_.emplace_back(apex, context.resolve(config_.file)).start(context);
  }

  // The longest zone; but a DS belongs to the zone above the cut (RFC 4035 sec. 3.1.4.1), if we have that too.
  const ServedZone* zone_for(const Query& query) const {
    const ServedZone* longest = nullptr;
    const ServedZone* own_apex = nullptr;
    for (const ServedZone& zone : zones_) {
      if (!query.name().is_within(zone.apex())) continue;
      if (query.type() == RRType::DS && query.name().size() == zone.apex().size())
        own_apex = &zone;
      else if (!longest || longest->apex().size() < zone.apex().size())
        longest = &zone;
    }
    return longest ? longest : own_apex;
  }

  Task<Reply> answer(const ServedZone& zone, const Query& query, Next next) {
    if (query.type() == RRType::AXFR || query.type() == RRType::IXFR) co_return Reply::with(Rcode::REFUSED);
    Reply reply = answer_from(zone.current(), query);
    if (!config_.fallthrough || reply.rcode() != Rcode::NXDOMAIN) co_return reply;
    Reply other = co_await next(query);
    co_return other.answered() ? std::move(other) : std::move(reply);
  }

  void look_at_files() {
    bool changed = false;
    for (ServedZone& zone : zones_) changed |= zone.reload_if_changed();
    if (changed && answers_) answers_->changed_all();
  }

  const Config config_;
  std::deque<ServedZone> zones_;
  Answers* answers_ = nullptr;
  std::unique_ptr<Repeater> watcher_;  // last, so that it ends first
};

}  // namespace

PluginSpec spec() {
  return define_plugin<File>("file", "serves zones from master files, and loads them again when they change")
      .argument("DBFILE", &File::Config::file, "the master file; relative to the Harbingerfile")
      .optional_argument("ZONES", &File::Config::zones,
                         "what the file is served as; the zones of the block if left out")
      .option("reload", &File::Config::reload, "how often to look whether the file or an included one changed")
      .option("fallthrough", &File::Config::fallthrough, "asks the next plugin for names that the zone does not have");
}

}  // namespace file

}  // namespace harbinger
