#include "server/retired.h"

namespace harbinger::server {

void RetiredChains::add(std::shared_ptr<const ChainSet> set) {
  chains_.insert(chains_.end(), set->chains.begin(), set->chains.end());
}

// A query takes its chain from a ZoneMap; once these are gone, the count of owners can only fall.
void RetiredChains::tidy_up() {
  std::erase_if(chains_, [](const auto& chain) {
    if (chain.use_count() > 1) return false;
    chain->stop();
    return true;
  });
}

void RetiredChains::end_all() {
  for (const auto& chain : chains_) chain->stop();
  chains_.clear();
}

}  // namespace harbinger::server
