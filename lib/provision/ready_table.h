// Which instance serves which tag: a table that workers read without locks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/name.h>
#include "provision/template.h"

namespace harbinger::provision {

/// A tag's key (ProfileTag::key) and a pool.
struct Wish {
  std::uint64_t tag = 0;
  std::uint16_t pool = 0;
  friend bool operator==(const Wish&, const Wish&) = default;
};

/// The tag of a pool's shared instance, which everybody is given who has no other.
inline constexpr std::uint64_t kSharedTag = UINT64_MAX;

/// What a name is answered with.
struct Assignment {
  enum class Kind : std::uint8_t { own, shared, waiting } kind = Kind::own;
  std::vector<IpAddress> addresses{};
  std::uint16_t port = 0;
  std::chrono::seconds ttl{30};
};

/// Reading: any RCU reader, no lock, no allocation. Writing: one thread.
class ReadyTable {
 public:
  ReadyTable();
  ~ReadyTable();

  /// The instance of a tag; null when it has none. Valid until the reader is next quiescent.
  const Assignment* find(Wish wish) const noexcept;
  /// What those without an instance get of a pool: its shared instance, or its waiting room; null for neither.
  const Assignment* fallback(std::uint16_t pool) const noexcept;

  struct Entry {
    Wish wish{};
    Assignment what{};
  };
  /// The whole content anew.
  void publish(std::vector<Entry> entries, std::vector<Entry> fallbacks);
  std::size_t size() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harbinger::provision
