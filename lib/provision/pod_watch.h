// Follows the Pods of an installation, so that they need not be asked for one by one.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "provision/kubernetes_api.h"

namespace harbinger::provision {

/// A thread of its own. It answers only while the server tells it of every change, and only what holds after our own writes: nothing means that the server must be asked.
class PodWatch {
 public:
  /// `api` outlives it.
  explicit PodWatch(KubernetesApi& api);
  ~PodWatch();
  PodWatch(const PodWatch&) = delete;

  /// By the instance's id.
  std::optional<Pod> find(std::string_view id) const;
  std::optional<std::vector<Pod>> all() const;

  /// Before an instance's Pod is made, or told to end: until the watch has seen it so, nothing is said of it from memory.
  enum class Write : std::uint8_t { made, ended };
  void writing(std::string_view id, Write what);
  /// After: whether the server may have done it.
  void wrote(std::string_view id, bool perhaps);

  /// The server says that there is no such Pod: memory that is behind does not tell of it any more.
  void missed(std::string_view id);

  bool alive() const;
  /// What ended the watch last; empty when it goes on.
  std::string trouble() const;

 private:
  struct Pending {
    Write what{};
    bool over = false;  ///< the request is
  };
  void run(const std::stop_token& stop);
  Result<void> begin(const std::stop_token& stop);
  Result<void> follow(const std::stop_token& stop);
  bool hear(std::string_view part);
  bool take(const Json& event);
  void keep(Pod pod);
  void forget(const std::string& pod_name);
  void end(const std::string& why);
  bool begins_anew() const;

  KubernetesApi& api_;
  mutable std::mutex mutex_;
  std::map<std::string, Pod, std::less<>> pods_;  ///< by id, as those below
  std::map<std::string, Pending, std::less<>> pending_;
  bool alive_ = false;
  std::string trouble_ = "has not begun";
  std::string version_;  ///< of the watch's thread: goes on from here; empty: lists anew
  std::string line_;     ///< of the watch's thread: what has come of an event
  std::jthread thread_;
};

}  // namespace harbinger::provision
