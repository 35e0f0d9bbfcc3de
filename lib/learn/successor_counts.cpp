#include "learn/successor_counts.h"

#include <algorithm>

namespace harbinger {

SuccessorCounts::SuccessorCounts(std::size_t contexts, std::size_t successors)
    : max_contexts_(std::max<std::size_t>(contexts, 2)), max_successors_(std::max<std::size_t>(successors, 1)) {}

void SuccessorCounts::add(std::uint64_t context, std::uint64_t resource) {
  auto& successors = at(context).successors;
  auto place = std::ranges::find(successors, resource, &Successor::resource);
  if (place == successors.end()) {
    if (successors.size() == max_successors_) successors.pop_back();
    place = successors.insert(successors.end(), {resource, 0});
  }
  place->count += 1;
  const Successor grown = *place;
  for (; place != successors.begin() && (place - 1)->count < grown.count; --place) *place = *(place - 1);
  *place = grown;
}

void SuccessorCounts::occurred(std::uint64_t context) { at(context).seen += 1; }

const SuccessorCounts::Context* SuccessorCounts::find(std::uint64_t context) const {
  const auto found = contexts_.find(context);
  return found == contexts_.end() ? nullptr : &found->second;
}

SuccessorCounts::Context& SuccessorCounts::at(std::uint64_t context) {
  if (contexts_.size() >= max_contexts_ && !contexts_.contains(context)) forget();
  return contexts_[context];
}

void SuccessorCounts::forget() {
  while (contexts_.size() > max_contexts_ / 2) {
    for (auto it = contexts_.begin(); it != contexts_.end();) {
      auto& [seen, successors] = it->second;
      seen /= 2;
      for (auto& successor : successors) successor.count /= 2;
      // Sorted by count, so what goes is at the end. Below one: seen once, or not for long.
      while (!successors.empty() && successors.back().count < 1) successors.pop_back();
      it = successors.empty() && seen < 1 ? contexts_.erase(it) : std::next(it);
    }
  }
}

}  // namespace harbinger
