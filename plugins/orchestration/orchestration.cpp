// orchestration - makes resources ready for what each user of a service platform is about to need.
#include <memory>

#include <harbinger/http.h>
#include <harbinger/option_value.h>
#include <harbinger/plugin.h>

#include "plugins/orchestration/clauses.h"
#include "plugins/orchestration/config.h"
#include "plugins/orchestration/pages.h"
#include "plugins/orchestration/service.h"

namespace harbinger::orchestration {
namespace {

using namespace std::chrono_literals;
using orchestrate::Mode;

/// It answers no queries: it goes by what users do on their platform, and is asked over HTTP and gRPC.
class Orchestration final : public Plugin {
 public:
  using Config = orchestration::Config;

  explicit Orchestration(Config config) : config_(std::move(config)) {}
  ~Orchestration() override { stop(); }

  Result<void> start(const PluginContext& context) override;
  void stop() override;
  std::string note() const override { return service_ ? service_->trouble() : std::string(); }

 private:
  Result<void> open_pages(const PluginContext& context);

  const Config config_;
  std::shared_ptr<OrchestrationService> service_;
  std::unique_ptr<OrchestrationPages> pages_;
};

Result<void> Orchestration::start(const PluginContext& context) {
  if (auto checked = check(config_); !checked) return checked;
  if (context.checking) return {};
  auto service =
      OrchestrationService::shared(service_settings(config_, context), {context.clock, context.metrics, context.log});
  if (!service) return fail(service.error());
  service_ = std::move(*service);
  return open_pages(context);
}

Result<void> Orchestration::open_pages(const PluginContext& context) {
  if (!config_.http) return {};
  auto door = open(guarded_http(config_), context, OrchestrationPages::kFirst);
  if (!door) return fail(door.error());
  pages_ = std::make_unique<OrchestrationPages>(
      std::move(door->server), std::move(door->guard),
      OrchestrationPages::Behind{[service = service_.get()] { return service->engine(); },
                                 [service = service_.get()] { return service->intake(); }});
  return {};
}

// What uses the rest goes first.
void Orchestration::stop() {
  pages_.reset();
  service_.reset();
}

}  // namespace

PluginSpec spec() {
  return define_plugin<Orchestration>("orchestration",
                                      "makes resources ready for what each user of a platform is about to need")
      .optional_argument(
          "MODE", &Config::mode,
          one_of<Mode>(
              {{"off", Mode::off}, {"dry-run", Mode::dry_run}, {"approval", Mode::approval}, {"on", Mode::on}}),
          "off: learns; dry-run: plans and counts; approval: what is planned waits for somebody's yes; on")
      .rows("kind", &Config::kinds, kind_clause(), "how needs of one kind are made, and what they cost")
      .rows("setting", &Config::settings, word_clause("KIND"), "what a kind's target is told of its resources")
      .rows("target", &Config::targets, target_clause(), "who makes resources")
      .rows("option", &Config::options, word_clause("TARGET"), "what a target is told")
      .rows("template", &Config::templates, template_clause(), "a machine type, of targets that start instances")
      .rows("command", &Config::commands, command_clause(),
            "what runs in such a machine; {address}, {port} and {id} stand for what it is given")
      .rows("detail", &Config::details, word_clause("TEMPLATE"), "what else a target is told of a machine type")
      .rows("watch", &Config::watches, watch_clause(), "a log of what users do, which is followed")
      .rows("rule", &Config::rules, rule_clause(), "users who act so are so, whatever is inferred")
      .rows("budget", &Config::budgets, budget_clause(), "what may be spent; nothing goes past")
      .option("reactive", &Config::reactive, "also makes what was asked for and is not there")
      .option("horizon", &Config::horizon, between(1s, 86'400s), "how far ahead needs are foreseen")
      .option("round", &Config::round, between(50ms, 60s), "how often what there is is looked after")
      .option("cool_down", &Config::cool_down, between(0s, 86'400s),
              "between opposite actions for the same user and need")
      .option("unused_after", &Config::unused_after, between(1s, 86'400s),
              "what was foreseen and not asked for is taken back after this, at the latest")
      .option("approval_within", &Config::approval_within, between(1s, 7 * 86'400s),
              "what nobody has approved by then expires")
      .option("users", &Config::users, between(1, 10'000'000), "that are remembered; the longest idle make room")
      .option("history", &Config::history, between(1, 1'000'000), "actions that are remembered when they are over")
      .option("network", &Config::network, "acts are also read by the network of the persona engine")
      .option("mapping", &Config::mapping, "where our fields are in JSON that is posted: `actor=user.name,verb=action`")
      .option("window", &Config::window, between(0s, 600s), "how much later than a later act an act may come")
      .option("acts_per_second", &Config::acts_per_second, at_least(0.0), "of one user; more are a flood. 0: no limit")
      .option("keep_scopes", &Config::keep_scopes, "namespaces and projects as they are called, not hashed")
      .option("new_keys", &Config::new_keys, between(0s, 10 * 365 * 86'400s),
              "users get new keys so often, and are strangers then; 0s: never")
      .option("state", &Config::state, "the folder for what is ordered and what was learnt, sealed")
      .option(
          "key", &Config::key,
          "the file with the secret that state is sealed and users are hashed with; `key` in the folder if left out")
      .option("http", &Config::http, default_port(9153), "where /v1/orchestration/ is answered; nowhere if left out")
      .option("certificate", &Config::certificate, "the file with this server's certificate: TLS")
      .option("private_key", &Config::private_key, "the file with its private key")
      .option("client_ca", &Config::client_ca, "the file with the authority that clients' certificates come from")
      .option("tokens", &Config::tokens, "a file of tokens, `TOKEN read|write [NAME]` a line")
      .option("grpc", &Config::grpc, default_port(7536),
              "where sensors report, and applications claim, over gRPC; nowhere if left out")
      .option("grpc_tokens", &Config::grpc_tokens, "a file of tokens for grpc, `TOKEN report|read|provision` a line");
}

}  // namespace harbinger::orchestration
