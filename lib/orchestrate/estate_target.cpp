#include <utility>

#include "orchestrate/estate_calls.h"
#include "orchestrate/estate_settings.h"
#include "orchestrate/target.h"

namespace harbinger::orchestrate {

namespace {

using namespace std::chrono_literals;

class EstateTarget final : public Target {
 public:
  EstateTarget(EstateSettings settings, std::shared_ptr<provision::Keystone> keystone, const Clock& clock)
      : settings_(std::move(settings)), calls_(settings_, std::move(keystone), clock) {}

  TargetTraits traits() const override { return settings_.traits; }

  std::string trouble() override {
    const auto greeted = calls_.greet({.deadline = calls_.clock().now() + 10s});
    return greeted ? "" : greeted.error().message;
  }

  std::string refusal(const Need& need) const override { return estate_refusal(settings_, need); }

  Result<Made> make(const TargetOrder& order, std::stop_token stop) override {
    const auto plan = plan_estate(settings_, order);
    if (!plan) return fail(plan.error());
    return calls_.make(*plan, {.deadline = order.deadline, .stop = std::move(stop)});
  }

  Result<Made> change(const TargetOrder& order, std::stop_token stop) override {
    const auto plan = plan_estate(settings_, order);
    if (!plan) return fail(plan.error());
    return calls_.change(*plan, {.deadline = order.deadline, .stop = std::move(stop)});
  }

  Result<Made> look(std::string_view id, MonotonicTime deadline) override {
    return calls_.look(id, {.deadline = deadline});
  }

  Result<void> remove(std::string_view id, MonotonicTime deadline) override {
    return calls_.remove(id, {.deadline = deadline});
  }

  Result<std::vector<Made>> list(MonotonicTime deadline) override { return calls_.list({.deadline = deadline}); }

 private:
  const EstateSettings settings_;
  EstateCalls calls_;
};

}  // namespace

Result<std::unique_ptr<Target>> make_estate_target(TargetWorld world) {
  auto settings = read_estate_settings(world);
  if (!settings) return fail(settings.error());
  auto keystone = provision::Keystone::make(settings->account.keystone, *world.clock);
  if (!keystone) return fail(keystone.error());
  return std::make_unique<EstateTarget>(std::move(*settings), std::move(*keystone), *world.clock);
}

}  // namespace harbinger::orchestrate
