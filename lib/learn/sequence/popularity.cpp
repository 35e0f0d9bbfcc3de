#include "learn/sequence/popularity.h"

#include <algorithm>

namespace harbinger::sequence {
namespace {

constexpr double kGrowth = 1 + 1.0 / 100'000;  // an access counts half after some 70 000 others
constexpr double kTooLarge = 1e100;

double by_count(const TextTable::Entry& entry) { return entry.popularity; }
double by_recent(const TextTable::Entry& entry) { return entry.recent; }

}  // namespace

/// Puts `id` where it belongs in `list`, whose other members are in order already (or nearly, when their counts fell).
void Popularity::raise(std::vector<TextId>& list, TextId id, std::size_t most, double (*key)(const TextTable::Entry&)) {
  const auto value = [&](TextId of) {
    const TextTable::Entry* entry = texts_.get(of);
    return entry ? key(*entry) : -1.0;
  };
  auto at = std::find(list.begin(), list.end(), id);
  if (at == list.end()) {
    if (list.size() == most && value(list.back()) >= value(id)) return;
    if (list.size() == most) list.pop_back();
    at = list.insert(list.end(), id);
  }
  for (; at != list.begin() && value(*(at - 1)) < value(id); --at) std::iter_swap(at, at - 1);
}

void Popularity::count(TextId id) {
  step_ *= kGrowth;
  total_ = total_ / kGrowth + 1;
  if (TextTable::Entry* old = texts_.get(window_[place_]); old && window_[place_] && old->recent > 0) {
    if (--old->recent < 2) std::erase(recent_, window_[place_]);
  }
  window_[place_] = id;
  place_ = (place_ + 1) % kWindow;

  TextTable::Entry& entry = *texts_.get(id);
  entry.popularity += step_;
  ++entry.recent;
  raise(leaders_, id, kLeaders, by_count);
  if (entry.recent >= 2) raise(recent_, id, kLeaders, by_recent);
  if (step_ < kTooLarge) return;
  texts_.for_each_entry([this](TextTable::Entry& each) { each.popularity /= step_; });
  step_ = 1;
}

void Popularity::restore(Kept kept) {
  step_ = kept.step;
  total_ = kept.total;
  place_ = kept.place % kWindow;
  window_ = std::move(kept.window);
  window_.resize(kWindow);
  leaders_ = std::move(kept.leaders);
  recent_ = std::move(kept.recent);
}

}  // namespace harbinger::sequence
