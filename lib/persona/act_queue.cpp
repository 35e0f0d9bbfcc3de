#include "persona/act_queue.h"

#include <algorithm>

namespace harbinger::persona {

namespace {

constexpr std::size_t kSpare = 8;  // blocks that are kept for the next acts rather than given back

}  // namespace

void ActBlock::add(const BehaviourEvent& event) {
  auto& act = acts.emplace_back(event);
  std::ranges::copy(event.resource, text.get() + text_size);
  act.resource = {text.get() + text_size, event.resource.size()};
  text_size += event.resource.size();
}

void ActBlock::clear() {
  acts.clear();
  shed.assign(shed.size(), false);
  text_size = 0;
}

ActQueue::ActQueue(std::size_t most, std::size_t batch)
    : most_(std::max<std::size_t>(most, 1)), batch_(std::clamp<std::size_t>(batch, 1, most_)) {}

std::unique_ptr<ActBlock> ActQueue::block() {
  if (spare_.empty()) return std::make_unique<ActBlock>(batch_);
  auto block = std::move(spare_.back());
  spare_.pop_back();
  return block;
}

ActBlock& ActQueue::room_for(const BehaviourEvent& event) {
  if (blocks_.empty() || !blocks_.back()->has_room_for(event)) {
    blocks_.push_back(block());
    blocks_.back()->first = put_;
  }
  return *blocks_.back();
}

bool ActQueue::put(std::span<const BehaviourEvent> acts, std::uint64_t rejected, Reported done) {
  const std::lock_guard guard(mutex_);
  if (tickets_.size() > most_) return false;
  tickets_.push_back({put_, put_ + acts.size(), acts.size(), {std::move(done), {.rejected = rejected}}});
  for (const auto& act : acts) {
    if (waiting_ == most_) shed_oldest();
    room_for(act).add(act);
    ++put_;
    ++waiting_;
  }
  return true;
}

void ActQueue::shed_oldest() {
  auto oldest = std::move(blocks_.front());
  blocks_.pop_front();
  const auto count = oldest->acts.size();
  settle(oldest->first, oldest->first + count, false);
  waiting_ -= count;
  oldest->clear();
  if (spare_.size() < kSpare) spare_.push_back(std::move(oldest));
}

std::unique_ptr<ActBlock> ActQueue::take() {
  const std::lock_guard guard(mutex_);
  if (blocks_.empty()) return nullptr;
  auto oldest = std::move(blocks_.front());
  blocks_.pop_front();
  waiting_ -= oldest->acts.size();
  taken_ = oldest->first;
  return oldest;
}

void ActQueue::settle(std::unique_ptr<ActBlock> block) {
  const std::lock_guard guard(mutex_);
  taken_.reset();
  const auto count = block->acts.size();
  for (std::size_t run = 0, end = 0; run < count; run = end) {
    while (end < count && block->shed[end] == block->shed[run]) ++end;
    settle(block->first + run, block->first + end, !block->shed[run]);
  }
  block->clear();
  if (spare_.size() < kSpare) spare_.push_back(std::move(block));
}

// Tickets are in the order of their acts, but the acts are not settled in it: shed ones overtake those that are being dealt with.
void ActQueue::settle(std::uint64_t first, std::uint64_t end, bool taken) {
  auto ticket = std::ranges::upper_bound(tickets_, first, {}, &Ticket::end);
  for (; ticket != tickets_.end() && ticket->first < end; ++ticket) {
    const auto from = std::max(first, ticket->first), to = std::min(end, ticket->end);
    if (from >= to) continue;
    ticket->left -= to - from;
    (taken ? ticket->finished.receipt.taken : ticket->finished.receipt.shed) += to - from;
  }
  if (!taken) shed_ += end - first;
}

void ActQueue::take_finished(std::vector<Finished>& finished) {
  const std::lock_guard guard(mutex_);
  for (; !tickets_.empty() && tickets_.front().left == 0; tickets_.pop_front())
    finished.push_back(std::move(tickets_.front().finished));
}

std::size_t ActQueue::waiting() const {
  const std::lock_guard guard(mutex_);
  return waiting_;
}

std::uint64_t ActQueue::shed() const {
  const std::lock_guard guard(mutex_);
  return shed_;
}

std::uint64_t ActQueue::put_so_far() const {
  const std::lock_guard guard(mutex_);
  return put_;
}

std::uint64_t ActQueue::settled_up_to() const {
  const std::lock_guard guard(mutex_);
  if (taken_) return *taken_;
  return blocks_.empty() ? put_ : blocks_.front()->first;
}

}  // namespace harbinger::persona
