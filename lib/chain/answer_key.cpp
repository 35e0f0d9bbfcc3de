#include "chain/answer_key.h"

#include "chain/changes.h"

namespace harbinger {

AnswerKey::AnswerKey(std::uint32_t chain, const Query& query) {
  const auto name = query.name_.wire();
  const auto type = static_cast<std::uint16_t>(query.type_), klass = static_cast<std::uint16_t>(query.klass_);
  std::memcpy(bytes_.data(), &chain, 4);
  std::memcpy(bytes_.data() + 4, &type, 2);
  std::memcpy(bytes_.data() + 6, &klass, 2);
  bytes_[8] = query.flags_ & Query::kKeyFlags;
  bytes_[9] = bytes_[10] = bytes_[11] = 0;
  copy_lowercase(bytes_.data() + kPrefix, name.data(), name.size());
  base_size_ = size_ = kPrefix + name.size();
  hash_ = keyed_hash(bytes_.data(), size_);
}

void AnswerKey::narrow_to(const Query& query, std::span<const FactRef> facts) {
  size_ = base_size_;
  for (const auto& fact : facts) {
    const auto value = query.value_of(fact);
    std::memcpy(bytes_.data() + size_, &fact, sizeof fact);
    std::memcpy(bytes_.data() + size_ + sizeof fact, &value, sizeof value);
    size_ += kFact;
  }
  hash_ = keyed_hash(bytes_.data(), size_);
}

std::uint32_t AnswerKey::chain() const {
  std::uint32_t chain;
  std::memcpy(&chain, bytes_.data(), sizeof chain);
  return chain;
}

std::uint32_t AnswerKey::name_slot() const {
  return Changes::slot_of(chain(), {bytes_.data() + kPrefix, base_size_ - kPrefix});
}

void AnswerKey::widen() {
  size_ = base_size_;
  hash_ = keyed_hash(bytes_.data(), size_);
}

}  // namespace harbinger
