#include <utility>

#include "orchestrate/adjusted_calls.h"
#include "orchestrate/deployment_calls.h"
#include "orchestrate/deployments_settings.h"
#include "orchestrate/target.h"

namespace harbinger::orchestrate {

namespace {

using namespace std::chrono_literals;

class DeploymentsTarget final : public Target {
 public:
  DeploymentsTarget(DeploymentsSettings settings, std::unique_ptr<provision::KubernetesApi> api)
      : settings_(std::move(settings)), api_(std::move(api)), objects_(*api_), own_(objects_), adjusted_(objects_) {}

  TargetTraits traits() const override { return settings_.traits; }

  std::string trouble() override {
    const RestLimits limits{.deadline = api_->clock().now() + 10s};
    const auto selector = order_selector(settings_.api.installation, {});
    for (const auto kind : {ObjectKind::deployment, ObjectKind::scaler, ObjectKind::policy, ObjectKind::claim})
      if (const auto listed = objects_.selected(kind, selector, limits); !listed) return listed.error().message;
    return {};
  }

  std::string refusal(const Need& need) const override { return deployments_refusal(settings_, need); }

  Result<Made> make(const TargetOrder& order, std::stop_token stop) override {
    const RestLimits limits{.deadline = order.deadline, .stop = std::move(stop)};
    if (order.settings.contains("adjust")) return adjusted_.adjust(order, limits);
    const auto plan = plan_deployment(settings_, order);
    if (!plan) return fail(plan.error());
    return own_.make(*plan, limits);
  }

  Result<Made> change(const TargetOrder& order, std::stop_token stop) override {
    const RestLimits limits{.deadline = order.deadline, .stop = std::move(stop)};
    if (order.settings.contains("adjust")) return change_bounds(order, limits);
    const auto plan = plan_deployment(settings_, order);
    if (!plan) return fail(plan.error());
    return own_.change(*plan, limits);
  }

  Result<Made> look(std::string_view id, MonotonicTime deadline) override {
    auto own = own_.look(id, {.deadline = deadline});
    if (!own || own->condition != Made::Condition::gone) return own;
    auto adjusted = adjusted_.look(id, {.deadline = deadline});
    if (!adjusted) return fail(adjusted.error());
    return *adjusted ? std::move(**adjusted) : std::move(*own);
  }

  Result<void> remove(std::string_view id, MonotonicTime deadline) override {
    const auto own = own_.remove(id, {.deadline = deadline});
    if (!own) return fail(own.error());
    if (*own) return {};
    const auto adjusted = adjusted_.remove(id, {.deadline = deadline});
    if (!adjusted) return fail(adjusted.error());
    return {};
  }

  Result<std::vector<Made>> list(MonotonicTime deadline) override {
    auto all = own_.list({.deadline = deadline});
    if (!all) return all;
    auto adjusted = adjusted_.list({.deadline = deadline});
    if (!adjusted) return adjusted;
    for (auto& each : *adjusted) all->push_back(std::move(each));
    return all;
  }

 private:
  Result<Made> change_bounds(const TargetOrder& order, const RestLimits& limits) {
    const auto there = adjusted_.look(order.id, limits);
    if (!there) return fail(there.error());
    if (!*there) return fail(ErrorCode::not_found, "no bounds were adjusted for order " + order.id);
    return adjusted_.adjust(order, limits);
  }

  const DeploymentsSettings settings_;
  const std::unique_ptr<provision::KubernetesApi> api_;
  ClusterObjects objects_;
  DeploymentCalls own_;
  AdjustedCalls adjusted_;
};

}  // namespace

Result<std::unique_ptr<Target>> make_deployments_target(TargetWorld world) {
  auto settings = read_deployments_settings(world);
  if (!settings) return fail(settings.error());
  auto api = provision::KubernetesApi::make(settings->api, *world.clock);
  if (!api) return fail(api.error());
  return std::make_unique<DeploymentsTarget>(std::move(*settings), std::move(*api));
}

}  // namespace harbinger::orchestrate
