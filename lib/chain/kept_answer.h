// An answer in the form it is kept and sent in: wire octets behind the question, and what is needed to send them again.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <harbinger/chain.h>
#include <harbinger/reply.h>

namespace harbinger {

/// One block of memory: this head, then key, octets, TTL offsets and the text of the EDE. Immutable once it is shared, but for
/// the atomic marks. What a hit reads comes first. Names in the octets may point into the question, which has the same length in
/// every query that the answer fits.
class KeptAnswer {
 public:
  static constexpr std::size_t kMostSlots = 5;

  /// What is behind the head.
  struct Sizes {
    std::uint16_t key = 0;
    std::uint16_t octets = 0;
    std::uint16_t ttls = 0;
    std::uint16_t ede_text = 0;
  };
  /// With one reference, which is the caller's: see KeptAnswerRef.
  static KeptAnswer* make(const Sizes& sizes);
  void add_reference() { references_.fetch_add(1, std::memory_order_relaxed); }
  void release();

  std::span<std::uint8_t> key() { return {tail(), sizes_.key}; }
  std::span<const std::uint8_t> key() const { return {tail(), sizes_.key}; }
  /// The records, without question and OPT.
  std::span<std::uint8_t> octets() { return {tail() + sizes_.key, sizes_.octets}; }
  std::span<const std::uint8_t> octets() const { return {tail() + sizes_.key, sizes_.octets}; }
  std::uint16_t ttl_count() const { return sizes_.ttls; }
  /// Where in octets() the i-th TTL stands.
  std::uint16_t ttl_offset(std::size_t i) const {
    std::uint16_t offset;
    std::memcpy(&offset, ttls() + 2 * i, 2);
    return offset;
  }
  void set_ttl_offset(std::size_t i, std::uint16_t offset) {
    std::memcpy(const_cast<std::uint8_t*>(ttls()) + 2 * i, &offset, 2);
  }
  std::span<std::uint8_t> ede_text() {
    return {tail() + sizes_.key + sizes_.octets + 2 * sizes_.ttls, sizes_.ede_text};
  }
  std::string_view ede_text() const {
    return {reinterpret_cast<const char*>(ttls() + 2 * sizes_.ttls), sizes_.ede_text};
  }
  std::size_t memory() const { return sizeof *this + sizes_.key + sizes_.octets + 2u * sizes_.ttls + sizes_.ede_text; }

  bool fresh(MonotonicTime now) const { return !ages || now < expires; }

  // How it is found.
  std::atomic<KeptAnswer*> next_in_bucket{nullptr};
  std::uint64_t hash = 0;

  // When it is right.
  MonotonicTime expires;
  std::atomic<std::uint64_t> stamp{0};  ///< of Changes, when computing began; moved on when found unmarked
  std::atomic<bool> visited{false};     ///< asked for since SIEVE's hand came by
  std::atomic<bool> refreshing{false};
  bool ages = false;         ///< TTLs count down; else it stays until its names change
  bool lists_facts = false;  ///< not an answer: its octets are the FactRef lists that answers here depend on
  std::uint8_t slot_count = 0;

  // What it says.
  bool authoritative = false, recursion_available = false, authentic_data = false, failed = false;
  bool needs_authority = false, needs_additional = false;  ///< cutting the section takes TC
  bool has_ede = false;
  std::uint8_t subnet_scope = 0;
  Rcode rcode = Rcode::NOERROR;
  EdeCode ede{};
  std::uint16_t counts[3] = {0, 0, 0};
  std::uint16_t answer_end = 0, authority_end = 0;  ///< in octets()
  std::uint32_t slots[kMostSlots] = {};
  std::string_view made_by;

  // Looked at seldom.
  MonotonicTime stored, stale_until;
  std::atomic<std::int64_t> failing_until{
      0};  ///< a refresh failed: may be given stale at once until then (RFC 8767 sec. 5)
  KeptAnswer *newer = nullptr, *older = nullptr;  ///< SIEVE's queue; under the shard's lock

 private:
  explicit KeptAnswer(const Sizes& sizes) : sizes_(sizes) {}
  std::uint8_t* tail() { return reinterpret_cast<std::uint8_t*>(this + 1); }
  const std::uint8_t* tail() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }
  const std::uint8_t* ttls() const { return tail() + sizes_.key + sizes_.octets; }

  Sizes sizes_;
  std::atomic<std::uint32_t> references_{1};
};

/// Shared ownership. May be taken from a borrowed pointer while inside the RCU section that it was found in.
class KeptAnswerRef {
 public:
  KeptAnswerRef() = default;
  static KeptAnswerRef adopt(KeptAnswer* answer) { return KeptAnswerRef(answer); }
  static KeptAnswerRef share(KeptAnswer* answer) {
    if (answer) answer->add_reference();
    return KeptAnswerRef(answer);
  }
  KeptAnswerRef(const KeptAnswerRef& other) : KeptAnswerRef(share(other.answer_)) {}
  KeptAnswerRef(KeptAnswerRef&& other) noexcept : answer_(std::exchange(other.answer_, nullptr)) {}
  KeptAnswerRef& operator=(KeptAnswerRef other) noexcept {
    std::swap(answer_, other.answer_);
    return *this;
  }
  ~KeptAnswerRef() {
    if (answer_) answer_->release();
  }

  KeptAnswer* get() const { return answer_; }
  KeptAnswer* operator->() const { return answer_; }
  KeptAnswer& operator*() const { return *answer_; }
  explicit operator bool() const { return answer_ != nullptr; }

 private:
  explicit KeptAnswerRef(KeptAnswer* answer) : answer_(answer) {}
  KeptAnswer* answer_ = nullptr;
};

}  // namespace harbinger
