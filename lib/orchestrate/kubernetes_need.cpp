#include "orchestrate/kubernetes_need.h"

#include <algorithm>
#include <cmath>

#include "provision/quantity.h"

namespace harbinger::orchestrate {

namespace {

constexpr double kMost = 4e9;

std::uint32_t bounded(double value) { return value > 0 ? static_cast<std::uint32_t>(std::min(value, kMost)) : 0; }

// Amounts are texts as a rule, and plain numbers now and then.
double amount_of(JsonView value) {
  if (const auto number = value.number()) return *number;
  return provision::read_quantity(value.text()).value_or(0);
}

double gib_of(JsonView value) { return std::ceil(amount_of(value) / (1ULL << 30)); }

std::string machine_of(JsonView pod) {
  double cpus = 0, octets = 0;
  const auto containers = pod["containers"];
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const auto requests = containers.at(i).in("resources", "requests");
    cpus += amount_of(requests["cpu"]);
    octets += amount_of(requests["memory"]);
  }
  std::string machine;
  constexpr double kMostCpus = 1e6;
  if (cpus > 0) machine = provision::cpu_quantity(std::min(cpus, kMostCpus));
  if (octets > 0) (machine += '/') += provision::memory_quantity(bounded(std::ceil(octets / (1 << 20))));
  if (const auto priority = pod["priorityClassName"].text(); !priority.empty()) (machine += '/') += priority;
  return machine;
}

std::string_view security_of(JsonView pod) {
  if (pod["hostNetwork"].truth().value_or(false) || pod["hostPID"].truth().value_or(false)) return "privileged";
  bool no_root = pod.in("securityContext", "runAsNonRoot").truth().value_or(false);
  const auto containers = pod["containers"];
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const auto context = containers.at(i)["securityContext"];
    if (context["privileged"].truth().value_or(false)) return "privileged";
    no_root = no_root || context["runAsNonRoot"].truth().value_or(false);
  }
  return no_root ? "restricted" : "";
}

void read_pod(JsonView pod, JsonView metadata, Need& need) {
  constexpr double kMega = 1e6;
  need.machine = machine_of(pod);
  need.image = pod["containers"].at(0)["image"].text();
  need.security = security_of(pod);
  need.bandwidth_mbps = bounded(amount_of(metadata.in("annotations", "kubernetes.io/ingress-bandwidth")) / kMega);
}

void read_claim(JsonView claim, Need& need) {
  need.kind = "volume";
  need.machine = claim["storageClassName"].text();
  need.storage_gb = bounded(gib_of(claim.in("resources", "requests", "storage")));
}

void read_workload(JsonView spec, Need& need) {
  need.kind = "deployment";
  const auto parallel = spec["parallelism"];
  need.count = bounded((parallel ? parallel : spec["replicas"]).number().value_or(1));
  read_pod(spec.in("template", "spec"), spec.in("template", "metadata"), need);
  const auto claims = spec["volumeClaimTemplates"];
  double gib = 0;
  for (std::size_t i = 0; i < claims.size(); ++i)
    gib += gib_of(claims.at(i).in("spec", "resources", "requests", "storage"));
  need.storage_gb = bounded(gib);
}

}  // namespace

bool read_kubernetes_need(std::string_view resource, JsonView object, Need& need) {
  const auto spec = object["spec"];
  if (!spec.is_object()) return false;
  need = Need();
  if (resource == "persistentvolumeclaims") {
    read_claim(spec, need);
  } else if (resource == "pods") {
    need.kind = "pod";
    read_pod(spec, object["metadata"], need);
  } else if (resource == "deployments" || resource == "statefulsets" || resource == "jobs") {
    read_workload(spec, need);
  } else {
    return false;
  }
  return need.count > 0;
}

}  // namespace harbinger::orchestrate
