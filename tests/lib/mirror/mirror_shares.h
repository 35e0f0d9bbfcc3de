// Shares as tests use them.
#pragma once

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/access.h>

#include <tests/support/redis_server.h>

#include "mirror/redis_share.h"

namespace harbinger::test {

/// A clock of which only this server knows how late it is.
class LateClock final : public Clock {
 public:
  explicit LateClock(Duration by) : by_(by) {}
  MonotonicTime now() const override { return mirror::boot_clock().now() + by_; }
  std::chrono::system_clock::time_point calendar() const override {
    return std::chrono::system_clock::now() + std::chrono::duration_cast<std::chrono::system_clock::duration>(by_);
  }

 private:
  const Duration by_;
};

inline std::string resource_of(int number) { return "r" + std::to_string(number) + ".example.org"; }

inline mirror::Publication publication_of(int number, const std::string& server, std::uint64_t version,
                                          std::chrono::seconds lease = std::chrono::seconds(5)) {
  mirror::Publication what{.resource = resource_of(number), .cluster = "eu", .lease = lease, .version = version};
  what.servers.push_back({.server = server,
                          .target = Name::parse(server + ".edges.example.org").value(),
                          .addresses = {IpAddress::parse("192.0.2.1").value(), IpAddress::parse("2001:db8::1").value()},
                          .port = 8443});
  return what;
}

/// A share with a listener that keeps what it hears, and what twenty resources have to do with it.
class Sharing {
 public:
  static constexpr int kResources = 20;
  static constexpr auto kLease = std::chrono::milliseconds(600);

  explicit Sharing(const std::string& url, const std::string& name, const Clock& clock = mirror::boot_clock())
      : share_(mirror::make_redis_share({.url = url, .name = name, .lease = kLease, .patience = kLease / 3},
                                        {.clock = clock})
                   .value()),
        listening_(share_->listen([this](const mirror::Publication& what) { hear(what); })) {}

  mirror::MirrorShare* operator->() const { return share_.get(); }

  bool owns(int number) const { return share_->owns(resource_hash(resource_of(number)), "eu", Duration{}); }
  int owned() const {
    int count = 0;
    for (int i = 0; i < kResources; ++i) count += owns(i);
    return count;
  }
  bool comes_to_own(int least) const {
    return wait_until([&] { return owned() >= least; });
  }
  bool sees(std::size_t members) const {
    return wait_until([&] { return share_->state().members.size() == members; });
  }
  std::uint64_t next(int number) const { return share_->next_version(resource_hash(resource_of(number)), "eu"); }

  /// The first that it owns.
  int one_owned() const {
    for (int i = 0; i < kResources; ++i)
      if (owns(i)) return i;
    return -1;
  }

  Result<void> write(const mirror::Publication& what) {
    std::promise<Result<void>> written;
    share_->write(what, [&](Result<void> done) { written.set_value(std::move(done)); });
    return written.get_future().get();
  }

  /// The server of what is published of a resource; empty when nothing is.
  std::string published(int number) const {
    for (const auto& what : share_->published())
      if (what.resource == resource_of(number)) return what.servers[0].server;
    return {};
  }
  bool comes_to_know(int number, const std::string& server) const {
    return wait_until([&] { return published(number) == server; });
  }
  std::vector<mirror::Publication> heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  void hear(const mirror::Publication& what) {
    const std::lock_guard lock(mutex_);
    heard_.push_back(what);
  }

  mutable std::mutex mutex_;
  std::vector<mirror::Publication> heard_;
  std::unique_ptr<mirror::MirrorShare> share_;
  std::shared_ptr<void> listening_;
};

}  // namespace harbinger::test
