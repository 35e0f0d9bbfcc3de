// file - serves zones from master files (RFC 1035 sec. 5), and loads them again when they change.
#include <algorithm>
#include <memory>

#include <harbinger/plugin.h>
#include <harbinger/repeater.h>

#include "plugins/file/notifier.h"
#include "plugins/file/served_zone.h"
#include "plugins/file/transfer.h"
#include "plugins/file/updates.h"
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
    std::optional<std::filesystem::path> keys;
    std::vector<TransferRule> transfers;
    std::vector<NotifyTarget> notifies;
    std::vector<UpdateRule> updates;
    std::filesystem::path journal = "journal";
    ByteSize history{16 << 20};
  };

  explicit File(Config config) : config_(std::move(config)) {}

  Result<void> start(const PluginContext& context) override {
    answers_ = context.answers;
    if (auto ready = start_transfers(context); !ready) return ready;
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

  Task<bool> maintain(const ZoneRequest& request, ZoneReplies& replies) override {
    const bool change = request.kind == ZoneRequest::Kind::update;
    if ((change && config_.updates.empty()) || !zone_for(request.query)) co_return false;
    Task<void> answered = answer_request(request, replies);
    co_await std::move(answered);
    co_return true;
  }

  void refresh() override {
    if (watcher_) watcher_->wake();
  }

  void stop() override {
    watcher_.reset();
    changes_.clear();
    notifier_.reset();
  }

 private:
  Result<void> add_zone(const Name& apex, const PluginContext& context) {
    bool ours = std::ranges::any_of(context.zones, [&](const Name& zone) { return apex.is_within(zone); });
    if (!ours)
      return fail(ErrorCode::conflict, "zone " + apex.to_string() + " is not within the zones of its server block");
    if (zone_named(apex)) return fail(ErrorCode::conflict, "zone " + apex.to_string() + " stands here twice");
    if (auto opened = open_zone(apex, context); !opened) return opened;
    changes_.push_back(zones_.back().served->tell_changes([this](const Zone& now) {
      if (notifier_) notifier_->changed(soa_record(now));
      if (answers_) answers_->changed_all();
    }));
    if (notifier_) notifier_->changed(soa_record(*zones_.back().served->newest()));
    return {};
  }

  // What clients may change survives a reload; what they may not is loaded anew.
  Result<void> open_zone(const Name& apex, const PluginContext& context) {
    const auto master = context.resolve(config_.file);
    const std::size_t history = config_.transfers.empty() ? 0 : config_.history.bytes;
    if (config_.updates.empty()) {
      const auto zone = std::make_shared<ServedZone>(apex, master, history);
      zones_.push_back({zone, nullptr});
      return zone->start(context);
    }
    auto zone = DynamicZone::shared({context.resolve(config_.journal), apex, master, history}, context);
    if (!zone) return fail(zone.error());
    zones_.push_back({std::shared_ptr<ServedZone>(*zone, &(*zone)->served()), *zone});
    return {};
  }

  Task<void> answer_request(const ZoneRequest& request, ZoneReplies& replies) {
    const Served* zone = zone_named(request.query.name());
    if (request.kind == ZoneRequest::Kind::notify) return transfers_->turn_away_notify(request, replies);
    if (request.kind == ZoneRequest::Kind::transfer)
      return transfers_->serve(zone ? zone->served.get() : nullptr, request, replies);
    return updates_->serve(zone ? zone->dynamic : nullptr, request, replies);
  }

  Result<void> start_transfers(const PluginContext& context) {
    TsigKeys keys;
    if (config_.keys) {
      auto read = TsigKeys::read(context.resolve(*config_.keys));
      if (!read) return fail(joined(read.error()));
      keys = std::move(*read);
    }
    if (auto right = check_rules(config_.transfers, config_.notifies, keys); !right) return right;
    if (auto right = check_update_rules(config_.updates, keys); !right) return right;
    transfers_ = std::make_unique<Transfers>(config_.transfers, keys, context);
    updates_ = std::make_unique<Updates>(config_.updates, keys, context);
    if (!context.checking) notifier_ = Notifier::make(config_.notifies, keys, context);
    return {};
  }

  static Error joined(const std::vector<Error>& errors) {
    Error all = errors.front();
    for (std::size_t i = 1; i < errors.size(); ++i) all.message += "\n" + errors[i].to_string();
    return all;
  }

  // A zone, and what changes it where clients may.
  struct Served {
    std::shared_ptr<ServedZone> served;
    std::shared_ptr<DynamicZone> dynamic;
  };

  const Served* zone_named(const Name& name) const {
    const auto found = std::ranges::find(zones_, name, [](const Served& each) { return each.served->apex(); });
    return found == zones_.end() ? nullptr : &*found;
  }

  // The longest zone; but a DS belongs to the zone above the cut (RFC 4035 sec. 3.1.4.1), if we have that too.
  const ServedZone* zone_for(const Query& query) const {
    const ServedZone* longest = nullptr;
    const ServedZone* own_apex = nullptr;
    for (const auto& [served, dynamic] : zones_) {
      const ServedZone& zone = *served;
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
    for (const auto& [served, dynamic] : zones_) {
      if (dynamic) {
        dynamic->look_at_master();
      } else {
        served->reload_if_changed();
      }
    }
  }

  const Config config_;
  std::vector<Served> zones_;
  std::vector<std::shared_ptr<void>> changes_;
  Answers* answers_ = nullptr;
  std::unique_ptr<Transfers> transfers_;
  std::unique_ptr<Updates> updates_;
  std::unique_ptr<Notifier> notifier_;
  std::unique_ptr<Repeater> watcher_;  // last, so that it ends first
};

}  // namespace

PluginSpec spec() {
  return define_plugin<File>("file", "serves zones from master files, and loads them again when they change")
      .argument("DBFILE", &File::Config::file, "the master file; relative to the Harbingerfile")
      .optional_argument("ZONES", &File::Config::zones,
                         "what the file is served as; the zones of the block if left out")
      .option("reload", &File::Config::reload, "how often to look whether the file or an included one changed")
      .option("fallthrough", &File::Config::fallthrough, "asks the next plugin for names that the zone does not have")
      .option("keys", &File::Config::keys, "a file of keys, [algorithm:]name:secret a line")
      .rows("transfer", &File::Config::transfers, transfer_clause(),
            "who may have the whole zone: by key, by address, or both; nobody if left out")
      .rows("notify", &File::Config::notifies, notify_clause(), "who is told when the zone changed")
      .rows("update", &File::Config::updates, update_clause(),
            "which key may change what, by UPDATE (RFC 2136); nobody if left out")
      .option("journal", &File::Config::journal, "the folder for changes that clients made")
      .option("history", &File::Config::history, "memory for past changes of each zone, for incremental transfers");
}

}  // namespace file

}  // namespace harbinger
