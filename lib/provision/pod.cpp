#include "provision/pod.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace harbinger::provision {

namespace {

const Json* condition_of(const Json& object, std::string_view type) {
  for (const auto& each : list_member(object, {"status", "conditions"}))
    if (text_member(each, {"type"}) == type) return &each;
  return nullptr;
}

bool is_ready(const Json& object) {
  const auto* const ready = condition_of(object, "Ready");
  return ready && text_member(*ready, {"status"}) == "True";
}

std::uint16_t port_of(const Json& object) {
  const auto text = text_member(object, {"metadata", "annotations", "harbinger/port"});
  std::uint16_t port = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), port).ec == std::errc() && port) return port;
  for (const auto& container : list_member(object, {"spec", "containers"}))
    for (const auto& each : list_member(container, {"ports"}))
      if (const auto number = number_member(each, {"containerPort"}); number && *number > 0 && *number < 65536)
        return static_cast<std::uint16_t>(*number);
  return 0;
}

Reach reach_of(const Json& object) {
  Reach reach{.port = port_of(object)};
  const auto add = [&](const std::string& text) {
    const auto address = IpAddress::parse(text);
    if (address && std::ranges::find(reach.addresses, *address) == reach.addresses.end())
      reach.addresses.push_back(*address);
  };
  add(text_member(object, {"status", "podIP"}));
  for (const auto& each : list_member(object, {"status", "podIPs"})) add(text_member(each, {"ip"}));
  return reach;
}

// What the kubelet tries again and again, and what will not come right by that.
std::optional<Error> stuck(const Json& object) {
  static constexpr std::array<std::string_view, 6> kHopeless{"ImagePullBackOff",     "InvalidImageName",
                                                             "ErrImageNeverPull",    "CreateContainerConfigError",
                                                             "CreateContainerError", "RunContainerError"};
  for (const auto& each : list_member(object, {"status", "containerStatuses"})) {
    const auto reason = text_member(each, {"state", "waiting", "reason"});
    if (std::ranges::find(kHopeless, reason) == kHopeless.end()) continue;
    return Error{ErrorCode::denied, reason + ": " + text_member(each, {"state", "waiting", "message"})};
  }
  const auto* const scheduled = condition_of(object, "PodScheduled");
  if (!scheduled || text_member(*scheduled, {"reason"}) != "Unschedulable") return std::nullopt;
  return Error{ErrorCode::too_large, "no node for it: " + text_member(*scheduled, {"message"})};
}

}  // namespace

Pod pod_state(const Json& object) {
  Pod pod{.name = text_member(object, {"metadata", "name"}),
          .version = text_member(object, {"metadata", "resourceVersion"})};
  for (const auto& each : list_member(object, {"spec", "containers"}))
    if (pod.container.empty()) pod.container = text_member(each, {"name"});
  const auto* const deleted = member(object, {"metadata", "deletionTimestamp"});
  pod.ending = deleted && !deleted->is_null();
  const auto phase = text_member(object, {"status", "phase"});
  using enum Found::Condition;
  if (pod.ending || phase == "Failed" || phase == "Succeeded")
    pod.found.condition = gone;
  else if (phase == "Running" && is_ready(object))
    pod.found.condition = running;
  else
    pod.found.condition = starting;
  if (pod.found.condition == running) pod.found.reach = reach_of(object);
  if (pod.found.condition == starting) pod.trouble = stuck(object);
  if (pod.trouble) pod.trouble->message = pod.name + ": " + pod.trouble->message;
  return pod;
}

std::optional<Pod> read_pod(const Json& object, std::string_view installation) {
  const auto label = [&](std::string_view name) { return text_member(object, {"metadata", "labels", name}); };
  if (label("app.kubernetes.io/managed-by") != "harbinger" || label("harbinger/installation") != installation)
    return std::nullopt;
  auto pod = pod_state(object);
  pod.found.id = label("harbinger/id");
  pod.found.template_name = label("harbinger/pool");
  if (pod.name.empty() || pod.found.id.empty()) return std::nullopt;
  return pod;
}

}  // namespace harbinger::provision
