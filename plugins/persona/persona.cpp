// persona - knows what kind of client asks, by what it did, without ever waiting for the engine that infers it.
#include <harbinger/persona_directory.h>
#include <harbinger/plugin.h>
#include <harbinger/resource_text.h>

#include "persona/persona_service.h"
#include "plugins/outcome.h"
#include "plugins/persona/networks.h"
#include "plugins/persona/token_option.h"

namespace harbinger::persona {
namespace {

using namespace std::chrono_literals;

constexpr Fact<PersonaId> kPersona{FactId::persona};
// A client that waits for its persona looks so often.
constexpr int kLooks = 8;

// What identify finds out for serve, decorate and observe.
struct Met {
  ClientKey client = 0;
  bool known = false;
};

class Persona final : public Plugin {
 public:
  struct Config {
    std::string engine = "embedded";
    std::optional<std::filesystem::path> catalogue, state;
    std::string redis;
    std::optional<std::filesystem::path> ca, certificate, private_key, token;
    std::optional<std::filesystem::path> key;
    std::size_t clients = 65'536;
    std::vector<NetworkRow> networks;
    bool require_cookie = false;
    std::chrono::microseconds wait{0};
    std::optional<SocketAddress> http;
    std::vector<std::string> origins;
    std::vector<IpPrefix> trusted_proxies;
    std::optional<std::filesystem::path> reporter_tokens, admin_tokens;
  };

  explicit Persona(Config config) : config_(std::move(config)), networks_(config_.networks) {}
  ~Persona() override { stop(); }

  Result<void> start(const PluginContext& context) override;
  void identify(Query& query) override;
  Task<Reply> serve(const Query& query, Next next) override;
  void decorate(const Query& query, ReplyEditor& editor) override;
  void observe(const Query& query, const ReplyView& reply) override;
  void stop() override {
    renamed_.reset();
    service_.reset();
  }
  std::string note() const override { return service_ ? service_->note() : ""; }

 private:
  PersonaService::Settings settings(const PluginContext& context) const;
  ClientKey key_of(Query& query, UnixMillis now) const;
  void ask(const Query& query, ClientKey client, UnixMillis now) const;
  Met met(const Query& query) const;
  Task<Reply> serve_later(const Query& query, Next next, ClientKey client) const;

  const Config config_;
  const Networks networks_;
  Fact<Met> met_{FactId::first_custom};
  Fact<KnownClient> key_{FactId::first_custom};
  std::shared_ptr<PersonaService> service_;
  std::shared_ptr<void> renamed_;
};

PersonaService::Settings Persona::settings(const PluginContext& context) const {
  const auto whole = [&](const std::optional<std::filesystem::path>& path) {
    return path ? std::optional(context.resolve(*path)) : std::nullopt;
  };
  PersonaService::Settings settings;
  if (config_.engine != "embedded") settings.engine.address = config_.engine;
  settings.engine.catalogue = whole(config_.catalogue);
  settings.engine.state = whole(config_.state);
  settings.engine.redis = config_.redis;
  settings.engine.authority = whole(config_.ca);
  settings.engine.certificate = whole(config_.certificate);
  settings.engine.private_key = whole(config_.private_key);
  settings.engine.token = whole(config_.token);
  settings.key = whole(config_.key);
  settings.clients = config_.clients;
  settings.http = config_.http;
  settings.door.events.origins = config_.origins;
  settings.door.events.trusted_proxies = config_.trusted_proxies;
  settings.door.events.tokens = whole(config_.reporter_tokens);
  settings.door.admin_tokens = whole(config_.admin_tokens);
  return settings;
}

Result<void> Persona::start(const PluginContext& context) {
  if (context.checking) return check_engine(settings(context).engine);
  met_ = Fact<Met>{context.fact("persona")};
  key_ = Fact<KnownClient>{context.fact("client_key")};
  auto service =
      PersonaService::shared(settings(context), {context.clock, context.metrics, context.random, context.log});
  if (!service) return fail(service.error());
  service_ = std::move(*service);
  // An answer that went by a persona's name was kept under its number, maybe before that number had a name.
  if (context.answers)
    renamed_ = persona_directory().hear_renamed([answers = context.answers] { answers->changed_all(); });
  return {};
}

// Hashing is most of what identifying costs, so it is done once for all plugins that share the secret.
ClientKey Persona::key_of(Query& query, UnixMillis now) const {
  const auto& keys = service_->keys();
  if (const auto known = query.get(key_); known && known->identity == keys.identity()) return known->key;
  const auto key = keys.key_for(query.client().ip, query.ecs(), now);
  query.set(key_, {key, keys.identity()});
  return key;
}

void Persona::identify(Query& query) {
  if (!service_) return;
  const auto now = service_->calendar(query.arrived());
  const auto client = key_of(query, now);
  const auto look = service_->table().look(client, now);
  if (look.persona != 0) query.set(kPersona, look.persona);
  query.set(met_, {client, look.known});
  if (look.ask) ask(query, client, now);
}

void Persona::ask(const Query& query, ClientKey client, UnixMillis now) const {
  const ResourceText name(query.name());
  PersonaAsk ask;
  ask.client = client;
  ask.at = now;
  ask.name = name.view();
  ask.network = networks_.word_of(query.client().ip);
  ask.transport =
      static_cast<std::uint8_t>(query.transport() == Transport::internal ? 0 : static_cast<int>(query.transport()) + 1);
  ask.edns = query.has_edns();
  ask.dnssec_ok = query.dnssec_ok();
  ask.asks_hints = query.option(OptionCode::HINTS).has_value();
  if (const auto data = query.option(OptionCode::PERSONA)) ask.token = token_in(*data).value_or(PersonaToken{});
  service_->feed().asked(ask);
}

// Not Query::get: an answer does not depend on who the client is, only on its persona.
Met Persona::met(const Query& query) const {
  const auto value = query.value_of({met_.id});
  return value.present ? Fact<Met>::unpack(value) : Met{};
}

Task<Reply> Persona::serve(const Query& query, Next next) {
  if (!service_ || config_.wait == 0us) return next(query);
  const auto who = met(query);
  const bool waits = who.client != 0 && !who.known && service_->feed().circuit() == Circuit::State::closed;
  return waits ? serve_later(query, next, who.client) : next(query);
}

Task<Reply> Persona::serve_later(const Query& query, Next next, ClientKey client) const {
  auto& loop = *Loop::current();
  const auto service = service_;
  service->hurry();
  const auto until = loop.clock().now() + config_.wait;
  auto known = service->table().of(client);
  while (!known && loop.clock().now() < until) {
    Task<void> pause = loop.sleep(std::max<Duration>(config_.wait / kLooks, 100us));
    co_await std::move(pause);
    known = service->table().of(client);
  }
  if (!known || known->persona == 0) {
    Reply reply = co_await next(query);
    co_return reply;
  }
  // The answer cache knows this query by the persona that it came with, so it must not keep what is computed for another.
  Query assigned = query.asking(query.name());
  assigned.set(kPersona, known->persona);
  Reply reply = co_await next(assigned);
  reply.keep(Reply::Keeping::never);
  co_return reply;
}

void Persona::decorate(const Query& query, ReplyEditor& editor) {
  if (!query.has_edns() || !service_) return;
  const auto data = query.option(OptionCode::PERSONA);
  if (!data) return;
  const auto& metrics = service_->metrics();
  if (config_.require_cookie && !query.address_proved()) return metrics.token(ShownToken::unproved);
  const auto now = service_->calendar(query.arrived());
  const auto known = service_->table().of(met(query).client);
  const auto outcome = judge(*data, known, now);
  metrics.token(outcome);
  if (outcome == ShownToken::malformed || !known || known->expires <= now || known->token == PersonaToken{}) return;
  if (editor.add_option(OptionCode::PERSONA, known->token)) metrics.token(ShownToken::given);
}

void Persona::observe(const Query& query, const ReplyView& reply) {
  if (!service_) return;
  const auto who = met(query);
  service_->metrics().query(query.persona(), who.known);
  if (who.client == 0 || reply.wire.empty()) return;
  const ResourceText text(query.name());
  if (text.view().empty()) return;
  BehaviourEvent event;
  event.client = who.client;
  event.at = service_->calendar(query.arrived());
  event.resource = text.view();
  event.outcome = outcome_of(reply);
  event.type = static_cast<std::uint16_t>(query.type());
  service_->feed().acted(event);
}

}  // namespace

PluginSpec spec() {
  using Config = Persona::Config;
  return define_plugin<Persona>("persona", "knows what kind of client asks, by what it did before")
      .option("engine", &Config::engine, "`embedded`, or HOST:PORT of an engine that runs by itself")
      .option("catalogue", &Config::catalogue, "a file with the personas that are wanted; a built-in list if left out")
      .option("state", &Config::state, "a folder where the embedded engine keeps what it knows; in memory if left out")
      .option("redis", &Config::redis, "URL of a store that embedded engines share what they know through")
      .option("ca", &Config::ca, "the file with the authority that the engine's certificate comes from: TLS")
      .option("certificate", &Config::certificate, "the file with this server's certificate")
      .option("private_key", &Config::private_key, "the file with this server's private key")
      .option("token", &Config::token, "the file with the token that the engine knows this server by")
      .option("key", &Config::key, "the file with the secret that client keys are made with, made if it is missing")
      .option("clients", &Config::clients, between(64, 16'777'216), "clients whose personas are remembered here")
      .rows("network", &Config::networks,
            Clause<NetworkRow>().argument("WORD", &NetworkRow::word).argument("PREFIX", &NetworkRow::prefixes),
            "a word for nets that clients are in, which rules of the catalogue may name")
      .option("require_cookie", &Config::require_cookie,
              "whether tokens go to clients alone that have proved their address")
      .option("wait", &Config::wait, between(0us, std::chrono::microseconds(100ms)),
              "how long a client that nobody knows may wait for its persona")
      .option("http", &Config::http, default_port(9154),
              "where events are taken and personas shown; nowhere if left out")
      .option("origin", &Config::origins, "of web pages that may report, besides those of the server's own host")
      .option("trusted_proxy", &Config::trusted_proxies, "nets whose word on a client's address is taken")
      .option("reporter_tokens", &Config::reporter_tokens,
              "a file of tokens of applications that report for other clients, one a line")
      .option("admin_tokens", &Config::admin_tokens,
              "a file of tokens of who may change personas; without it, whoever asks from this machine");
}

}  // namespace harbinger::persona
