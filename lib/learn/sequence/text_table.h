// Texts by small numbers: what the model keeps instead of strings. Bounded: the least useful text makes room.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/wanted_by.h>

namespace harbinger::sequence {

/// 24 bits of place, 7 bits of generation: a number whose text was forgotten is told from the one that took its place. 0: none.
using TextId = std::uint32_t;

/// One thread writes; any rcu reader may call `published`.
class TextTable {
 public:
  /// A text as readers see it: unchanging, but for the size and for who may hear of it. The characters follow the block.
  struct Block {
    TextId id;
    std::atomic<std::uint32_t> size_bytes;
    std::uint32_t length;
    std::atomic<ClientKey> only;  ///< see WantedBy

    std::string_view text() const noexcept { return {reinterpret_cast<const char*>(this + 1), length}; }
  };

  /// What is known of a text besides its characters.
  struct Entry {
    std::uint64_t hash = 0;
    UnixMillis last_seen = 0;
    double popularity = 0;     ///< decayed count, in the unit of Popularity
    float dwell_ms = 0;        ///< usual time until the next resource; 0 when not known
    std::uint32_t visits = 0;  ///< halved now and then
    [[no_unique_address]] WantedBy wanted{};
    std::uint16_t recent = 0;  ///< how often among the latest accesses
    std::uint8_t generation = 1;
    bool used = false;
  };
  static_assert(sizeof(Entry) == 48);

  /// At most `capacity` texts, and 64 octets of text for each.
  explicit TextTable(std::size_t capacity);
  ~TextTable();
  TextTable(const TextTable&) = delete;
  TextTable& operator=(const TextTable&) = delete;

  /// The number of a text, 0 when it is not known. `hash` is its resource_hash.
  TextId find(std::uint64_t hash) const noexcept;
  /// What `find` looks at first, and, once that is near, what it looks at next.
  void prefetch_index(std::uint64_t hash) const noexcept {
    __builtin_prefetch(&index_[(hash >> 20) & (index_.size() - 1)]);
  }
  void prefetch_entry(std::uint64_t hash) const noexcept {
    const std::size_t mask = index_.size() - 1, slot = hash >> 20 & mask;
    __builtin_prefetch(&entries_[index_[slot]], 1);
    if (const std::uint32_t next = index_[(slot + 1) & mask]) __builtin_prefetch(&entries_[next], 1);
  }
  void prefetch_entry_of(TextId id) const noexcept { __builtin_prefetch(&entries_[place_of(id)], 1); }
  /// The same, making room for a new one. 0 for texts longer than kLongest.
  TextId intern(std::uint64_t hash, std::string_view text);
  /// The same, but 0 when another text would have to make room: a quarter of the places stays for those that somebody wants.
  TextId intern_if_room(std::uint64_t hash, std::string_view text);

  /// What is known of `id`; null when it was forgotten.
  Entry* get(TextId id) noexcept {
    Entry& entry = entries_[place_of(id)];
    return entry.used && entry.generation == id >> kPlaceBits ? &entry : nullptr;
  }
  const Entry* get(TextId id) const noexcept { return const_cast<TextTable*>(this)->get(id); }

  /// The block of `id`; null when it was forgotten. For rcu readers valid until they are next quiescent.
  const Block* published(TextId id) const noexcept {
    if (place_of(id) >= places_) return nullptr;
    const Block* block = blocks_[place_of(id)].load(std::memory_order_acquire);
    return block && block->id == id ? block : nullptr;
  }
  std::string_view text(TextId id) const noexcept {
    const Block* block = published(id);
    return block ? block->text() : std::string_view{};
  }
  void set_size(TextId id, std::uint32_t size_bytes) noexcept;
  /// See WantedBy. A new text is for nobody to hear of until one of these says so.
  void wanted(TextId id, ClientKey client, UnixMillis at) noexcept {
    change(id, [&](WantedBy& by) { by.note(client, at); });
  }
  void foretold(TextId id, ClientKey only) noexcept {
    change(id, [&](WantedBy& by) { by.foretold(only); });
  }

  std::size_t size() const noexcept { return size_; }
  std::size_t bytes() const noexcept;

  /// Calls `use(id, entry, block)` for every text.
  template <class Use>
  void for_each(Use use) const {
    for (std::size_t place = 1; place < places_; ++place)
      if (entries_[place].used) use(id_of(place), entries_[place], *blocks_[place].load(std::memory_order_relaxed));
  }
  template <class Use>
  void for_each_entry(Use use) {
    for (std::size_t place = 1; place < places_; ++place)
      if (entries_[place].used) use(entries_[place]);
  }
  /// Puts a text where it was in another table of the same capacity; false when the place is taken or there is none.
  bool restore(TextId id, const Entry& entry, std::string_view text, std::uint32_t size_bytes);

  static constexpr std::size_t kLongest = 1024;

 private:
  static constexpr unsigned kPlaceBits = 24;
  static std::size_t place_of(TextId id) noexcept { return id & ((1u << kPlaceBits) - 1); }
  TextId id_of(std::size_t place) const noexcept {
    return static_cast<TextId>(place | std::size_t{entries_[place].generation} << kPlaceBits);
  }

  /// Readers see who may hear of a text as soon as it changes.
  template <class Change>
  void change(TextId id, Change how) noexcept {
    Entry* entry = get(id);
    if (!entry) return;
    const ClientKey before = entry->wanted.only();
    how(entry->wanted);
    const ClientKey only = entry->wanted.only();
    if (only != before)
      blocks_[place_of(id)].load(std::memory_order_relaxed)->only.store(only, std::memory_order_relaxed);
  }
  std::size_t slot_of(std::uint64_t hash) const noexcept;
  void enter(std::size_t place, std::uint64_t hash);
  void publish(std::size_t place, std::string_view text, std::uint32_t size_bytes);
  std::size_t free_place();
  std::size_t least_useful();
  void forget(std::size_t place);

  std::size_t places_;  ///< place 0 stays empty
  std::vector<Entry> entries_;
  std::unique_ptr<std::atomic<Block*>[]> blocks_;
  std::vector<std::uint32_t> index_;  ///< open addressing: places by hash
  std::size_t size_ = 0, next_ = 1, hand_ = 1, text_bytes_ = 0;
  std::vector<std::uint32_t> free_;
};

}  // namespace harbinger::sequence
