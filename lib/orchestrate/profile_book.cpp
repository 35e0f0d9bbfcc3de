#include "orchestrate/profile_book.h"

#include <algorithm>

namespace harbinger::orchestrate {

std::vector<KnownAct> UserProfile::last_acts() const {
  std::vector<KnownAct> all;
  all.reserve(acts());
  for (auto i = heard - acts(); i < heard; ++i) all.push_back(ring[i % ring.size()]);
  return all;
}

std::vector<KnownAct> UserProfile::acts_since_change() const {
  auto all = last_acts();
  const auto runs_of = std::span(runs.runs).first(runs.count);
  const auto likeliest = std::ranges::max_element(runs_of, {}, &BeliefRuns::Run::weight);
  if (likeliest == runs_of.end()) return all;
  const auto kept = std::min(all.size(), static_cast<std::size_t>(likeliest->acts));
  all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(kept));
  return all;
}

ProfileBook::ProfileBook(std::size_t most) : most_(std::clamp<std::size_t>(most, 1, UINT32_MAX - 1)) {}

UserProfile* ProfileBook::find(ActorKey actor) {
  const auto found = places_.find(actor);
  return found == places_.end() ? nullptr : &records_[found->second];
}

UserProfile& ProfileBook::touch(ActorKey actor) {
  if (const auto found = places_.find(actor); found != places_.end()) {
    unlink(found->second);
    link_newest(found->second);
    return records_[found->second];
  }
  std::uint32_t place = 0;
  if (places_.size() < most_) {
    place = static_cast<std::uint32_t>(records_.size());
    records_.emplace_back();
  } else {
    place = ends().newer;
    unlink(place);
    places_.erase(records_[place].actor);
    records_[place] = {};
  }
  records_[place].actor = actor;
  places_.emplace(actor, place);
  link_newest(place);
  return records_[place];
}

void ProfileBook::unlink(std::uint32_t place) {
  const auto& record = records_[place];
  records_[record.newer].older = record.older;
  records_[record.older].newer = record.newer;
}

void ProfileBook::link_newest(std::uint32_t place) {
  auto& record = records_[place];
  record.newer = 0;
  record.older = ends().older;
  records_[record.older].newer = place;
  ends().older = place;
}

}  // namespace harbinger::orchestrate
