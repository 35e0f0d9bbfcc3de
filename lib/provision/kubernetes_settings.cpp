#include "provision/kubernetes_settings.h"

#include <utility>

#include "base/read_file.h"
#include "provision/template_words.h"

namespace harbinger::provision {

namespace {

// Where Kubernetes puts what a Pod may know of the cluster that it runs in.
void take_in_cluster(KubernetesApi::Settings& api, std::string& server) {
  const std::filesystem::path folder = "/var/run/secrets/kubernetes.io/serviceaccount";
  if (server.empty()) server = "https://kubernetes.default.svc";
  if (api.ca.empty()) api.ca = folder / "ca.crt";
  if (api.token.empty()) api.token = folder / "token";
  if (!api.name_space.empty()) return;
  if (auto text = read_file(folder / "namespace", "the namespace in")) api.name_space = *text;
  while (api.name_space.ends_with('\n')) api.name_space.pop_back();
}

}  // namespace

ClusterWords take_cluster_words(OptionWords& words) {
  ClusterWords read;
  read.server = words.text("server");
  read.api.ca = words.text("ca");
  read.api.token = words.text("token");
  read.api.name_space = words.text("namespace");
  if (words.yes("in_cluster", false)) take_in_cluster(read.api, read.server);
  return read;
}

Result<KubernetesApi::Settings> check_cluster_words(std::string_view who, ClusterWords words,
                                                    const std::string& installation) {
  auto api = std::move(words.api);
  api.installation = installation;
  if (words.server.empty())
    return fail(ErrorCode::malformed,
                std::string(who) + ": needs `server`, such as https://10.0.0.1:6443, or `in_cluster yes`");
  if (api.name_space.empty()) api.name_space = "default";
  if (auto fits = label_like(api.name_space, "namespace"); !fits) return fail(fits.error());
  if (auto fits = label_like(installation, "installation"); !fits) return fail(fits.error());
  auto url = RestUrl::parse(words.server);
  if (!url) return fail(url.error());
  api.server = std::move(*url);
  return api;
}

Result<KubernetesSettings> read_kubernetes_settings(const ProviderWorld& world) {
  OptionWords words("kubernetes", world.options);
  KubernetesSettings settings;
  auto cluster = take_cluster_words(words);
  settings.watch = words.yes("watch", true);
  settings.grace_s = static_cast<int>(words.number("grace_s", settings.grace_s));
  words.take_traits(settings.traits);
  if (auto done = words.done(); !done) return fail(done.error());
  auto api = check_cluster_words("kubernetes", std::move(cluster), world.installation);
  if (!api) return fail(api.error());
  settings.api = std::move(*api);
  return settings;
}

}  // namespace harbinger::provision
