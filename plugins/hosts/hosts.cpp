// hosts - answers from a file in the manner of /etc/hosts, and loads it again when it changes.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

#include <harbinger/plugin.h>
#include <harbinger/rcu.h>
#include <harbinger/records.h>
#include <harbinger/repeater.h>

#include "plugins/hosts/host_table.h"

namespace harbinger::hosts {
namespace {

using namespace std::chrono_literals;

class Hosts final : public Plugin {
 public:
  struct Config {
    std::filesystem::path file = "/etc/hosts";
    std::vector<Name> zones;
    std::vector<Entry> entries;
    std::chrono::seconds ttl{1h};
    std::chrono::milliseconds reload{5s};
    bool no_reverse = false;
    bool fallthrough = false;
  };

  explicit Hosts(Config config) : config_(std::move(config)) {}
  ~Hosts() override { stop(); }

  Result<void> start(const PluginContext& context) override {
    log_ = context.log;
    clock_ = context.clock;
    answers_ = context.answers;
    zones_ = config_.zones.empty() ? context.zones : config_.zones;
    file_ = context.resolve(config_.file);
    const auto text = read_file();
    if (!text && !may_be_missing())
      return fail(ErrorCode::not_found, "cannot read the hosts file; name one that exists, or none and only lines",
                  {file_.string()});
    publish(text ? *text : std::string());
    make_gauges(*context.metrics);
    if (context.checking) return {};
    const bool never = config_.reload == 0ms;
    repeater_.emplace(never ? Duration(-1) : Duration(config_.reload), [this] { look(); });
    return {};
  }

  Task<Reply> serve(const Query& query, Next next) override {
    const auto* zone = query.klass() == RRClass::IN ? zone_of(query.name()) : nullptr;
    if (!zone) return next(query);
    auto reply = answer(query, *zone);
    return reply ? ready(std::move(*reply)) : next(query);
  }

  void refresh() override {
    if (repeater_) repeater_->wake();
  }

  void stop() override { repeater_.reset(); }

 private:
  bool may_be_missing() const { return !config_.entries.empty() || config_.file == "/etc/hosts"; }

  const Name* zone_of(const Name& name) const {
    const Name* longest = nullptr;
    for (const auto& zone : zones_)
      if (name.is_within(zone) && (!longest || zone.size() > longest->size())) longest = &zone;
    return longest;
  }

  // Nothing: not ours, ask the next plugin.
  std::optional<Reply> answer(const Query& query, const Name& zone) const {
    const auto& table = *table_.load();
    Reply reply = Reply::to(query);
    reply.set_authoritative().keep(Reply::Keeping::until_changed);
    const auto* host = table.find(query.name());
    const auto* names = config_.no_reverse ? nullptr : table.find_reverse(query.name());
    if (host) add_addresses(query, *host, reply);
    if (names) add_names(query, *names, reply);
    if (!reply.answers().empty()) return reply;

    const bool has_records = (host && !host->addresses.empty()) || names;
    if (!has_records && config_.fallthrough) return std::nullopt;
    if (!host && !names && query.name() != zone && !is_above_reverse(query.name())) reply.set_rcode(Rcode::NXDOMAIN);
    reply.add_authority(start_of(zone));
    return reply;
  }

  void add_addresses(const Query& query, const Host& host, Reply& reply) const {
    for (const auto& address : host.addresses)
      if (query.type() == RRType::ANY || query.type() == (address.is_v4() ? RRType::A : RRType::AAAA))
        reply.add_answer(address_record(query.name(), config_.ttl, address));
  }

  void add_names(const Query& query, const std::vector<Name>& names, Reply& reply) const {
    if (query.type() != RRType::PTR && query.type() != RRType::ANY) return;
    for (const auto& name : names) reply.add_answer(ptr(query.name(), config_.ttl, name));
  }

  // A denial without SOA could not be kept by anybody (RFC 2308 sec. 5), so there is one, though the file has none.
  Record start_of(const Name& zone) const {
    const auto seconds = static_cast<std::uint32_t>(config_.ttl.count());
    return soa(zone, config_.ttl, {zone, zone.child("hostmaster").value_or(zone), 1, 7200, 1800, 86400, seconds});
  }

  std::optional<std::string> read_file() {
    std::error_code error;
    seen_ = std::filesystem::last_write_time(file_, error);
    std::ifstream in(file_, std::ios::binary);
    if (!in || std::filesystem::is_directory(file_, error)) return std::nullopt;
    return std::string{std::istreambuf_iterator<char>(in), {}};
  }

  // On the thread of our own. A file that has gone keeps its last content: most likely somebody is about to write it anew.
  void look() {
    std::error_code error;
    const auto changed = std::filesystem::last_write_time(file_, error);
    if (error || changed == seen_) return;
    const auto text = read_file();
    if (!text) return log_.warning("read", "cannot read " + file_.string() + "; its last content stays");
    if (digest_of(*text) == digest_) return;
    publish(*text);
    answers_->changed_all();
    log_.info("loaded", file_.string() + " has changed: " + std::to_string(entries_) + " entries");
  }

  static std::uint64_t digest_of(std::string_view text) { return keyed_hash(text.data(), text.size()); }

  void publish(std::string_view text) {
    auto table = std::make_unique<HostTable>();
    for (const auto& entry : config_.entries) table->add(entry);
    const auto complain = [this](const Error& error) { log_.warning("line", error.to_string()); };
    for (const auto& entry : parse_hosts(text, file_.string(), complain)) table->add(entry);
    entries_ = table->entries();
    loaded_ = std::chrono::duration<double>(clock_->calendar().time_since_epoch()).count();
    table_.publish(table.release());
    digest_ = digest_of(text);
  }

  void make_gauges(Metrics& metrics) {
    const Labels labels{{"file", file_.string()}};
    const auto show = [](const auto& value) { return [&value] { return static_cast<double>(value.load()); }; };
    gauges_ = {metrics.gauge("harbinger_hosts_entries", "Names with an address, lines of the configuration included.",
                             show(entries_), labels),
               metrics.gauge("harbinger_hosts_reload_timestamp_seconds",
                             "When the file was last loaded, in seconds since 1970.", show(loaded_), labels)};
  }

  const Config config_;
  Logger log_;
  const Clock* clock_ = nullptr;
  Answers* answers_ = nullptr;
  std::vector<Name> zones_;
  std::filesystem::path file_;
  std::filesystem::file_time_type seen_{};
  std::uint64_t digest_ = 0;
  rcu::Published<HostTable> table_;
  std::atomic<std::size_t> entries_{0};
  std::atomic<double> loaded_{0};
  std::vector<Metrics::GaugeHandle> gauges_;
  std::optional<Repeater> repeater_;
};

Clause<Entry> entry() { return Clause<Entry>().argument("ADDRESS", &Entry::address).argument("NAME", &Entry::names); }

}  // namespace

PluginSpec spec() {
  return define_plugin<Hosts>("hosts", "answers from a file in the manner of /etc/hosts")
      .optional_argument("FILE", &Hosts::Config::file, "the file to read")
      .optional_argument("ZONE", &Hosts::Config::zones, "names to answer for; those of the server block if left out")
      .option("ttl", &Hosts::Config::ttl, "how long the answers may be kept")
      .option("reload", &Hosts::Config::reload, "how long to wait between two looks at the file; 0s never looks")
      .option("no_reverse", &Hosts::Config::no_reverse, "does not answer for addresses")
      .option("fallthrough", &Hosts::Config::fallthrough, "asks the next plugin for names that are not there")
      .other_lines(&Hosts::Config::entries, entry(), "an address and its names, as in the file");
}

}  // namespace harbinger::hosts
