// Requests to a Kubernetes API server, with the token of the moment.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "provision/json_member.h"
#include "provision/pod.h"
#include "provision/rest_client.h"
#include "provision/watched_text.h"

namespace harbinger::provision {

/// Any thread.
class KubernetesApi {
 public:
  struct Settings {
    RestUrl server{};
    std::filesystem::path ca{}, token{};  ///< no token: a server that asks for none
    std::string name_space{};
    std::string installation{};
    std::string rights = "docs/providers_cloud.md";  ///< where the rights that are needed are listed
  };
  static Result<std::unique_ptr<KubernetesApi>> make(const Settings& settings, const Clock& clock);

  /// What came back when it was a success; else what the server said. Waits when the server says so; reads the token again, once, when it is refused.
  Result<RestAnswer> ask(RestRequest request, const RestLimits& limits);
  /// As RestClient::follow().
  Result<void> follow(RestRequest request, const RestLimits& limits, const RestClient::Part& part);

  struct Objects {
    std::vector<Json> objects{};
    std::string version{};  ///< of the whole list: a watch goes on from it
  };
  /// All objects of a list that a selector of labels selects. Page by page; anew when the pages have become too old.
  Result<Objects> objects(const std::string& list, const std::string& selector, const RestLimits& limits);

  struct Pods {
    std::vector<Pod> pods{};
    std::string version{};
  };
  /// All Pods of the installation, or those with another label besides.
  Result<Pods> list(const RestLimits& limits, const std::string& also = {});

  /// `/api/v1/namespaces/NAMESPACE/pods`, and a Pod's.
  std::string pods() const;
  std::string pod(const std::string& name) const { return pods() + "/" + name; }
  const Settings& settings() const { return settings_; }
  const Clock& clock() const { return clock_; }

 private:
  KubernetesApi(Settings settings, std::unique_ptr<RestClient> client, const Clock& clock);
  Result<std::string> authorize(RestRequest& request);
  Error error_of(const RestAnswer& answer) const;
  Result<Objects> objects_once(const std::string& list, const std::string& selector, const RestLimits& limits);

  const Settings settings_;
  const std::unique_ptr<RestClient> client_;
  const Clock& clock_;
  std::optional<WatchedText> token_;
};

}  // namespace harbinger::provision
