// Who starts instances: processes, containers, virtual machines, or somebody else's cloud.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/result.h>
#include "provision/template.h"

namespace harbinger::provision {

/// What is known of a provider before it has started anything.
struct ProviderTraits {
  std::string name{};
  Duration usual_start{};    ///< from `start` until it is reached
  double cost_per_hour = 1;  ///< of an instance with one processor, in whatever unit the operator counts
  std::size_t most = 1000;   ///< instances at the same time
  bool resizes = false;      ///< of running instances
  bool outlives_us = false;  ///< instances go on when this process ends, and are found again
};

/// An order to start one instance. Ids are made by us: unique in an installation, letters, digits and `-`, at most 40 characters.
struct Order {
  std::string id{};
  const Template* what = nullptr;  ///< lives until `start` returns
  Size size{};
  MonotonicTime deadline{};
};

/// An instance of ours, as the provider sees it.
struct Found {
  std::string id{};
  std::string template_name{};
  enum class Condition : std::uint8_t { starting, running, gone } condition = Condition::running;
  Reach reach{};  ///< as far as it is known
};

/// Calls may wait (for a disk, a process, a network), but not past their deadline, and are made from threads of the engine, several at the same time, never two
/// for one id. All errors say what the provider said. An instance is known by its id alone: a provider keeps nothing that `list` would not find again after a restart.
class Provider {
 public:
  virtual ~Provider() = default;
  virtual ProviderTraits traits() const = 0;
  /// Why this provider cannot work here (a program is missing, nobody answers); empty when it can. Asked at start and now and then.
  virtual std::string trouble() = 0;

  /// Starts an instance; returns when it is started, which is before it is ready. The same id again: what it started before, not a second one.
  /// `too_large`: no capacity now; `denied`: never with this template; `timeout`, `unreachable`: nothing is known, and `list` will tell.
  virtual Result<Found> start(const Order& order, std::stop_token stop) = 0;
  /// What became of it; condition `gone` when there is none.
  virtual Result<Found> look(std::string_view id, MonotonicTime deadline) = 0;
  virtual Result<Usage> usage(std::string_view id, MonotonicTime deadline) = 0;
  /// Ends an instance and what belongs to it. Fine when there is none.
  virtual Result<void> stop(std::string_view id, MonotonicTime deadline) = 0;
  /// Gives a running instance another size; `unsupported` where that cannot be done.
  virtual Result<void> resize(std::string_view id, const Size& size, MonotonicTime deadline) = 0;
  /// All instances of this installation, whoever started them; also, as `gone`, those that ended by themselves and of which something is left to stop.
  virtual Result<std::vector<Found>> list(MonotonicTime deadline) = 0;
};

/// What all providers are made with.
struct ProviderWorld {
  const Clock* clock = nullptr;
  std::string installation{};     ///< marks what is ours where others start instances, too; letters, digits, `-`
  std::filesystem::path state{};  ///< folder for what must be found again
  std::map<std::string, std::string> options{};  ///< of the configuration
};

/// `process`: a command per instance, on loopback.
Result<std::unique_ptr<Provider>> make_process_provider(ProviderWorld world);
/// `container`: runc on a root folder.
Result<std::unique_ptr<Provider>> make_container_provider(ProviderWorld world);
/// `qemu`: a kernel booted directly; KVM where it works, else TCG.
Result<std::unique_ptr<Provider>> make_qemu_provider(ProviderWorld world);
/// `libvirt`: by libvirt's library, found at run time.
Result<std::unique_ptr<Provider>> make_libvirt_provider(ProviderWorld world);
/// `kubernetes`: Pods, over its REST interface.
Result<std::unique_ptr<Provider>> make_kubernetes_provider(ProviderWorld world);
/// `openstack`: Nova servers, with tokens of Keystone.
Result<std::unique_ptr<Provider>> make_openstack_provider(ProviderWorld world);
/// By its word; `unknown` tells the words that there are.
Result<std::unique_ptr<Provider>> make_provider(std::string_view word, ProviderWorld world);

}  // namespace harbinger::provision
