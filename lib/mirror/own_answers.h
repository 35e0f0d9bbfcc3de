// Mirrors as our own answers tell of them: a table that workers read without locks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include <harbinger/clock.h>
#include <harbinger/rcu.h>
#include "mirror/publisher.h"

namespace harbinger::mirror {

/// Number of a cluster in this process; the same for the same name until it ends.
using ClusterId = std::uint16_t;

/// Any thread. A publication ends with its lease, whether somebody says so or not.
class OwnAnswers final : public Publisher {
 public:
  /// A name's answers have changed: called after the table has, by who changed it. Both outlive it.
  using Changed = std::function<void(std::string_view resource)>;
  OwnAnswers(const Clock& clock, Changed changed);
  ~OwnAnswers() override;

  static constexpr std::size_t kMostClusters = 4096;
  /// The number of a cluster, given out at the first call; the last number for all that come after kMostClusters.
  ClusterId cluster(std::string_view name);

  /// What holds now; null when there is nothing. For threads that are RCU readers: valid until the reader is next quiescent. No lock, no allocation.
  const Publication* find(std::uint64_t resource, ClusterId cluster) const noexcept;
  /// The same for everybody else.
  std::shared_ptr<const Publication> find(std::string_view resource, std::string_view cluster) const;

  /// What has a lower version than what is there is a conflict; the same version again renews. `done` is called before it returns.
  void publish(const Publication& what, Done done) override;
  void renew(const Publication& what, Done done) override { publish(what, std::move(done)); }

  /// Takes out what has no lease any more. Once or twice a second.
  void tick();
  std::size_t size() const;

 private:
  struct Key {
    std::uint64_t resource = 0;
    ClusterId cluster = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept {
      return key.resource ^ (key.cluster * 0x9e3779b97f4a7c15ULL);
    }
  };
  struct Entry {
    std::shared_ptr<const Publication> what;  // without servers: it ended, and its version is remembered
    MonotonicTime until{};
  };
  using Table = std::unordered_map<Key, Entry, KeyHash>;

  enum class Kept : std::uint8_t { late, same, changed };
  Kept keep(const Publication& what);

  const Clock& clock_;
  const Changed changed_;
  mutable std::mutex lock_;  // of who writes
  std::map<std::string, ClusterId, std::less<>> clusters_;
  Table newest_;
  rcu::Published<Table> table_;
};

}  // namespace harbinger::mirror
