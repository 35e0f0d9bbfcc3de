#include "persona/waves.h"

#include <algorithm>

namespace harbinger::persona {

namespace {

constexpr std::size_t kIndexAhead = 16, kClientAhead = 8;

}  // namespace

std::uint32_t Waves::client_of(const BehaviourEvent& act, ClientStore& store, std::uint32_t now_s) {
  auto slot = store.find(act.client);
  if (slot != ClientStore::kNone) {
    store.touch(slot, now_s);
    return slot;
  }
  slot = store.add(act.client, now_s, batch_);
  if (slot != ClientStore::kNone) fresh_.push_back(slot);
  return slot;
}

void Waves::find_clients(ActBlock& block, ClientStore& store, std::uint32_t now_s, std::size_t most_of_one) {
  const auto& acts = block.acts;
  for (std::size_t i = 0; i < acts.size(); ++i) {
    if (i + kIndexAhead < acts.size()) store.prefetch(acts[i + kIndexAhead].client);
    if (i + kClientAhead < acts.size()) store.prefetch_client(acts[i + kClientAhead].client);
    const auto slot = client_of(acts[i], store, now_s);
    if (slot == ClientStore::kNone) {
      block.shed[i] = true;
      continue;
    }
    auto& client = store.at(slot);
    if (client.batch != batch_) {
      client.batch = batch_;
      client.in_batch = 0;
    }
    if (client.in_batch >= most_of_one) {
      block.shed[i] = true;
      continue;
    }
    found_.push_back({{static_cast<std::uint32_t>(i), slot}, client.in_batch++});
  }
}

// A counting sort: acts of one wave stay in the order in which they came.
void Waves::sort() {
  begins_.clear();
  for (const auto& each : found_) {
    if (each.wave + 2 > begins_.size()) begins_.resize(each.wave + 2, 0);
    ++begins_[each.wave + 1];
  }
  for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
  places_.resize(found_.size());
  for (const auto& each : found_) places_[begins_[each.wave]++] = each.place;
  // Each begin has moved to the next one's place.
  if (!begins_.empty()) {
    std::shift_right(begins_.begin(), begins_.end(), 1);
    begins_[0] = 0;
  }
}

void Waves::split(ActBlock& block, ClientStore& store, std::uint32_t now_s, std::size_t most_of_one) {
  if (++batch_ == 0) batch_ = 1;
  found_.clear();
  fresh_.clear();
  find_clients(block, store, now_s, std::min<std::size_t>(most_of_one, UINT16_MAX));
  sort();
}

}  // namespace harbinger::persona
