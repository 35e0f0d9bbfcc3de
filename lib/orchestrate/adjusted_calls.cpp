#include "orchestrate/adjusted_calls.h"

#include <algorithm>
#include <utility>

#include "orchestrate/target_words.h"
#include "provision/template_words.h"

namespace harbinger::orchestrate {

namespace {

constexpr int kMostTries = 8;  // when others write the same object at the same time
constexpr std::string_view kLabels = "harbinger/adjusted-by-";

std::string name_of(const Json& object) { return provision::text_member(object, {"metadata", "name"}); }

std::uint32_t number(const Json& object, std::initializer_list<std::string_view> path, double usual) {
  return static_cast<std::uint32_t>(std::clamp(provision::number_member(object, path).value_or(usual), 0.0, 1e6));
}

Bounds bounds_of(ObjectKind kind, const Json& object) {
  if (kind == ObjectKind::scaler)
    return {.least = number(object, {"spec", "minReplicas"}, 1), .most = number(object, {"spec", "maxReplicas"}, 1)};
  const auto replicas = number(object, {"spec", "replicas"}, 1);
  return {.least = replicas, .most = replicas};
}

Json spec_of(ObjectKind kind, const Bounds& bounds) {
  if (kind == ObjectKind::scaler) return {{"minReplicas", bounds.least}, {"maxReplicas", bounds.most}};
  return {{"replicas", bounds.least}};
}

// An upper bound that we raised for orders before is no limit of the operator's.
Result<std::uint32_t> limit_of(const TargetOrder& order, ObjectKind kind, const Bounds& was) {
  constexpr std::uint32_t kMost = 10'000;
  return number_setting(order, "max", kind == ObjectKind::scaler ? was.most : kMost, kMost);
}

std::optional<AdjustedBounds> known_of(const Json& object, const std::string& mark) {
  return AdjustedBounds::read(provision::text_member(object, {"metadata", "annotations", mark}));
}

// Two installations would each take the other's bounds for the operator's.
bool is_adjusted_by_others(const Json& object, const std::string& ours) {
  const auto* const labels = provision::member(object, {"metadata", "labels"});
  if (!labels || !labels->is_object()) return false;
  for (const auto& [name, value] : labels->items())
    if (name.starts_with(kLabels) && name != ours) return true;
  return false;
}

// All orders share what serves beyond what there was before; what is missing is missing for each of them.
Made made_of(const std::string& id, const AdjustedBounds& bounds, std::uint32_t serving) {
  Made made{.id = id, .need = bounds.orders.at(id)};
  const auto missing = bounds.set.least > serving ? bounds.set.least - serving : 0;
  made.parts = made.need.count - std::min(made.need.count, missing);
  made.condition = missing == 0 ? Made::Condition::ready : Made::Condition::starting;
  return made;
}

}  // namespace

std::string AdjustedCalls::label() const { return std::string(kLabels) + objects_.settings().installation; }
std::string AdjustedCalls::mark() const { return "harbinger/adjusted-for-" + objects_.settings().installation; }

Result<AdjustedCalls::Subject> AdjustedCalls::subject_of(const std::string& deployment, const RestLimits& limits) {
  auto scalers = objects_.selected(ObjectKind::scaler, {}, limits);
  if (!scalers) return fail(scalers.error());
  for (auto& each : *scalers)
    if (provision::text_member(each, {"spec", "scaleTargetRef", "name"}) == deployment &&
        provision::text_member(each, {"spec", "scaleTargetRef", "kind"}) == to_string(ObjectKind::deployment))
      return Subject{.kind = ObjectKind::scaler, .object = std::move(each)};
  auto found = objects_.get(ObjectKind::deployment, deployment, limits);
  if (!found) return fail(found.error());
  if (!*found)
    return fail(ErrorCode::denied,
                "there is no Deployment '" + deployment + "' in " + objects_.settings().name_space + " to adjust");
  return Subject{.kind = ObjectKind::deployment, .object = std::move(**found)};
}

// With the version that it was read at: when somebody else has written it since, nothing is written.
Result<Json> AdjustedCalls::write(const Subject& subject, const AdjustedBounds& bounds, const RestLimits& limits) {
  Json metadata{{"resourceVersion", provision::text_member(subject.object, {"metadata", "resourceVersion"})}};
  const bool last = bounds.orders.empty();
  metadata["annotations"][mark()] = last ? Json() : Json(bounds.write());
  metadata["labels"][label()] = last ? Json() : Json("yes");
  const Json patch{{"metadata", std::move(metadata)}, {"spec", spec_of(subject.kind, bounds.set)}};
  return objects_.patch(subject.kind, name_of(subject.object), patch, ClusterObjects::Patch::merge, limits);
}

Result<std::uint32_t> AdjustedCalls::serving(const Subject& subject, const RestLimits& limits) {
  if (subject.kind == ObjectKind::deployment) return number(subject.object, {"status", "readyReplicas"}, 0);
  const auto name = provision::text_member(subject.object, {"spec", "scaleTargetRef", "name"});
  const auto deployment = objects_.get(ObjectKind::deployment, name, limits);
  if (!deployment) return fail(deployment.error());
  return *deployment ? number(**deployment, {"status", "readyReplicas"}, 0) : 0;
}

Result<Made> AdjustedCalls::adjust(const TargetOrder& order, const RestLimits& limits) {
  if (auto fits = provision::label_like(order.id, "id"); !fits) return fail(fits.error());
  const auto deployment = text_setting(order, "adjust");
  Error last;
  for (int tries = 0; tries < kMostTries; ++tries) {
    auto subject = subject_of(deployment, limits);
    if (!subject) return fail(subject.error());
    if (is_ours(subject->object, objects_.settings().installation))
      return fail(ErrorCode::denied, "Deployment '" + deployment + "' is one of ours, and changed as such");
    if (is_adjusted_by_others(subject->object, label()))
      return fail(ErrorCode::denied, "Deployment '" + deployment + "' is adjusted by another installation");
    const auto known = known_of(subject->object, mark());
    const auto now = bounds_of(subject->kind, subject->object);
    const auto limit = limit_of(order, subject->kind, known && known->set == now ? known->was : now);
    if (!limit) return fail(limit.error());
    const auto bounds = with_order(known, now, order.id, order.need, *limit);
    if (!bounds) return fail(bounds.error().code, deployment + ": " + bounds.error().message);
    auto written = write(*subject, *bounds, limits);
    if (written) {
      const auto now_serving = serving({.kind = subject->kind, .object = std::move(*written)}, limits);
      if (!now_serving) return fail(now_serving.error());
      return made_of(order.id, *bounds, *now_serving);
    }
    last = written.error();
    if (last.code != ErrorCode::conflict) break;
  }
  return fail(last);
}

Result<std::vector<AdjustedCalls::Subject>> AdjustedCalls::adjusted(const RestLimits& limits) {
  std::vector<Subject> all;
  for (const auto kind : {ObjectKind::scaler, ObjectKind::deployment}) {
    auto listed = objects_.selected(kind, label() + "=yes", limits);
    if (!listed) return fail(listed.error());
    for (auto& each : *listed) all.push_back({.kind = kind, .object = std::move(each)});
  }
  return all;
}

Result<std::optional<AdjustedCalls::Subject>> AdjustedCalls::with(std::string_view id, const RestLimits& limits) {
  auto all = adjusted(limits);
  if (!all) return fail(all.error());
  for (auto& each : *all) {
    const auto bounds = known_of(each.object, mark());
    if (bounds && bounds->orders.contains(std::string(id))) return std::move(each);
  }
  return std::nullopt;
}

Result<std::optional<Made>> AdjustedCalls::look(std::string_view id, const RestLimits& limits) {
  const auto subject = with(id, limits);
  if (!subject) return fail(subject.error());
  if (!*subject) return std::nullopt;
  const auto now = serving(**subject, limits);
  if (!now) return fail(now.error());
  return made_of(std::string(id), *known_of((*subject)->object, mark()), *now);
}

Result<bool> AdjustedCalls::remove(std::string_view id, const RestLimits& limits) {
  Error last;
  for (int tries = 0; tries < kMostTries; ++tries) {
    const auto subject = with(id, limits);
    if (!subject) return fail(subject.error());
    if (!*subject) return tries > 0;
    const auto now = bounds_of((*subject)->kind, (*subject)->object);
    const auto bounds = without_order(*known_of((*subject)->object, mark()), now, std::string(id));
    const auto written = write(**subject, bounds, limits);
    if (written) return true;
    last = written.error();
    if (last.code != ErrorCode::conflict && last.code != ErrorCode::not_found) break;
  }
  return fail(last);
}

Result<std::vector<Made>> AdjustedCalls::list(const RestLimits& limits) {
  const auto all = adjusted(limits);
  if (!all) return fail(all.error());
  std::vector<Made> made;
  for (const auto& each : *all) {
    const auto bounds = known_of(each.object, mark());
    if (!bounds) continue;
    const auto now = serving(each, limits);
    if (!now) return fail(now.error());
    for (const auto& [id, need] : bounds->orders) made.push_back(made_of(id, *bounds, *now));
  }
  return made;
}

}  // namespace harbinger::orchestrate
