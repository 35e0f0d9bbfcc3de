// A provider whose instances are listening sockets, and that can be slow, full, down, or forget.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "provision/provider.h"

namespace harbinger::test {

/// Outlives the engines that use it.
class Cloud {
 public:
  enum class Mood : std::uint8_t { well, full, never, silent, down };
  std::atomic<Mood> mood = Mood::well;
  std::atomic<int> boot_ms{0};  ///< from the start until it listens
  std::atomic<int> call_ms{0};  ///< that each start takes
  std::atomic<bool> stops = true, outlives = true;
  std::atomic<unsigned> started{0}, stopped{0}, doubled{0};

  ~Cloud() {
    for (const auto& [id, machine] : machines_) close(machine.socket);
  }
  std::size_t size() const {
    const std::lock_guard guard(lock_);
    return machines_.size();
  }
  std::set<std::string> ids() const {
    const std::lock_guard guard(lock_);
    std::set<std::string> all;
    for (const auto& [id, machine] : machines_) all.insert(id);
    return all;
  }
  std::uint16_t port(const std::string& id) const {
    const std::lock_guard guard(lock_);
    const auto found = machines_.find(id);
    return found == machines_.end() ? 0 : found->second.port;
  }
  /// Somebody else pulled the plug.
  void kill(const std::string& id) { remove(id); }
  /// One that nobody ordered.
  void add(const std::string& id) { boot(id); }

 private:
  friend class CloudProvider;
  struct Machine {
    int socket = -1;
    std::uint16_t port = 0;
  };
  // A socket that is bound refuses connections until it listens.
  std::uint16_t boot(const std::string& id) {
    const std::lock_guard guard(lock_);
    if (const auto known = machines_.find(id); known != machines_.end()) return known->second.port;
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t size = sizeof at;
    bind(socket, reinterpret_cast<sockaddr*>(&at), size);
    getsockname(socket, reinterpret_cast<sockaddr*>(&at), &size);
    machines_[id] = {socket, ntohs(at.sin_port)};
    return ntohs(at.sin_port);
  }
  void listen(const std::string& id) {
    const std::lock_guard guard(lock_);
    if (const auto found = machines_.find(id); found != machines_.end()) ::listen(found->second.socket, 1024);
  }
  bool remove(const std::string& id) {
    const std::lock_guard guard(lock_);
    const auto found = machines_.find(id);
    if (found == machines_.end()) return false;
    close(found->second.socket);
    machines_.erase(found);
    return true;
  }

  mutable std::mutex lock_;
  std::map<std::string, Machine> machines_;
};

class CloudProvider final : public provision::Provider {
 public:
  explicit CloudProvider(std::shared_ptr<Cloud> cloud) : cloud_(std::move(cloud)) {}

  provision::ProviderTraits traits() const override {
    return {.name = "cloud", .usual_start = std::chrono::milliseconds(50), .outlives_us = cloud_->outlives};
  }
  std::string trouble() override { return is(Cloud::Mood::down) ? "the cloud is down" : ""; }
  Result<provision::Found> start(const provision::Order& order, std::stop_token) override {
    const Busy busy(*this, order.id);
    if (is(Cloud::Mood::down)) return fail(ErrorCode::unreachable, "the cloud is down");
    if (is(Cloud::Mood::full)) return fail(ErrorCode::too_large, "no room");
    if (is(Cloud::Mood::never)) return fail(ErrorCode::denied, "no such image");
    ++cloud_->started;
    const auto port = cloud_->boot(order.id);
    std::this_thread::sleep_for(std::chrono::milliseconds(cloud_->call_ms));
    if (!is(Cloud::Mood::silent)) {
      if (cloud_->boot_ms > 0)
        boots_.emplace_back([cloud = cloud_, id = order.id] {
          std::this_thread::sleep_for(std::chrono::milliseconds(cloud->boot_ms));
          cloud->listen(id);
        });
      else
        cloud_->listen(order.id);
    }
    return found(order.id, port);
  }
  Result<provision::Found> look(std::string_view id, MonotonicTime) override {
    const Busy busy(*this, id);
    if (is(Cloud::Mood::down)) return fail(ErrorCode::unreachable, "the cloud is down");
    return found(id, cloud_->port(std::string(id)));
  }
  Result<provision::Usage> usage(std::string_view id, MonotonicTime) override {
    const Busy busy(*this, id);
    return provision::Usage{};
  }
  Result<void> stop(std::string_view id, MonotonicTime) override {
    const Busy busy(*this, id);
    if (is(Cloud::Mood::down) || !cloud_->stops) return fail(ErrorCode::unreachable, "it does not stop");
    if (cloud_->remove(std::string(id))) ++cloud_->stopped;
    return {};
  }
  Result<void> resize(std::string_view, const provision::Size&, MonotonicTime) override {
    return fail(ErrorCode::unsupported, "sizes are fixed");
  }
  Result<std::vector<provision::Found>> list(MonotonicTime) override {
    if (is(Cloud::Mood::down)) return fail(ErrorCode::unreachable, "the cloud is down");
    std::vector<provision::Found> all;
    for (const auto& each : cloud_->ids()) all.push_back(found(each, cloud_->port(each)));
    return all;
  }

 private:
  // Counts where two calls are made for one id.
  struct Busy {
    Busy(CloudProvider& provider, std::string_view id) : of(provider), who(id) {
      const std::lock_guard guard(of.lock_);
      if (!of.busy_.insert(who).second) ++of.cloud_->doubled;
    }
    ~Busy() {
      const std::lock_guard guard(of.lock_);
      of.busy_.erase(who);
    }
    CloudProvider& of;
    const std::string who;
  };
  bool is(Cloud::Mood mood) const { return cloud_->mood == mood; }
  static provision::Found found(std::string_view id, std::uint16_t port) {
    using Condition = provision::Found::Condition;
    return {.id = std::string(id),
            .condition = port == 0 ? Condition::gone : Condition::running,
            .reach = {.addresses = {IpAddress::parse("127.0.0.1").value()}, .port = port}};
  }

  const std::shared_ptr<Cloud> cloud_;
  std::mutex lock_;
  std::set<std::string> busy_;
  std::vector<std::jthread> boots_;
};

}  // namespace harbinger::test
