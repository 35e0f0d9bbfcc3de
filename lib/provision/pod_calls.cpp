#include "provision/pod_calls.h"

#include <algorithm>
#include <utility>

#include "provision/quantity.h"
#include "provision/template_words.h"
#include "provision/warm_pods.h"

namespace harbinger::provision {

namespace {

// What others wrote need not be UTF-8.
std::string text_of(const Json& body) { return body.dump(-1, ' ', false, Json::error_handler_t::replace); }

// After these nobody knows whether the server did it.
bool perhaps_done(const Error& error) {
  return error.code == ErrorCode::timeout || error.code == ErrorCode::unreachable || error.code == ErrorCode::malformed;
}

// Tells the watch of a write while it lasts, and how it ended.
class Written {
 public:
  Written(PodWatch* watch, std::string_view id, PodWatch::Write what) : watch_(watch), id_(id) {
    if (watch_) watch_->writing(id_, what);
  }
  ~Written() {
    if (watch_) watch_->wrote(id_, perhaps_);
  }
  Written(const Written&) = delete;
  template <class T>
  void ended(const Result<T>& how) {
    perhaps_ = how || perhaps_done(how.error());
  }

 private:
  PodWatch* const watch_;
  const std::string id_;
  bool perhaps_ = true;
};

// "not found" of a Pod names it; of an interface that the server does not have, it names nothing.
Error without_interface(Error error, const Pod& pod, const std::string& what) {
  if (error.code != ErrorCode::not_found || error.message.find(pod.name) != error.message.npos) return error;
  error.code = ErrorCode::unsupported;
  error.message += "; this cluster has no " + what;
  return error;
}

}  // namespace

Result<Pod> PodCalls::read(const RestAnswer& answer) const {
  const auto body = read_json(answer.body);
  auto pod = read_pod(body, api_.settings().installation);
  if (pod) return std::move(*pod);
  const auto who = api_.settings().server.to_string();
  if (!member(body, {"metadata", "name"})) return fail(ErrorCode::malformed, who + " answered with no Pod");
  return fail(ErrorCode::conflict, who + " has a Pod of this name that is not ours");
}

Result<Pod> PodCalls::make(const Order& order, const RestLimits& limits) {
  Written written(watch_, order.id, PodWatch::Write::made);
  auto pod = order.what->more.contains("deployment") ? claim(order, limits) : create(order, limits);
  written.ended(pod);
  return pod;
}

Result<Pod> PodCalls::create(const Order& order, const RestLimits& limits) {
  const auto& installation = api_.settings().installation;
  const auto made =
      api_.ask({.method = "POST", .target = api_.pods(), .body = text_of(pod_manifest(installation, order))}, limits);
  if (made) return read(*made);
  if (made.error().code != ErrorCode::conflict) return fail(made.error());
  const auto there = api_.ask({.target = api_.pod(pod_name(installation, order.id))}, limits);
  if (!there) return fail(there.error().code == ErrorCode::not_found ? made.error() : there.error());
  auto pod = read(*there);
  if (pod && pod->ending) return fail(ErrorCode::conflict, pod->name + " was told to end, and is still there");
  return pod;
}

Result<Pod> PodCalls::claim(const Order& order, const RestLimits& limits) {
  auto before = labelled(order.id, limits);
  if (!before) return fail(before.error());
  if (*before) return std::move(**before);
  return claim_warm_pod(api_, order, limits);
}

Result<std::optional<Pod>> PodCalls::labelled(std::string_view id, const RestLimits& limits) {
  auto listed = api_.list(limits, "harbinger/id=" + std::string(id));
  if (!listed) return fail(listed.error());
  for (auto& pod : listed->pods)
    if (!pod.ending) return std::move(pod);
  return std::nullopt;
}

Result<std::optional<Pod>> PodCalls::find(std::string_view id, const RestLimits& limits) {
  if (!label_like(id, "id")) return std::nullopt;
  auto known = watch_ ? watch_->find(id) : std::nullopt;
  if (known) return known;
  const auto answer = api_.ask({.target = api_.pod(pod_name(api_.settings().installation, id))}, limits);
  if (!answer && answer.error().code == ErrorCode::not_found) {
    auto claimed = labelled(id, limits);
    if (watch_ && claimed && !*claimed) watch_->missed(id);
    return claimed;
  }
  if (!answer) return fail(answer.error());
  auto pod = read(*answer);
  if (!pod) return fail(pod.error());
  return std::move(*pod);
}

Result<void> PodCalls::end(std::string_view id, int grace_s, const RestLimits& limits) {
  const auto pod = find(id, limits);
  if (!pod) return fail(pod.error());
  if (!*pod || (*pod)->ending) return {};
  Written written(watch_, id, PodWatch::Write::ended);
  const Json how{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"gracePeriodSeconds", grace_s}};
  const auto ended = api_.ask({.method = "DELETE", .target = api_.pod((*pod)->name), .body = text_of(how)}, limits);
  if (ended || ended.error().code == ErrorCode::not_found) return {};
  written.ended(ended);
  return fail(ended.error());
}

Result<void> PodCalls::resize(const Pod& pod, const Size& size, const RestLimits& limits) {
  const auto answer = api_.ask({.method = "PATCH",
                                .target = api_.pod(pod.name) + "/resize",
                                .body = text_of(pod_resize(size, pod.container)),
                                .content_type = "application/strategic-merge-patch+json"},
                               limits);
  if (answer) return {};
  return fail(without_interface(answer.error(), pod, "resizing of Pods (Kubernetes 1.33 has it)"));
}

Result<Usage> PodCalls::usage(const Pod& pod, const RestLimits& limits) {
  const auto target = "/apis/metrics.k8s.io/v1beta1/namespaces/" + api_.settings().name_space + "/pods/" + pod.name;
  const auto answer = api_.ask({.target = target}, limits);
  if (!answer) return fail(without_interface(answer.error(), pod, "metrics.k8s.io (the metrics server)"));
  Usage usage;
  const auto body = read_json(answer->body);
  for (const auto& each : list_member(body, {"containers"})) {
    usage.cpus += read_quantity(text_member(each, {"usage", "cpu"})).value_or(0);
    const double octets = read_quantity(text_member(each, {"usage", "memory"})).value_or(0);
    usage.memory_mb += static_cast<std::uint64_t>(std::clamp(octets, 0.0, 1e18) / 0x1p20);
  }
  return usage;
}

}  // namespace harbinger::provision
