#include "orchestrate/deployment_state.h"

#include <algorithm>

#include "orchestrate/deployment_plan.h"
#include "provision/pod.h"

namespace harbinger::orchestrate {

namespace {

std::uint32_t number(const Json& object, std::initializer_list<std::string_view> path) {
  return static_cast<std::uint32_t>(std::clamp(provision::number_member(object, path).value_or(0), 0.0, 1e6));
}

// Before the cluster has seen the last change, its status is of what was before.
bool is_seen(const Json& deployment) {
  return number(deployment, {"status", "observedGeneration"}) >= number(deployment, {"metadata", "generation"});
}

std::string condition_trouble(const Json& deployment) {
  for (const auto& each : provision::list_member(deployment, {"status", "conditions"})) {
    const auto type = provision::text_member(each, {"type"}), status = provision::text_member(each, {"status"});
    if ((type == "ReplicaFailure" && status == "True") || (type == "Progressing" && status == "False"))
      return provision::text_member(each, {"reason"}) + ": " + provision::text_member(each, {"message"});
  }
  return {};
}

std::string missing(const OrderObjects& of) {
  std::string names;
  const auto deployment = of.objects.find(ObjectKind::deployment);
  if (deployment == of.objects.end()) return "Deployment";
  for (const auto kind : parts_of(deployment->second))
    if (!of.objects.contains(kind)) names.append(names.empty() ? "" : ", ").append(to_string(kind));
  return names;
}

// A change writes the scaler first, and may be broken off then.
bool changed_whole(const OrderObjects& of, const Need& need) {
  const auto scaler = of.objects.find(ObjectKind::scaler);
  return scaler == of.objects.end() || need_of(scaler->second) == need;
}

void read_pods(const OrderObjects& of, Made& made) {
  std::vector<provision::Pod> pods;
  for (const auto& each : of.pods) pods.push_back(provision::pod_state(each));
  std::ranges::sort(pods, {}, &provision::Pod::name);
  for (const auto& pod : pods) {
    if (pod.trouble && made.trouble.empty()) made.trouble = pod.trouble->message;
    if (!pod.ending && !pod.found.reach.addresses.empty()) made.reach.push_back(pod.found.reach);
  }
}

}  // namespace

Made made_of(const std::string& id, const OrderObjects& of) {
  using enum Made::Condition;
  Made made{.id = id};
  if (of.objects.empty()) {
    made.condition = gone;
    return made;
  }
  const auto found = of.objects.find(ObjectKind::deployment);
  made.need = need_of(found == of.objects.end() ? of.objects.begin()->second : found->second);
  if (const auto names = missing(of); !names.empty()) {
    made.condition = partly;
    made.trouble =
        object_name(
            provision::text_member(of.objects.begin()->second, {"metadata", "labels", "harbinger/installation"}), id) +
        " is there without its " + names;
  }
  if (found == of.objects.end()) return made;
  const auto& deployment = found->second;
  if (made.trouble.empty() && !changed_whole(of, made.need)) {
    made.condition = partly;
    made.trouble = "its HorizontalPodAutoscaler has other bounds than were ordered last";
  }
  made.parts = number(deployment, {"status", "readyReplicas"});
  read_pods(of, made);
  if (made.trouble.empty()) made.trouble = condition_trouble(deployment);
  const bool scales = of.objects.contains(ObjectKind::scaler);
  const bool enough =
      made.parts >= made.need.count && number(deployment, {"status", "updatedReplicas"}) >= made.need.count;
  const bool surplus = !scales && number(deployment, {"status", "replicas"}) > made.need.count;
  if (made.condition == partly) return made;
  if (is_seen(deployment) && enough && !surplus) {
    made.condition = ready;
    made.trouble.clear();
  } else if (!made.trouble.empty()) {
    made.condition = partly;
  }
  return made;
}

}  // namespace harbinger::orchestrate
