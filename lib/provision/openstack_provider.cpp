#include <utility>

#include "provision/nova_calls.h"
#include "provision/openstack_options.h"
#include "provision/provider.h"
#include "provision/template_words.h"

namespace harbinger::provision {

namespace {

using namespace std::chrono_literals;

struct Settings {
  Keystone::Settings keystone{};
  NovaCalls::Settings nova{};
  ProviderTraits traits{.name = "openstack", .usual_start = 30s, .most = 1000, .outlives_us = true};
};

class OpenstackProvider final : public Provider {
 public:
  OpenstackProvider(Settings settings, std::unique_ptr<OpenstackService> api)
      : settings_(std::move(settings)), nova_(std::move(api), settings_.nova) {}

  ProviderTraits traits() const override { return settings_.traits; }

  std::string trouble() override {
    const auto greeted = nova_.greet({.deadline = nova_.clock().now() + 10s});
    return greeted ? "" : greeted.error().message;
  }

  Result<Found> start(const Order& order, std::stop_token stop) override {
    if (auto fits = check_server_order(order); !fits) return fail(fits.error());
    auto server = nova_.make(order, {.deadline = order.deadline, .stop = std::move(stop)});
    if (!server) return fail(server.error());
    return std::move(server->found);
  }

  Result<Found> look(std::string_view id, MonotonicTime deadline) override {
    const auto server = nova_.find(id, {.deadline = deadline});
    if (!server) return fail(server.error());
    if (!*server) return Found{.id = std::string(id), .condition = Found::Condition::gone};
    if ((*server)->trouble) return fail(*(*server)->trouble);
    if ((*server)->status == "VERIFY_RESIZE")
      if (auto confirmed = nova_.confirm(**server, {.deadline = deadline}); !confirmed) return fail(confirmed.error());
    return (*server)->found;
  }

  Result<Usage> usage(std::string_view id, MonotonicTime deadline) override {
    const auto server = existing(id, {.deadline = deadline});
    if (!server) return fail(server.error());
    return nova_.usage(*server, {.deadline = deadline});
  }

  Result<void> stop(std::string_view id, MonotonicTime deadline) override {
    return nova_.end(id, {.deadline = deadline});
  }

  Result<void> resize(std::string_view id, const Size& size, MonotonicTime deadline) override {
    if (!settings_.traits.resizes)
      return fail(ErrorCode::unsupported, "Nova restarts a server that it resizes; `resize yes` allows it");
    const auto server = existing(id, {.deadline = deadline});
    if (!server) return fail(server.error());
    return nova_.resize(*server, size, {.deadline = deadline});
  }

  Result<std::vector<Found>> list(MonotonicTime deadline) override {
    auto servers = nova_.list({.deadline = deadline});
    if (!servers) return fail(servers.error());
    std::vector<Found> found;
    for (auto& each : *servers) found.push_back(std::move(each.found));
    return found;
  }

 private:
  Result<NovaServer> existing(std::string_view id, const RestLimits& limits) {
    auto server = nova_.find(id, limits);
    if (!server) return fail(server.error());
    if (*server) return std::move(**server);
    return fail(ErrorCode::not_found, "there is no server of instance " + std::string(id));
  }

  const Settings settings_;
  NovaCalls nova_;
};

Result<Settings> read(const ProviderWorld& world) {
  OptionWords words("openstack", world.options);
  Settings settings;
  auto cloud = take_openstack_words(words);
  settings.traits.resizes = words.yes("resize", false);
  words.take_traits(settings.traits);
  if (auto done = words.done(); !done) return fail(done.error());
  auto account = check_openstack_words("openstack", std::move(cloud));
  if (!account) return fail(account.error());
  settings.keystone = std::move(account->keystone);
  if (auto fits = label_like(world.installation, "installation"); !fits) return fail(fits.error());
  settings.nova = {.installation = world.installation, .addresses = account->addresses};
  return settings;
}

}  // namespace

Result<std::unique_ptr<Provider>> make_openstack_provider(ProviderWorld world) {
  auto settings = read(world);
  if (!settings) return fail(settings.error());
  auto api = OpenstackService::make(settings->keystone, OpenstackService::nova(), *world.clock);
  if (!api) return fail(api.error());
  return std::make_unique<OpenstackProvider>(std::move(*settings), std::move(*api));
}

}  // namespace harbinger::provision
