// vm_provisioning - answers with an instance that runs for clients like this one already, and has some ready before they ask.
#include <algorithm>
#include <array>
#include <optional>

#include <harbinger/foresight.h>
#include <harbinger/http.h>
#include <harbinger/option_value.h>
#include <harbinger/persona_directory.h>
#include <harbinger/plugin.h>
#include <harbinger/records.h>

#include "plugins/vm_provisioning/answer.h"
#include "plugins/vm_provisioning/clauses.h"
#include "plugins/vm_provisioning/config.h"
#include "plugins/vm_provisioning/led_once.h"
#include "plugins/vm_provisioning/names.h"
#include "plugins/vm_provisioning/pages.h"
#include "plugins/vm_provisioning/profiles.h"
#include "plugins/vm_provisioning/service.h"
#include "plugins/vm_provisioning/shown_tag.h"

namespace harbinger::vm_provisioning {
namespace {

using namespace std::chrono_literals;
using provision::Mode;
using provision::Wish;
using Without = provision::PoolSettings::Without;

constexpr Fact<Place> kPlace{FactId::location};
constexpr Fact<std::uint64_t> kTag{FactId::tag};
// What tends to come before a wish: lines of the configuration, and names that are predicted.
constexpr std::size_t kConfiguredLead = 0, kPredictedLead = 1;
// A client that waits for its instance looks so often.
constexpr Duration kLook = 5ms;

/// What identify finds out for serve: an answer depends on it.
struct Asked {
  std::uint16_t pool = 0;
  ShownTag shown = ShownTag::none;
};

bool wants_address(RRType type) {
  return type == RRType::A || type == RRType::AAAA || type == RRType::SVCB || type == RRType::HTTPS;
}

class VmProvisioning final : public Plugin {
 public:
  using Config = vm_provisioning::Config;

  explicit VmProvisioning(Config config) : config_(std::move(config)) {}
  ~VmProvisioning() override { stop(); }

  Result<void> start(const PluginContext& context) override;
  void identify(Query& query) override;
  Task<Reply> serve(const Query& query, Next next) override;
  void decorate(const Query& query, ReplyEditor& editor) override;
  void observe(const Query& query, const ReplyView& reply) override;
  void stop() override;
  std::string note() const override;

 private:
  Result<void> read_names();
  void register_metrics(Metrics& metrics);
  void hear(const PluginContext& context);
  Result<void> open_pages(const PluginContext& context);

  KnownTag own_tag(const Query& query) const;
  bool waits(std::uint16_t pool) const { return config_.pools[pool].without == Without::wait; }
  void wish(const Query& query, Wish wish) const;
  std::uint64_t client_of(const Query& query) const;
  void lead(const Query& query);
  Reply tell_tag(const Query& query) const;
  Task<Reply> serve_tag(const Query& query, Next next, Wish wish, ShownTag shown);
  Task<Reply> serve_later(const Query& query, Next next, Wish wish, ShownTag shown) const;
  Task<Reply> serve_without(const Query& query, Next next, Wish wish, ShownTag shown) const;
  Task<Reply> serve_by_others(const Query& query, Next next, Wish wish) const;
  Reply told(const Query& query, const provision::Assignment& what, Wish wish, ShownTag shown) const;

  const Config config_;
  Name zone_, tag_name_;
  Fact<Asked> asked_{FactId::first_custom};
  Fact<std::uint64_t> own_{FactId::first_custom};
  ProvisionedNames names_, leads_;
  LedOnce led_;
  std::shared_ptr<ProvisioningService> service_;
  std::unique_ptr<ClientProfiles> profiles_;
  std::array<Counter, kShownTags> shown_;
  std::shared_ptr<void> changes_, renamed_, expected_;
  std::unique_ptr<ProvisioningPages> pages_;
};

Result<void> VmProvisioning::start(const PluginContext& context) {
  if (auto checked = check(config_); !checked) return checked;
  if (auto read = read_names(); !read) return read;
  if (config_.mode == Mode::off || context.checking) return {};
  zone_ = context.zones.empty() ? Name() : context.zones.front();
  tag_name_ = zone_.child("cpt").value_or(zone_);
  asked_ = Fact<Asked>{context.fact("vm_provisioning")};
  own_ = Fact<std::uint64_t>{context.fact("own_tag")};
  auto service =
      ProvisioningService::shared(service_settings(config_, context), {context.clock, context.metrics, context.log});
  if (!service) return fail(service.error());
  auto profiles = ClientProfiles::make(config_, *(*service)->keys());
  if (!profiles) return fail(profiles.error());
  profiles_ = std::move(*profiles);
  service_ = std::move(*service);
  register_metrics(*context.metrics);
  hear(context);
  return open_pages(context);
}

Result<void> VmProvisioning::read_names() {
  for (const auto& row : config_.names)
    if (auto added = names_.add(row.name_template, number_of(config_, row.pool)); !added) return added;
  for (const auto& row : config_.types)
    for (const auto& type : row.types) names_.type(type, number_of(config_, row.pool));
  for (const auto& row : config_.leads)
    if (auto added = leads_.add(row.name_template, number_of(config_, row.pool)); !added) return added;
  return {};
}

void VmProvisioning::register_metrics(Metrics& metrics) {
  for (std::size_t i = 0; i < kShownTags; ++i)
    shown_[i] = metrics.counter("harbinger_vm_provisioning_queries_total",
                                "queries for names with instances, by the tag that they showed",
                                {{"tag", std::string(to_string(static_cast<ShownTag>(i)))}});
}

void VmProvisioning::hear(const PluginContext& context) {
  changes_ = service_->on_change([answers = context.answers](Wish wish) { answers->changed(name_of(wish)); });
  renamed_ = persona_directory().hear_renamed([profiles = profiles_.get()] { profiles->forget(); });
  expected_ = Foresight::listen_to_all([this](const Foresight::Expectation& expectation) {
    for (const auto& part : expectation.likely) {
      const auto name = Name::parse(part.resource);
      ProvisionedNames::Match match;
      if (name && names_.match(*name, match)) service_->led(match.pool, kPredictedLead, part.soon);
    }
  });
}

Result<void> VmProvisioning::open_pages(const PluginContext& context) {
  if (!config_.http) return {};
  auto door = open(guarded_http(config_), context, "/v1/pools");
  if (!door) return fail(door.error());
  pages_ = std::make_unique<ProvisioningPages>(std::move(door->server), std::move(door->guard),
                                               [service = service_.get()] { return service->engine(); });
  return {};
}

// What uses the rest goes first.
void VmProvisioning::stop() {
  pages_.reset();
  expected_.reset();
  renamed_.reset();
  changes_.reset();
  service_.reset();
}

std::string VmProvisioning::note() const { return service_ ? service_->trouble() : std::string(); }

// The tier goes by who sent the query: in a subnet's name anybody could ask.
KnownTag VmProvisioning::own_tag(const Query& query) const {
  return profiles_->tag_of({query.persona(), query.get(kPlace).value_or(Place{}), query.client().ip},
                           service_->calendar(query.arrived()));
}

void VmProvisioning::identify(Query& query) {
  ProvisionedNames::Match match;
  if (!service_ || !names_.match(query.name(), match)) return;
  const auto own = own_tag(query).key;
  const auto judged =
      judge(match, query.option(OptionCode::CPT), *service_->keys(), service_->calendar(query.arrived()));
  auto shown = judged.shown;
  if (shown == ShownTag::valid && service_->is_void(judged.key)) shown = ShownTag::expired;
  query.set(own_, own);
  query.set(asked_, Asked{match.pool, shown});
  if (!is_forged(shown)) query.set(kTag, shown == ShownTag::valid ? judged.key : own);
}

// Facts are read only where they count. What another plugin asks for in the client's place was not identified.
Task<Reply> VmProvisioning::serve(const Query& query, Next next) {
  if (!service_ || config_.mode != Mode::on || query.klass() != RRClass::IN) return next(query);
  if (query.type() == RRType::TXT && query.name() == tag_name_) return ready(tell_tag(query));
  ProvisionedNames::Match match;
  if (!names_.match(query.name(), match)) return next(query);
  const auto asked = query.get(asked_);
  if (!asked || asked->pool != match.pool) return next(query);
  if (asked->shown == ShownTag::forged_label) return ready(no_such_name(query, zone_));
  if (asked->shown == ShownTag::forged_option) {
    Reply refusal = Reply::with(Rcode::REFUSED);
    refusal.explain(EdeCode::prohibited, "no tag of ours").keep(Reply::Keeping::until_changed);
    return ready(std::move(refusal));
  }
  const auto tag = query.get(kTag);
  return tag ? serve_tag(query, next, {*tag, asked->pool}, asked->shown) : next(query);
}

// Who may wait is known before: the wish would come too late when it is observed.
Task<Reply> VmProvisioning::serve_tag(const Query& query, Next next, Wish wished, ShownTag shown) {
  const bool may_wait = waits(wished.pool) && wants_address(query.type());
  if (may_wait) wish(query, wished);
  if (const auto* own = service_->table().find(wished)) return ready(told(query, *own, wished, shown));
  if (may_wait && Loop::current() != nullptr) return serve_later(query, next, wished, shown);
  return serve_without(query, next, wished, shown);
}

Task<Reply> VmProvisioning::serve_later(const Query& query, Next next, Wish wished, ShownTag shown) const {
  auto& loop = *Loop::current();
  const auto service = service_;
  const auto until = std::min(loop.clock().now() + config_.wait, query.deadline() - kLook);
  while (loop.clock().now() < until) {
    Task<void> pause = loop.sleep(kLook);
    co_await std::move(pause);
    if (const auto* own = service->table().find(wished)) co_return told(query, *own, wished, shown);
  }
  Task<Reply> without = serve_without(query, next, wished, shown);
  Reply reply = co_await std::move(without);
  co_return reply;
}

Task<Reply> VmProvisioning::serve_without(const Query& query, Next next, Wish wished, ShownTag shown) const {
  if (const auto* other = service_->table().fallback(wished.pool)) return ready(told(query, *other, wished, shown));
  return serve_by_others(query, next, wished);
}

Task<Reply> VmProvisioning::serve_by_others(const Query& query, Next next, Wish wished) const {
  Reply reply = co_await next(query);
  if (!reply.answered()) co_return Reply::failure(EdeCode::capacity_warming, "no instance is ready");
  reply.depends_on(name_of(wished)).depends_on(name_of({.tag = 0, .pool = wished.pool}));
  co_return reply;
}

Reply VmProvisioning::told(const Query& query, const provision::Assignment& what, Wish wished, ShownTag shown) const {
  Reply reply = answer(query, what, wished, zone_);
  if (shown == ShownTag::expired && !reply.explanation()) reply.explain(EdeCode::other, "the tag has expired");
  return reply;
}

// For this client alone.
Reply VmProvisioning::tell_tag(const Query& query) const {
  const auto tag = own_tag(query);
  Reply reply = Reply::to(query);
  reply.set_authoritative().keep(Reply::Keeping::never);
  reply.add_answer(txt(query.name(), 0s, {tag.text.data(), tag.text.size()}));
  return reply;
}

void VmProvisioning::decorate(const Query& query, ReplyEditor& editor) {
  if (!query.has_edns() || !service_ || config_.mode != Mode::on) return;
  const auto option = query.option(OptionCode::CPT);
  if (!option || !option->empty()) return;
  const auto tag = own_tag(query);
  editor.add_option(OptionCode::CPT, {reinterpret_cast<const std::uint8_t*>(tag.text.data()), tag.text.size()});
}

// Of an IPv6 network everybody has more addresses than anybody could count.
std::uint64_t VmProvisioning::client_of(const Query& query) const {
  const auto& address = query.client().ip;
  const auto now = service_->calendar(query.arrived());
  const auto& keys = service_->client_keys();
  return address.is_v4() ? keys.key_of(address, {}, now) : keys.key_of(IpPrefix{address.truncated(56), 56}, {}, now);
}

void VmProvisioning::wish(const Query& query, Wish wished) const {
  const auto client = client_of(query);
  const auto own = query.value_of({own_.id});
  service_->wished({wished, client, query.address_proved()}, Fact<std::uint64_t>::unpack(own));
}

void VmProvisioning::lead(const Query& query) {
  ProvisionedNames::Match match;
  if (!leads_.match(query.name(), match)) return;
  if (led_.first(client_of(query), match.pool, query.arrived())) service_->led(match.pool, kConfiguredLead, 1);
}

void VmProvisioning::observe(const Query& query, const ReplyView& reply) {
  if (!service_ || reply.wire.empty()) return;
  if (!leads_.empty()) lead(query);
  const auto asked = query.get(asked_);
  if (!asked) return;
  shown_[static_cast<std::size_t>(asked->shown)].add();
  const auto tag = query.get(kTag);
  if (!tag || !wants_address(query.type()) || query.klass() != RRClass::IN) return;
  const bool wished = waits(asked->pool) && reply.source == Source::served && reply.made_by == name();
  if (!wished) wish(query, {*tag, asked->pool});
}

}  // namespace

PluginSpec spec() {
  return define_plugin<VmProvisioning>("vm_provisioning",
                                       "answers with an instance that runs for clients like this one already")
      .identifies_last()
      .optional_argument("MODE", &Config::mode,
                         one_of<Mode>({{"off", Mode::off}, {"dry-run", Mode::dry_run}, {"on", Mode::on}}),
                         "off; dry-run: decides and counts, starts nothing and answers nothing; on")
      .rows("name", &Config::names,
            Clause<NameRow>().argument("TEMPLATE", &NameRow::name_template).value("pool", &NameRow::pool),
            "names that are answered with instances, and of which pool")
      .rows("type", &Config::types, Clause<TypeRow>().argument("TYPE", &TypeRow::types).value("pool", &TypeRow::pool),
            "the pool of names with this {type}, whatever their template says")
      .rows("lead", &Config::leads,
            Clause<LeadRow>().argument("TEMPLATE", &LeadRow::name_template).value("pool", &LeadRow::pool),
            "names that tend to be asked for before those of a pool are")
      .rows("pool", &Config::pools, pool_clause(), "instances that may be exchanged for one another")
      .rows("command", &Config::commands,
            Clause<CommandRow>().argument("POOL", &CommandRow::pool).argument("WORD", &CommandRow::words),
            "what runs in an instance; {address}, {port} and {id} stand for what it is given")
      .rows("setting", &Config::settings, word_clause("POOL"), "what else a pool's provider is told of its instances")
      .rows("provider", &Config::providers, word_clause("PROVIDER"), "what a provider is told")
      .rows("budget", &Config::budgets, budget_clause(), "what may be spent; nothing goes past")
      .rows("tags", &Config::tags, tags_clause(), "how long tags hold, and bands of the day that they tell apart")
      .option("profile", &Config::profile,
              one_of<ProfileWord>({{"location", ProfileWord::location},
                                   {"device", ProfileWord::device},
                                   {"persona", ProfileWord::persona},
                                   {"tier", ProfileWord::tier}}),
              "what of a client its tag is made of, besides the time of day")
      .rows("tier", &Config::tiers,
            Clause<TierRow>().argument("NAME", &TierRow::name).list("clients", &TierRow::clients),
            "the service that clients are given; without `clients`, the rest of them")
      .option("wait", &Config::wait, between(0ms, 2000ms),
              "how long a client may wait for its instance, in pools that say `without wait`")
      .option("state", &Config::state, "the folder for what runs, sealed, and for what providers find again")
      .option("key", &Config::key,
              "the file with the secret that tags are made and state is sealed with; `key` in the folder if left out")
      .option("http", &Config::http, default_port(9153), "where /v1/pools is answered; nowhere if left out")
      .option("certificate", &Config::certificate, "the file with this server's certificate: TLS")
      .option("private_key", &Config::private_key, "the file with its private key")
      .option("client_ca", &Config::client_ca, "the file with the authority that clients' certificates come from")
      .option("tokens", &Config::tokens, "a file of tokens, `TOKEN read|write [NAME]` a line")
      .option("grpc", &Config::grpc, default_port(7535),
              "where applications ask for instances, and scalers for numbers; nowhere if left out")
      .option("grpc_tokens", &Config::grpc_tokens, "a file of tokens for grpc, `TOKEN provision|read` a line");
}

}  // namespace harbinger::vm_provisioning
