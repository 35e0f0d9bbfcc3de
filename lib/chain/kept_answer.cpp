#include "chain/kept_answer.h"

#include <new>

namespace harbinger {

KeptAnswer* KeptAnswer::make(const Sizes& sizes) {
  const auto tail = std::size_t{sizes.key} + sizes.octets + 2u * sizes.ttls + sizes.ede_text;
  return new (::operator new(sizeof(KeptAnswer) + tail)) KeptAnswer(sizes);
}

void KeptAnswer::release() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  this->~KeptAnswer();
  ::operator delete(this);
}

}  // namespace harbinger
