// What DNS is told of each resource in each cluster, and until when it holds.
#include <algorithm>

#include "mirror/mirror_desk.h"

namespace harbinger::mirror {

namespace {

using Targets = std::vector<Publication::At>;

bool has(const Targets& servers, const Publication::At& at) { return std::ranges::find(servers, at) != servers.end(); }

Targets both(const Targets& a, const Targets& b) {
  Targets common;
  std::ranges::copy_if(a, std::back_inserter(common), [&](const auto& at) { return has(b, at); });
  return common;
}

}  // namespace

template <class Use>
void MirrorDesk::each_of(const ListingKey& key, Use use) {
  for (auto each = mirrors_.lower_bound({key, {}}); each != mirrors_.end() && each->first.first == key; ++each)
    use(each->second);
}

Targets MirrorDesk::desired(const ListingKey& key) {
  std::vector<const Mirror*> best;
  each_of(key, [&](const Mirror& mirror) {
    const bool out = mirror.step == Step::publishing || mirror.step == Step::published;
    if (out && mirror.verified) best.push_back(&mirror);
  });
  std::ranges::stable_sort(best, [](const auto* a, const auto* b) { return a->wish.rank > b->wish.rank; });
  Targets servers;
  for (const auto* mirror : best) servers.push_back(mirror->wish.at);
  return servers;
}

// Whether something that DNS tells of from before is still to be looked at.
bool MirrorDesk::recovers(const ListingKey& key) {
  bool some = false;
  each_of(key, [&](const Mirror& mirror) {
    const bool waits = mirror.step == Step::wanted || mirror.step == Step::filling || mirror.step == Step::verifying ||
                       mirror.step == Step::away;
    some = some || (waits && is_told(mirror));
  });
  return some;
}

void MirrorDesk::refresh(const ListingKey& key, MonotonicTime now) {
  auto servers = desired(key);
  auto found = listings_.find(key);
  if (found == listings_.end()) {
    if (servers.empty() || !owns(key)) return;
    found = listings_.emplace(key, Listing{}).first;
  }
  auto& listing = found->second;
  if (now < listing.hold && recovers(key)) return;
  listing.hold = {};
  // What is gone is said by anybody, and at once; more, or the same again, by the owner, and not sooner than it may help.
  const bool may_add = now >= listing.retry && owns(key);
  if (!may_add) servers = both(servers, listing.told);
  const bool fewer = servers.size() < listing.told.size() && both(servers, listing.told).size() == servers.size();
  const bool again = servers == listing.told;
  if (again && (listing.settled || listing.in_flight || now < listing.retry)) return;
  if (again && !servers.empty() && !may_add) return;
  if (!again && !fewer && !may_add) return;
  tell(key, listing, std::move(servers), now);
}

void MirrorDesk::refresh_all(MonotonicTime now) {
  std::vector<ListingKey> keys;
  for (const auto& [key, mirror] : mirrors_)
    if (keys.empty() || keys.back() != key.first) keys.push_back(key.first);
  for (const auto& [key, listing] : listings_) keys.push_back(key);
  std::ranges::sort(keys);
  const auto rest = std::ranges::unique(keys);
  keys.erase(rest.begin(), rest.end());
  for (const auto& key : keys) {
    if (const auto listing = listings_.find(key); listing != listings_.end()) lease_over(key, listing->second, now);
    if (const auto listing = listings_.find(key); listing != listings_.end()) renew(key, listing->second, now);
    refresh(key, now);
  }
  begin_wanted(now);
}

void MirrorDesk::tell(const ListingKey& key, Listing& listing, Targets servers, MonotonicTime now) {
  last_version_ = std::max(world_.next_version(key.first, key.second), last_version_ + 1);
  const bool renewal = servers == listing.told && !servers.empty();
  listing.before = {std::exchange(listing.told, std::move(servers)), listing.settled, listing.sent};
  listing.version = last_version_;
  listing.in_flight = true;
  if (!renewal) listing.settled = false;
  listing.sent = now;
  listing.lease = settings_.lease;
  acts_.emplace_back(TellAct{{.resource = key.first,
                              .cluster = key.second,
                              .servers = listing.told,
                              .ttl = settings_.ttl,
                              .lease = listing.lease,
                              .version = listing.version},
                             renewal});
}

// A third of the lease before its end there is time for two more tries.
void MirrorDesk::renew(const ListingKey& key, Listing& listing, MonotonicTime now) {
  if (listing.in_flight && now - listing.sent >= listing.lease) listing.in_flight = false;
  const bool due = listing.settled && !listing.told.empty() && now - listing.sent >= listing.lease / 3;
  if (!due || listing.in_flight || now < listing.retry || desired(key) != listing.told || !owns(key)) return;
  tell(key, listing, listing.told, now);
}

// Nobody can say any more that DNS tells of it. Who decides tells it again; who does not lets go.
void MirrorDesk::lease_over(const ListingKey& key, Listing& listing, MonotonicTime now) {
  if (listing.until.ns == 0 || now < listing.until) return;
  listing.until = {};
  listing.settled = false;
  listing.in_flight = false;
  const bool ours = owns(key);
  each_of(key, [&](Mirror& mirror) {
    if (!ours) leave(mirror, "its lease ended, and this server does not decide any more", now);
    if (ours && mirror.step == Step::published) step(mirror, Step::publishing, "its lease ended", now);
  });
}

void MirrorDesk::told(const Publication& what, const Result<void>& outcome, MonotonicTime now) {
  const ListingKey key{what.resource, what.cluster};
  const auto found = listings_.find(key);
  if (found == listings_.end() || found->second.version != what.version) return;
  auto& listing = found->second;
  listing.in_flight = false;
  if (outcome) {
    settle(key, listing, now);
  } else if (outcome.error().code == ErrorCode::conflict) {
    lose(key, now);
  } else {
    rest(listing, now);
  }
  refresh(key, now);
  begin_wanted(now);
}

void MirrorDesk::rest(Listing& listing, MonotonicTime now) const {
  listing.pause = std::clamp(listing.pause * 2, limits_.first_pause, limits_.longest_pause);
  listing.retry = now + listing.pause;
}

// DNS says what it said before, and what is gone of that can be told without anything new.
void MirrorDesk::refused(const Publication& what, MonotonicTime now) {
  const ListingKey key{what.resource, what.cluster};
  const auto found = listings_.find(key);
  if (found == listings_.end() || found->second.version != what.version || !found->second.in_flight) return;
  auto& listing = found->second;
  listing.in_flight = false;
  listing.told = listing.before.told;
  listing.settled = listing.before.settled;
  listing.sent = listing.before.sent;
  rest(listing, now);
  refresh(key, now);
  begin_wanted(now);
}

void MirrorDesk::settle(const ListingKey& key, Listing& listing, MonotonicTime now) {
  listing.known = listing.told;
  listing.settled = true;
  listing.pause = {};
  listing.retry = {};
  listing.until = listing.sent + listing.lease;
  each_of(key, [&](Mirror& mirror) {
    const bool out = has(listing.told, mirror.wish.at);
    if (out && mirror.step == Step::publishing && mirror.verified && now < listing.until) {
      step(mirror, Step::published, {}, now);
      if (mirror.published.ns == 0) mirror.published = now;
    }
    if (!out && mirror.step == Step::draining && mirror.over_at.ns == 0) mirror.over_at = now + settings_.drain;
  });
  acts_.emplace_back(SettledAct{{.resource = key.first,
                                 .cluster = key.second,
                                 .servers = listing.told,
                                 .ttl = settings_.ttl,
                                 .lease = listing.lease,
                                 .version = listing.version}});
  if (listing.told.empty()) listings_.erase(key);
}

void MirrorDesk::lose(const ListingKey& key, MonotonicTime now) {
  each_of(key, [&](Mirror& mirror) {
    if (is_over(mirror.step)) return;
    drop_ticket(mirror);
    mirror.verified = false;
    step(mirror, Step::withdrawn, "another server decides", now);
  });
  acts_.emplace_back(SettledAct{{.resource = key.first, .cluster = key.second, .version = last_version_}});
  listings_.erase(key);
}

}  // namespace harbinger::mirror
