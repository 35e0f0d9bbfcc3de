// What is to be written, the newest value of each key: away for an hour costs no more room than there are clients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <harbinger/access.h>

#include "persona/share_codec.h"

namespace harbinger::persona {

/// Something to write. `client` or `name` is its key, whichever the kind has.
struct ShareItem {
  ValueKind kind = ValueKind::assignment;
  ClientKey client = 0;
  std::string name;
  std::uint64_t stamp = 0;
  std::string value;     ///< sealed
  UnixMillis until = 0;  ///< after this nobody needs it; 0: always
};

/// Tables first, then assignments, then profiles, each oldest first and with room of their own: profiles come with every few acts, and must not
/// push assignments out. Thread-safe.
class ShareQueue {
 public:
  static constexpr std::size_t kMostTables = 64;
  static constexpr std::size_t kMostOctets = std::size_t{64} << 20;  // of profiles

  /// Room for `most` assignments, as many profiles, and kMostTables tables.
  explicit ShareQueue(std::size_t most) : most_(most) {}

  /// Takes the place and turn of an older value of the same key; an older one than is here is dropped. What finds no room pushes the oldest out.
  void put(ShareItem item);
  /// Puts it before everything else, unless there is a value of its key already.
  void put_if_missing(std::vector<ShareItem> items);
  /// The same for what was taken and could not be written.
  void put_back(std::vector<ShareItem> items);
  /// One of those taken is done with.
  void settled();
  /// The next ones: at most `most`, and not more than the first that go beyond `octets`. What nobody needs any more at `now` is passed over.
  std::vector<ShareItem> take(std::size_t most, std::size_t octets, UnixMillis now);

  /// How many are here, or taken and neither back nor settled.
  std::size_t waiting() const;
  /// How many were pushed out.
  std::uint64_t lost() const;

 private:
  struct Key {
    ClientKey client;
    std::string name;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  struct Lane {
    std::list<ShareItem> items;
    std::unordered_map<Key, std::list<ShareItem>::iterator, KeyHash> places;
    std::size_t octets = 0;
  };

  static Key key_of(const ShareItem& item) { return {item.client, item.name}; }
  static ShareItem take_first(Lane& lane);
  Lane& lane_of(const ShareItem& item);
  bool too_full(const Lane& lane) const;
  void shed(Lane& lane);

  void insert_first(std::vector<ShareItem> items);

  const std::size_t most_;
  mutable std::mutex mutex_;
  Lane tables_, assignments_, profiles_;
  std::size_t taken_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace harbinger::persona
