// What an answer is kept under: chain, question, flags; and, for answers that depend on the client, facts with their values.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include <harbinger/query.h>

namespace harbinger {

/// A key on the stack. Compared octet for octet; the name stands in it in lower case.
class AnswerKey {
 public:
  AnswerKey(std::uint32_t chain, const Query& query);

  /// This key with the values that `query` has for `facts`. Replaces the facts of an earlier call.
  void narrow_to(const Query& query, std::span<const FactRef> facts);

  /// This key without facts.
  AnswerKey base() const {
    AnswerKey key = *this;
    key.widen();
    return key;
  }

  std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }
  std::uint64_t hash() const { return hash_; }
  std::uint32_t chain() const;
  /// Where invalidations of this chain and name are recorded: see Changes.
  std::uint32_t name_slot() const;

 private:
  static constexpr std::size_t kPrefix = 12;
  static constexpr std::size_t kFact = sizeof(FactRef) + sizeof(FactValue);

  void widen();

  std::size_t base_size_, size_;
  std::uint64_t hash_;
  // Eight octets spare for copy_lowercase.
  std::array<std::uint8_t, kPrefix + Name::kMaxWire + 1 + FactReads::kMost * kFact + 8> bytes_;
};

}  // namespace harbinger
