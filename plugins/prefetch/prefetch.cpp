// prefetch - learns what clients ask next, hints at it in answers, and resolves it ahead.
#include <algorithm>
#include <array>
#include <optional>

#include <harbinger/foresight.h>
#include <harbinger/hints.h>
#include <harbinger/http.h>
#include <harbinger/persona_directory.h>
#include <harbinger/plugin.h>
#include <harbinger/rcu.h>

#include <harbinger/resource_text.h>
#include "plugins/prefetch/ahead.h"
#include "plugins/prefetch/hint_chooser.h"
#include "plugins/prefetch/reply_look.h"
#include "plugins/prefetch/svcb_hints.h"
#include "plugins/prefetch/why_page.h"

namespace harbinger::prefetch {
namespace {

using namespace std::chrono_literals;

enum class Mode : std::uint8_t { off, dry_run, on };
enum class Whose : std::uint8_t { client, resource, global };

struct BudgetRow {
  Whose whose{};
  double requests = 0;
  ByteSize bytes{0};
};

using HintHashes = std::array<std::uint64_t, HintChoice::kMost>;

constexpr double kBurstSeconds = 5;
constexpr auto kPatience = 500ms;

// What identify finds out for decorate and observe.
struct Known {
  std::uint64_t resource = 0;  // 0: a name that is no resource
  ClientKey client = 0;
};

class Prefetch final : public Plugin {
 public:
  struct Config {
    Mode mode = Mode::on;
    std::optional<std::filesystem::path> journal, key;
    std::chrono::hours keep{24 * 7};
    ByteSize keep_size{256 << 20};
    std::size_t contexts = 250'000;
    std::uint32_t flood = 1000;
    double floor = 0.2;
    std::size_t hints = 4;
    std::vector<BudgetRow> budgets;
    std::vector<std::string> skip;
    bool refresh = true;
    unsigned extra_upstream = 10;
    std::vector<std::filesystem::path> manifests;
    bool svcb = false;
    std::optional<SocketAddress> why;
  };

  explicit Prefetch(Config config) : config_(std::move(config)) {}
  ~Prefetch() override { stop(); }

  Result<void> start(const PluginContext& context) override;
  void identify(Query& query) override;
  Task<Reply> serve(const Query& query, Next next) override;
  void decorate(const Query& query, ReplyEditor& editor) override;
  void observe(const Query& query, const ReplyView& reply) override;
  void stop() override;
  std::string note() const override;

 private:
  Foresight::Settings settings(const PluginContext& context) const;
  HintPolicy policy(const PluginContext& context) const;
  TokenBudget::Settings budgets() const;
  void register_metrics(Metrics& metrics);
  Result<void> listen(const PluginContext& context);
  ClientKey client_of(Query& query) const;
  bool speaks() const { return foresight_ && config_.mode != Mode::off; }
  void count(const HintChoice& choice) const;
  std::size_t write(const HintChoice& choice, std::string_view asked, std::span<std::uint8_t> out, HintHashes& hashes,
                    std::size_t& given) const;
  Task<Reply> serve_with_hints(const Query& query, Next next);
  HttpResponse why(const HttpRequest& request) const;

  const Config config_;
  const Clock* clock_ = nullptr;
  Fact<Known> known_{FactId::first_custom};
  Fact<KnownClient> key_{FactId::first_custom};
  std::shared_ptr<Foresight> foresight_;
  std::unique_ptr<HintChooser> chooser_;
  std::shared_ptr<void> resolver_, expected_;
  std::shared_ptr<HttpServer> server_;
  HttpServer::Route route_;
  Metrics* metrics_ = nullptr;
  Counter asked_, malformed_, predicted_, hinted_, already_, throttled_;
  std::array<Counter, static_cast<std::size_t>(Held::limit)> held_;
};

Foresight::Settings Prefetch::settings(const PluginContext& context) const {
  Foresight::Settings settings;
  settings.model.contexts = config_.contexts;
  settings.recent.most_per_second = config_.flood;
  settings.planner.extra_upstream = config_.extra_upstream / 100.0;
  for (const auto& file : config_.manifests) settings.manifests.push_back(context.resolve(file));
  if (!config_.journal) return settings;
  settings.journal.emplace();
  settings.journal->directory = context.resolve(*config_.journal);
  if (config_.key) settings.journal->key_file = context.resolve(*config_.key);
  settings.journal->max_age = config_.keep;
  settings.journal->max_bytes = config_.keep_size.bytes;
  return settings;
}

HintPolicy Prefetch::policy(const PluginContext& context) const {
  HintPolicy policy;
  policy.floor = config_.floor;
  policy.most = config_.hints;
  policy.skip = config_.skip;
  for (const auto& zone : context.zones) policy.zones.emplace_back(ResourceText(zone).view());
  return policy;
}

TokenBudget::Settings Prefetch::budgets() const {
  TokenBudget::Settings settings;
  for (const auto& row : config_.budgets) {
    const Rate requests{row.requests, row.requests * kBurstSeconds};
    const Rate bytes{static_cast<double>(row.bytes.bytes), static_cast<double>(row.bytes.bytes) * kBurstSeconds};
    switch (row.whose) {
      case Whose::client:
        settings.requests_per_client = requests;
        settings.bytes_per_client = bytes;
        break;
      case Whose::resource:
        settings.requests_per_resource = requests;
        settings.bytes_per_resource = bytes;
        break;
      case Whose::global:
        settings.requests_global = requests;
        settings.bytes_global = bytes;
        break;
    }
  }
  return settings;
}

void Prefetch::register_metrics(Metrics& metrics) {
  const auto of_hints = [&](const std::string& what, const char* help) {
    return metrics.counter("harbinger_prefetch_" + what + "_total", help, {{"kind", "hint"}});
  };
  metrics_ = &metrics;
  predicted_ = of_hints("predicted", "What was thought worth doing.");
  hinted_ = of_hints("hinted", "What was done: hints given, resolutions ahead begun.");
  already_ = of_hints("already_cached", "What needed no doing: the client has it, or it is being resolved.");
  throttled_ = of_hints("throttled", "What a budget stood against.");
  asked_ = metrics.counter("harbinger_prefetch_asked_total", "Queries that asked for hints.");
  malformed_ = metrics.counter("harbinger_prefetch_malformed_total", "Hint options that could not be read.");
  for (std::size_t i = 1; i < held_.size(); ++i)
    held_[i] = metrics.counter("harbinger_prefetch_held_back_total", "Hints not given, by reason.",
                               {{"reason", std::string(to_string(static_cast<Held>(i)))}});
}

Result<void> Prefetch::start(const PluginContext& context) {
  if (config_.mode == Mode::off || context.checking) return {};
  clock_ = context.clock;
  known_ = Fact<Known>{context.fact("prefetch")};
  key_ = Fact<KnownClient>{context.fact("client_key")};
  auto foresight = Foresight::shared(settings(context), {context.clock, context.metrics, context.log});
  if (!foresight) return fail(foresight.error());
  register_metrics(*context.metrics);
  chooser_ = std::make_unique<HintChooser>(policy(context), budgets());
  foresight_ = std::move(*foresight);
  if (config_.refresh && context.resolve_ahead)
    resolver_ = foresight_->resolve_with(make_resolver(context, *chooser_, budgets(), config_.mode == Mode::dry_run));
  // Two blocks may share a learner: what is suggested twice is the same.
  expected_ = persona_directory().hear_expected([foresight = foresight_.get()](const PersonaUpdate::Successors& each) {
    foresight->suggest(each.context, each.persona, each.next);
  });
  return listen(context);
}

Result<void> Prefetch::listen(const PluginContext& context) {
  if (!config_.why) return {};
  auto server = HttpServer::shared(*config_.why);
  if (!server) return fail(server.error());
  server_ = std::move(*server);
  route_ = server_->route("/prefetch/why", [this](const HttpRequest& request) { return why(request); });
  context.log.info("listening", "http://" + server_->address().to_string() + "/prefetch/why");
  return {};
}

void Prefetch::stop() {
  route_.reset();
  server_.reset();
  expected_.reset();
  resolver_.reset();
  foresight_.reset();
}

// Hashing is most of what identifying costs, so it is done once for all plugins that share the secret.
ClientKey Prefetch::client_of(Query& query) const {
  const auto identity = foresight_->keys().identity();
  if (const auto known = query.get(key_); known && known->identity == identity) return known->key;
  const auto key = foresight_->key_of(query.client().ip, query.ecs(), query.arrived());
  query.set(key_, {key, identity});
  return key;
}

void Prefetch::identify(Query& query) {
  if (!foresight_) return;
  const ResourceText text(query.name());
  Known known;
  if (!text.view().empty()) known.resource = resource_hash(text.view());
  known.client = client_of(query);
  foresight_->recent().prepare(known.client);
  query.set(known_, known);
}

void Prefetch::count(const HintChoice& choice) const {
  const Metrics::Cells cells(*metrics_);
  std::uint64_t predicted = 0;
  for (std::size_t i = 0; i < choice.count; ++i) {
    const auto held = choice.candidates[i].held;
    predicted += held != Held::unlikely;
    if (held == Held::no) continue;
    cells.add(held_[static_cast<std::size_t>(held)]);
    if (held == Held::just_had) cells.add(already_);
    if (held >= Held::client_budget) cells.add(throttled_);
  }
  cells.add(predicted_, predicted);
}

std::size_t Prefetch::write(const HintChoice& choice, std::string_view asked, std::span<std::uint8_t> out,
                            HintHashes& hashes, std::size_t& given) const {
  std::array<Hint, HintChoice::kMost> hints;
  given = 0;
  for (std::size_t i = 0; i < choice.count && given < hashes.size(); ++i) {
    if (choice.candidates[i].held != Held::no) continue;
    hashes[given] = choice.candidates[i].hash;
    hints[given++] = to_hint(choice.candidates[i]);
  }
  return given == 0 ? 0 : write_hints(std::span(hints).first(given), asked, out);
}

void Prefetch::decorate(const Query& query, ReplyEditor& editor) {
  if (!query.has_edns() || !speaks()) return;
  const auto option = query.option(OptionCode::HINTS);
  if (!option) return;
  asked_.add();
  const auto request = parse_hint_request(*option);
  if (!request) return malformed_.add();
  const auto known = query.get(known_);
  if (!known || known->resource == 0 || editor.rcode() != Rcode::NOERROR) return;

  HintAsking asking;
  asking.request = *request;
  const bool proved = query.address_proved();
  if (!proved) asking.request.max_hints = std::min<std::uint8_t>(request->max_hints, kMaxHints);
  asking.client = known->client;
  asking.persona = query.persona();
  if (asking.persona != 0) asking.profile = persona_directory().profile(asking.persona);
  asking.current = known->resource;
  asking.trail = foresight_->recent().of(known->client, query.arrived());
  asking.pressure = foresight_->pressure();
  asking.goes_on = foresight_->goes_on(known->client, known->resource);
  asking.now = query.arrived();
  HintChoice choice;
  chooser_->choose(foresight_->served(), asking, config_.mode == Mode::on, choice);
  count(choice);
  if (config_.mode != Mode::on) return;

  std::array<std::uint8_t, kMaxProvedHintBytes> octets;
  const auto room = proved ? kMaxProvedHintBytes : kMaxUnprovedHintBytes;
  HintHashes hashes;
  std::size_t given = 0;
  const ResourceText text(query.name());
  const auto size = write(choice, text.view(), std::span(octets).first(room), hashes, given);
  if (size == 0 || !editor.add_option(OptionCode::HINTS, std::span(octets).first(size))) return;
  hinted_.add(given);
  foresight_->hinted(known->client, std::span(hashes).first(given), query.arrived());
}

void Prefetch::observe(const Query& query, const ReplyView& reply) {
  if (!foresight_ || reply.wire.empty()) return;
  const auto known = query.get(known_);
  if (!known || known->resource == 0) return;
  const ResourceText text(query.name());
  if (!config_.skip.empty() && !chooser_->allows(text.view())) return;
  Access access;
  access.client = known->client;
  access.resource = text.view();
  access.persona = query.persona();
  access.type = static_cast<std::uint16_t>(query.type());
  access.outcome = outcome_of(reply);
  access.ttl_s = ttl_of(reply.wire);
  access.latency_us = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(reply.took.count() / 1000, 0, std::numeric_limits<std::uint32_t>::max()));
  foresight_->accessed(access, known->resource, query.arrived(),
                       {.variant = variant_of(query), .from_cache = reply.source == Source::cache});
}

Task<Reply> Prefetch::serve(const Query& query, Next next) {
  const bool binds = query.type() == RRType::HTTPS || query.type() == RRType::SVCB;
  return config_.svcb && config_.mode == Mode::on && binds && !query.dnssec_ok() ? serve_with_hints(query, next)
                                                                                 : next(query);
}

// These are kept with the answer, so they may depend on the name only, and tell what everybody may hear: nobody in particular asks.
Task<Reply> Prefetch::serve_with_hints(const Query& query, Next next) {
  Reply reply = co_await next(query);
  const ResourceText text(query.name());
  if (text.view().empty() || !foresight_) co_return reply;
  HintAsking asking;
  asking.current = resource_hash(text.view());
  asking.pressure = foresight_->pressure();
  asking.now = clock_->now();
  HintChoice choice;
  chooser_->choose(foresight_->served(), asking, false, choice);
  std::array<std::uint8_t, kMaxUnprovedHintBytes> octets;
  HintHashes hashes;
  std::size_t given = 0;
  const auto size = write(choice, text.view(), octets, hashes, given);
  if (size != 0) add_hints(reply, query.type(), std::span(octets).first(size));
  co_return reply;
}

std::string Prefetch::note() const {
  std::string all;
  if (foresight_)
    for (const auto& note : foresight_->notes()) all.append(all.empty() ? "" : "; ").append(note);
  return all;
}

HttpResponse Prefetch::why(const HttpRequest& request) const {
  WhyReport report;
  report.name = request.value("name");
  report.client = request.value("client");
  const auto address = IpAddress::parse(report.client);
  if (report.name.empty() || !address)
    return {400, "asked as /prefetch/why?name=NAME&client=ADDRESS: a resource, and the address of a client\n"};
  if (const auto name = Name::parse(report.name); name && report.name.find("://") == std::string::npos)
    report.name = ResourceText(*name).view();
  const auto now = clock_->now();
  const auto client = foresight_->key_of(*address, now);
  auto why = foresight_->why(client, report.name, kPatience);
  if (!why) return {503, "the learner is busy; ask again\n"};

  report.why = std::move(*why);
  report.state = foresight_->state();
  report.mode = config_.mode == Mode::on ? "on" : "dry-run";
  report.pressure = foresight_->pressure();
  report.policy = chooser_->policy();
  report.client_left = chooser_->left(TokenBudget::Limit::client, client, now);
  report.resource_left = chooser_->left(TokenBudget::Limit::resource, report.why.resource, now);
  report.global_left = chooser_->left(TokenBudget::Limit::global, 0, now);
  if (!report.why.explanation.recent.empty()) report.current = report.why.explanation.recent.front();
  HintAsking asking;
  asking.client = client;
  asking.current = resource_hash(report.current);
  asking.pressure = report.pressure;
  asking.goes_on = foresight_->goes_on(client, asking.current);
  asking.now = now;
  asking.trail = foresight_->recent().of(client, now);
  const rcu::Reader reader;  // texts stay until the page is written
  chooser_->choose(foresight_->served(), asking, false, report.choice);
  const bool json = request.accept.find("application/json") != std::string_view::npos;
  return {200, json ? as_json(report) : as_text(report), json ? "application/json" : "text/plain; charset=utf-8"};
}

}  // namespace

PluginSpec spec() {
  using Config = Prefetch::Config;
  return define_plugin<Prefetch>("prefetch", "learns what clients ask next, hints at it, and resolves it ahead")
      .optional_argument("MODE", &Config::mode,
                         one_of<Mode>({{"off", Mode::off}, {"dry-run", Mode::dry_run}, {"on", Mode::on}}),
                         "off; dry-run: learns and counts, and does nothing; on")
      .option("journal", &Config::journal, "a folder for the access history and the model; in memory only if left out")
      .option("key", &Config::key, "the file with the journal's key; `key` in its folder if left out")
      .option("keep", &Config::keep, at_least(std::chrono::hours(1)), "how long the access history is kept")
      .option("keep_size", &Config::keep_size, at_least(1 << 20), "how large it may grow")
      .option("contexts", &Config::contexts, between(1'000, 10'000'000), "situations that the model remembers")
      .option("flood", &Config::flood, at_least(1), "queries of one client in a second that are learnt from, at most")
      .option("floor", &Config::floor, between(0.0, 1.0), "hints that are less probable are not given")
      .option("hints", &Config::hints, between(0, HintChoice::kMost),
              "hints in one answer; at most 8 go to a client whose address is not proved")
      .rows("budget", &Config::budgets,
            Clause<BudgetRow>()
                .argument("WHOSE", &BudgetRow::whose,
                          one_of<Whose>(
                              {{"client", Whose::client}, {"resource", Whose::resource}, {"global", Whose::global}}))
                .value("requests", &BudgetRow::requests, at_least(0.0))
                .value("bytes", &BudgetRow::bytes),
            "what speculation may cost per second: for one client, for one resource, or in all")
      .option("skip", &Config::skip,
              "resources that are never learnt, hinted at or resolved ahead; `*` stands for anything")
      .option("refresh", &Config::refresh, "whether answers are resolved ahead")
      .option("extra_upstream", &Config::extra_upstream, between(0, 100),
              "per cent more upstream queries that resolving ahead may cost")
      .option("manifest", &Config::manifests, "files that describe the fragments of resources")
      .option("svcb", &Config::svcb, "whether SVCB and HTTPS answers carry hints, too")
      .option("why", &Config::why, default_port(9153), "where GET /prefetch/why is answered; nowhere if left out");
}

}  // namespace harbinger::prefetch
