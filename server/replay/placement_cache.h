// Caches that are filled by what clients ask for, as an edge without harbinger has one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace harbinger::replay {

/// Of so many octets. Resources are numbers; their octets are fixed.
class LocalCache {
 public:
  virtual ~LocalCache() = default;
  virtual bool has(std::uint32_t resource) const = 0;
  /// A client wants it and it is there.
  virtual void used(std::uint32_t resource) = 0;
  /// It was fetched; others make room. What is larger than the cache is not kept.
  virtual void insert(std::uint32_t resource) = 0;
  virtual void erase(std::uint32_t resource) = 0;
  virtual void resize(std::uint64_t octets) = 0;
};

/// Least recently used goes.
std::unique_ptr<LocalCache> make_lru(std::span<const std::uint32_t> bytes);
/// SIEVE (Zhang et al., NSDI 2024): a hand goes from old to new and takes what was not used since it passed.
std::unique_ptr<LocalCache> make_sieve(std::span<const std::uint32_t> bytes);

}  // namespace harbinger::replay
