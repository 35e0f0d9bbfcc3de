#include <algorithm>

#include "provision/pod.h"
#include "provision/quantity.h"
#include "provision/template_words.h"

namespace harbinger::provision {

namespace {

constexpr std::uint16_t kUsualPort = 8080;

std::uint16_t port_of(const Template& what) { return what.port ? what.port : kUsualPort; }

std::string word(const Template& what, const std::string& name) {
  const auto found = what.more.find(name);
  return found == what.more.end() ? std::string() : found->second;
}

// The cluster itself fills in $(NAME) once it knows the address.
Json command_of(const Order& order) {
  Json command = Json::array();
  for (const auto& each : order.what->command)
    command.push_back(filled(
        each, {{"address", "$(HARBINGER_ADDRESS)"}, {"port", std::to_string(port_of(*order.what))}, {"id", order.id}}));
  return command;
}

Json resources_of(const Size& size) {
  const Json amounts{{"cpu", cpu_quantity(size.cpus)}, {"memory", memory_quantity(size.memory_mb)}};
  return {{"requests", amounts}, {"limits", amounts}};
}

Json probe_of(const Template& what) {
  Json probe{{"periodSeconds", 1}, {"timeoutSeconds", 1}};
  if (what.health.empty())
    probe["tcpSocket"] = {{"port", port_of(what)}};
  else
    probe["httpGet"] = {{"path", what.health}, {"port", port_of(what)}};
  return probe;
}

Json environment_of(const Order& order) {
  return Json::array({{{"name", "HARBINGER_ADDRESS"}, {"valueFrom", {{"fieldRef", {{"fieldPath", "status.podIP"}}}}}},
                      {{"name", "HARBINGER_PORT"}, {"value", std::to_string(port_of(*order.what))}},
                      {{"name", "HARBINGER_ID"}, {"value", order.id}}});
}

Json container_of(const Order& order) {
  Json container{{"name", "instance"},
                 {"image", order.what->image},
                 {"env", environment_of(order)},
                 {"ports", Json::array({{{"containerPort", port_of(*order.what)}}})},
                 {"resources", resources_of(order.size)},
                 {"readinessProbe", probe_of(*order.what)}};
  if (auto command = command_of(order); !command.empty()) container["command"] = std::move(command);
  if (auto policy = word(*order.what, "image_pull_policy"); !policy.empty()) container["imagePullPolicy"] = policy;
  return container;
}

void add_words(const Template& what, Json& spec) {
  const auto put = [&](const char* from, const char* to) {
    if (auto text = word(what, from); !text.empty()) spec[to] = text;
  };
  put("service_account", "serviceAccountName");
  put("runtime_class", "runtimeClassName");
  put("priority_class", "priorityClassName");
  if (auto secret = word(what, "image_pull_secret"); !secret.empty())
    spec["imagePullSecrets"] = Json::array({{{"name", secret}}});
  if (auto nodes = word(what, "node_selector"); !nodes.empty()) spec["nodeSelector"] = label_pairs(nodes);
}

// A label's value, RFC 1123's letters and also `_` and `.` between others.
bool is_label_value(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 63 && letter(text.front()) && letter(text.back()) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

Json label_pairs(std::string_view text) {
  Json selector = Json::object();
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto each = text.substr(0, end);
    const auto equals = std::min(each.find('='), each.size());
    selector[std::string(each.substr(0, equals))] = each.substr(std::min(equals + 1, each.size()));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return selector;
}

std::string pod_name(std::string_view installation, std::string_view id) {
  return std::string(installation) + "-" + std::string(id);
}

std::string pod_selector(std::string_view installation) {
  return "app.kubernetes.io/managed-by=harbinger,harbinger/installation=" + std::string(installation);
}

Json pod_labels(std::string_view installation, const Order& order) {
  return {{"app.kubernetes.io/managed-by", "harbinger"},
          {"harbinger/installation", installation},
          {"harbinger/pool", order.what->name},
          {"harbinger/id", order.id}};
}

Result<void> check_pod_order(const Order& order) {
  static const std::set<std::string_view> kWords{"deployment",     "image_pull_policy", "image_pull_secret",
                                                 "node_selector",  "priority_class",    "runtime_class",
                                                 "service_account"};
  if (auto fits = label_like(order.id, "id"); !fits) return fits;
  if (!is_label_value(order.what->name))
    return fail(ErrorCode::denied, "template '" + order.what->name +
                                       "' cannot be the value of a label: letters, digits, " +
                                       "-, _ and ., 63 at most, with a letter or digit at its ends");
  if (order.what->image.empty() && !order.what->more.contains("deployment"))
    return fail(ErrorCode::denied, "template " + order.what->name + " needs an image, such as registry.example/web:1");
  return only_words(*order.what, kWords);
}

Json pod_manifest(std::string_view installation, const Order& order) {
  Json spec{{"restartPolicy", "Never"},  // an instance that ends by itself is gone, and another is ordered
            {"automountServiceAccountToken", false},
            {"enableServiceLinks", false},
            {"containers", Json::array({container_of(order)})}};
  add_words(*order.what, spec);
  if (spec.contains("serviceAccountName")) spec["automountServiceAccountToken"] = true;
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata",
           {{"name", pod_name(installation, order.id)},
            {"labels", pod_labels(installation, order)},
            {"annotations", {{"harbinger/port", std::to_string(port_of(*order.what))}}}}},
          {"spec", std::move(spec)}};
}

Json pod_resize(const Size& size, const std::string& container) {
  return {{"spec", {{"containers", Json::array({{{"name", container}, {"resources", resources_of(size)}}})}}}};
}

Json pod_claim(std::string_view installation, const Order& order, const std::string& version, const Json& selected_by) {
  Json labels = pod_labels(installation, order);
  // One that has a name of ours is another by what we write; without ours, nobody would know the Pod again.
  for (const auto& [name, value] : selected_by.items())
    if (!labels.contains(name)) labels[name] = nullptr;
  Json metadata{{"resourceVersion", version}, {"labels", std::move(labels)}};
  if (order.what->port) metadata["annotations"] = {{"harbinger/port", std::to_string(order.what->port)}};
  return {{"metadata", std::move(metadata)}};
}

}  // namespace harbinger::provision
