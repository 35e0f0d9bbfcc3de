#include "orchestrate/deployment_calls.h"

#include <utility>

#include "provision/template_words.h"

namespace harbinger::orchestrate {

namespace {

// After these nobody knows whether the server did it.
bool perhaps_done(const Error& error) {
  return error.code == ErrorCode::timeout || error.code == ErrorCode::unreachable || error.code == ErrorCode::malformed;
}

std::string order_of(const Json& object) {
  return provision::text_member(object, {"metadata", "labels", "harbinger/order"});
}

}  // namespace

struct DeploymentCalls::Progress {
  OrderObjects of{};
  std::vector<std::pair<ObjectKind, Json>> made_now{};
};

Result<void> DeploymentCalls::make_part(const DeploymentPlan& plan, ObjectKind kind, Progress& progress,
                                        const RestLimits& limits) {
  auto created = objects_.create(kind, manifest_of(plan, kind), limits);
  if (!created) return fail(created.error());
  if (created->now) progress.made_now.emplace_back(kind, created->object);
  progress.of.objects[kind] = std::move(created->object);
  return {};
}

Error DeploymentCalls::undone(Error why, const Progress& progress, const RestLimits& limits) {
  if (perhaps_done(why)) return why;
  for (auto each = progress.made_now.rbegin(); each != progress.made_now.rend(); ++each)
    if (const auto erased = objects_.erase(each->first, each->second, limits); !erased)
      why.message += "; its " + std::string(to_string(each->first)) + " stays: " + erased.error().message;
  return why;
}

Result<Made> DeploymentCalls::make(const DeploymentPlan& plan, const RestLimits& limits) {
  Progress progress;
  for (const auto kind : kMadeKinds) {
    if (!has_part(plan, kind)) continue;
    const auto made = make_part(plan, kind, progress, limits);
    if (made) continue;
    if (kind != ObjectKind::scaler || perhaps_done(made.error())) return fail(undone(made.error(), progress, limits));
    auto half = made_of(plan.id, progress.of);
    half.condition = Made::Condition::partly;
    half.trouble = made.error().message;
    return half;
  }
  if (progress.made_now.empty()) return look(plan.id, limits);
  return made_of(plan.id, progress.of);
}

// The objects of all orders that a selector selects, by order.
Result<std::map<std::string, OrderObjects>> DeploymentCalls::found(const std::string& selector, bool pods,
                                                                   const RestLimits& limits) {
  std::map<std::string, OrderObjects> orders;
  for (const auto kind : kMadeKinds) {
    auto listed = objects_.selected(kind, selector, limits);
    if (!listed) return fail(listed.error());
    for (auto& each : *listed)
      if (is_ours(each, objects_.settings().installation)) {
        auto& order = orders[order_of(each)];
        order.objects[kind] = std::move(each);
      }
  }
  if (!pods || orders.empty()) return orders;
  auto listed = objects_.selected(ObjectKind::pod, selector, limits);
  if (!listed) return fail(listed.error());
  for (auto& each : *listed)
    if (const auto order = orders.find(order_of(each)); order != orders.end())
      order->second.pods.push_back(std::move(each));
  return orders;
}

// By its name, and by names what belongs to it; when the Deployment is not there, by labels whatever is.
Result<OrderObjects> DeploymentCalls::objects_of(std::string_view id, const RestLimits& limits) {
  OrderObjects of;
  const auto& installation = objects_.settings().installation;
  auto deployment = objects_.get(ObjectKind::deployment, name_of(id), limits);
  if (!deployment) return fail(deployment.error());
  if (!*deployment || !is_ours(**deployment, installation) || is_ending(**deployment)) {
    auto orders = found(order_selector(installation, id), false, limits);
    if (!orders) return fail(orders.error());
    return orders->empty() ? of : std::move(orders->begin()->second);
  }
  for (const auto kind : parts_of(**deployment)) {
    auto part = objects_.get(kind, name_of(id), limits);
    if (!part) return fail(part.error());
    if (*part && is_ours(**part, installation) && !is_ending(**part)) of.objects[kind] = std::move(**part);
  }
  of.objects[ObjectKind::deployment] = std::move(**deployment);
  auto pods = objects_.selected(ObjectKind::pod, order_selector(installation, id), limits);
  if (!pods) return fail(pods.error());
  of.pods = std::move(*pods);
  return of;
}

Result<Made> DeploymentCalls::look(std::string_view id, const RestLimits& limits) {
  if (!provision::label_like(id, "id")) return made_of(std::string(id), {});
  const auto of = objects_of(id, limits);
  if (!of) return fail(of.error());
  return made_of(std::string(id), *of);
}

Result<void> DeploymentCalls::change_scaler(const DeploymentPlan& plan, const RestLimits& limits) {
  const auto name = name_of(plan.id);
  const auto there = objects_.get(ObjectKind::scaler, name, limits);
  if (!there) return fail(there.error());
  const bool ours = *there && is_ours(**there, plan.installation);
  if (!has_part(plan, ObjectKind::scaler)) {
    if (!ours) return {};
    return objects_.erase(ObjectKind::scaler, **there, limits);
  }
  if (!ours) {
    Progress progress;
    return make_part(plan, ObjectKind::scaler, progress, limits);
  }
  const auto patched =
      objects_.patch(ObjectKind::scaler, name, change_of_scaler(plan), ClusterObjects::Patch::merge, limits);
  if (!patched) return fail(patched.error());
  return {};
}

Result<Made> DeploymentCalls::change(const DeploymentPlan& plan, const RestLimits& limits) {
  const auto name = name_of(plan.id);
  const auto there = objects_.get(ObjectKind::deployment, name, limits);
  if (!there) return fail(there.error());
  if (!*there || !is_ours(**there, plan.installation))
    return fail(ErrorCode::not_found, "there is no Deployment of order " + plan.id);
  if (const auto names = other_difference(need_of(**there), plan.need); !names.empty())
    return fail(ErrorCode::unsupported, "a Deployment can be given another size, not another " + names);
  if (const auto scaled = change_scaler(plan, limits); !scaled) return fail(scaled.error());
  const auto patched = objects_.patch(ObjectKind::deployment, name, change_of_deployment(plan),
                                      ClusterObjects::Patch::strategic, limits);
  if (!patched) return fail(patched.error());
  return look(plan.id, limits);
}

// Looked for again after it was ended: a server that says yes and does nothing is found out.
Result<bool> DeploymentCalls::remove(std::string_view id, const RestLimits& limits) {
  constexpr int kMostRounds = 3;
  if (!provision::label_like(id, "id")) return false;
  for (int round = 0;; ++round) {
    const auto orders = found(order_selector(objects_.settings().installation, id), false, limits);
    if (!orders) return fail(orders.error());
    if (orders->empty()) return round > 0;
    if (round == kMostRounds)
      return fail(ErrorCode::conflict, name_of(id) + " is still there, although the cluster said that it ended it");
    // The scaler first, so that nothing grows meanwhile; the policy last.
    const auto& there = orders->begin()->second.objects;
    for (const auto kind : {ObjectKind::scaler, ObjectKind::deployment, ObjectKind::claim, ObjectKind::policy})
      if (const auto object = there.find(kind); object != there.end())
        if (const auto erased = objects_.erase(kind, object->second, limits); !erased) return fail(erased.error());
  }
}

Result<std::vector<Made>> DeploymentCalls::list(const RestLimits& limits) {
  const auto orders = found(order_selector(objects_.settings().installation, {}), true, limits);
  if (!orders) return fail(orders.error());
  std::vector<Made> all;
  for (const auto& [id, of] : *orders) all.push_back(made_of(id, of));
  return all;
}

}  // namespace harbinger::orchestrate
