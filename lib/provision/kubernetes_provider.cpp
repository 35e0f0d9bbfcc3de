#include <atomic>
#include <optional>
#include <utility>

#include "provision/kubernetes_settings.h"
#include "provision/pod_calls.h"

namespace harbinger::provision {

namespace {

class KubernetesProvider final : public Provider {
 public:
  KubernetesProvider(KubernetesSettings settings, std::unique_ptr<KubernetesApi> api)
      : settings_(std::move(settings)), api_(std::move(api)) {
    if (settings_.watch) watch_.emplace(*api_);
  }

  ProviderTraits traits() const override {
    auto traits = settings_.traits;
    traits.resizes = resizes_;
    return traits;
  }

  std::string trouble() override {
    const RestLimits limits{.deadline = api_->clock().now() + std::chrono::seconds(5)};
    const auto selector = url_escaped(pod_selector(settings_.api.installation));
    const auto answer = api_->ask({.target = api_->pods() + "?limit=1&labelSelector=" + selector}, limits);
    if (!answer) return answer.error().message;
    if (!asked_resizes_) ask_resizes(limits);
    return {};
  }

  Result<Found> start(const Order& order, std::stop_token stop) override {
    if (auto fits = check_pod_order(order); !fits) return fail(fits.error());
    auto pod = pods().make(order, {.deadline = order.deadline, .stop = std::move(stop)});
    if (!pod) return fail(pod.error());
    return std::move(pod->found);
  }

  Result<Found> look(std::string_view id, MonotonicTime deadline) override {
    const auto pod = pods().find(id, {.deadline = deadline});
    if (!pod) return fail(pod.error());
    if (!*pod) return Found{.id = std::string(id), .condition = Found::Condition::gone};
    if ((*pod)->trouble) return fail(*(*pod)->trouble);
    return (*pod)->found;
  }

  Result<Usage> usage(std::string_view id, MonotonicTime deadline) override {
    const auto pod = existing(id, {.deadline = deadline});
    if (!pod) return fail(pod.error());
    return pods().usage(*pod, {.deadline = deadline});
  }

  Result<void> stop(std::string_view id, MonotonicTime deadline) override {
    return pods().end(id, settings_.grace_s, {.deadline = deadline});
  }

  Result<void> resize(std::string_view id, const Size& size, MonotonicTime deadline) override {
    const auto pod = existing(id, {.deadline = deadline});
    if (!pod) return fail(pod.error());
    return pods().resize(*pod, size, {.deadline = deadline});
  }

  Result<std::vector<Found>> list(MonotonicTime deadline) override {
    auto known = watch_ ? watch_->all() : std::nullopt;
    if (!known) {
      auto listed = api_->list({.deadline = deadline});
      if (!listed) return fail(listed.error());
      known = std::move(listed->pods);
    }
    std::vector<Found> found;
    for (auto& pod : *known)
      if (!pod.ending) found.push_back(std::move(pod.found));
    return found;
  }

 private:
  PodCalls pods() { return {*api_, watch_ ? &*watch_ : nullptr}; }

  Result<Pod> existing(std::string_view id, const RestLimits& limits) {
    auto pod = pods().find(id, limits);
    if (!pod) return fail(pod.error());
    if (*pod) return std::move(**pod);
    return fail(ErrorCode::not_found, "there is no Pod of instance " + std::string(id));
  }

  // Whether the server resizes Pods: its list of resources says so.
  void ask_resizes(const RestLimits& limits) {
    const auto answer = api_->ask({.target = "/api/v1"}, limits);
    if (!answer) return;
    const auto body = read_json(answer->body);
    for (const auto& each : list_member(body, {"resources"}))
      if (text_member(each, {"name"}) == "pods/resize") resizes_ = true;
    asked_resizes_ = true;
  }

  const KubernetesSettings settings_;
  const std::unique_ptr<KubernetesApi> api_;
  std::optional<PodWatch> watch_;
  std::atomic<bool> resizes_ = false, asked_resizes_ = false;
};

}  // namespace

Result<std::unique_ptr<Provider>> make_kubernetes_provider(ProviderWorld world) {
  auto settings = read_kubernetes_settings(world);
  if (!settings) return fail(settings.error());
  auto api = KubernetesApi::make(settings->api, *world.clock);
  if (!api) return fail(api.error());
  return std::make_unique<KubernetesProvider>(std::move(*settings), std::move(*api));
}

}  // namespace harbinger::provision
