#include "server/replay/virtual_estate.h"

#include <algorithm>

namespace harbinger::replay {

namespace {

double seconds(UnixMillis span) { return static_cast<double>(std::max<UnixMillis>(0, span)) / 1000; }

}  // namespace

void EstateReport::add(const EstateReport& other) {
  requests += other.requests, foretold += other.foretold;
  ready += other.ready, foretold_ready += other.foretold_ready, under_way += other.under_way;
  waited_s += other.waited_s, saved_s += other.saved_s, idle_s += other.idle_s, held_s += other.held_s;
  paid_s += other.paid_s, made += other.made, wasted += other.wasted;
}

std::uint64_t VirtualEstate::order(orchestrate::ActorKey user, const orchestrate::Need& need, UnixMillis now) {
  owners_[++last_] = user;
  spares_[user].push_back({last_, need, now});
  return last_;
}

const std::vector<VirtualEstate::Spare>& VirtualEstate::spares(orchestrate::ActorKey user) const {
  static const std::vector<Spare> none;
  const auto found = spares_.find(user);
  return found == spares_.end() ? none : found->second;
}

// It is over for a spare, one way or the other.
void VirtualEstate::close(const Spare& spare, UnixMillis now) {
  if (now < judged_from_) return;
  const double parts = std::max<std::uint32_t>(1, spare.need.count);
  report_.made += 1;
  const double held = parts * seconds(now - spare.ordered);
  report_.held_s += held, report_.paid_s += held;
  report_.idle_s += parts * seconds(now - spare.ordered - start_);
}

void VirtualEstate::remove(std::uint64_t number, UnixMillis now) {
  const auto owner = owners_.find(number);
  if (owner == owners_.end()) return;
  auto& spares = spares_[owner->second];
  const auto found = std::ranges::find(spares, number, &Spare::number);
  close(*found, now);
  if (now >= judged_from_) report_.wasted += 1;
  spares.erase(found);
  owners_.erase(owner);
}

// Whoever has to wait pays for the rest of the start.
void VirtualEstate::count(const Request& request, UnixMillis wait, bool ordered) {
  const double parts = std::max<std::uint32_t>(1, request.need.count), is_ready = wait == 0 ? 1 : 0;
  report_.requests += 1, report_.ready += is_ready;
  if (request.foretold) report_.foretold += 1, report_.foretold_ready += is_ready;
  if (ordered) report_.under_way += 1 - is_ready;
  report_.waited_s += seconds(wait);
  report_.saved_s += seconds(start_ - wait);
  report_.paid_s += parts * (seconds(wait) + seconds(request.used));
}

std::uint64_t VirtualEstate::ask(const Request& request, UnixMillis now, std::uint64_t number) {
  auto& spares = spares_[request.user];
  const auto found = number == kOldest ? std::ranges::find(spares, request.need, &Spare::need)
                                       : std::ranges::find(spares, number, &Spare::number);
  const bool ordered = found != spares.end();
  const auto wait = ordered ? std::clamp<UnixMillis>(found->ordered + start_ - now, 0, start_) : start_;
  if (now >= judged_from_) count(request, wait, ordered);
  if (!ordered) return kNone;
  const auto had = found->number;
  close(*found, now);
  spares.erase(found);
  owners_.erase(had);
  return had;
}

void VirtualEstate::finish(UnixMillis now) {
  std::vector<std::uint64_t> left;
  for (const auto& [number, owner] : owners_) left.push_back(number);
  std::ranges::sort(left);
  for (const auto number : left) remove(number, now);
}

}  // namespace harbinger::replay
