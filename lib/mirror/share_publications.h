// Publications that are known, each until its lease is over. No clock, no store.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harbinger/clock.h>
#include "mirror/publisher.h"

namespace harbinger::mirror {

/// One thread at a time.
class SharePublications {
 public:
  /// What came of it: nothing new (older, or told before), the same for longer, or a change that others want to hear of.
  enum class Taken : unsigned char { old, renewed, changed };

  /// The higher version holds; of the same version only the same content is taken, for longer. What is over at `now` is forgotten, whatever its version.
  Taken take(const Publication& what, MonotonicTime until, MonotonicTime now);
  /// Forgets what is over, and returns it without servers.
  std::vector<Publication> end(MonotonicTime now);
  /// When to call `end` next; the end of time when nothing is known.
  MonotonicTime next_end() const;

  std::vector<Publication> published(MonotonicTime now) const;
  /// 0 when nothing is known of the two.
  std::uint64_t version(std::uint64_t resource, std::string_view cluster) const;

 private:
  struct Entry {
    Publication what{};
    MonotonicTime until{};
  };
  using Key = std::pair<std::uint64_t, std::string>;

  std::map<Key, Entry> entries_;
};

}  // namespace harbinger::mirror
