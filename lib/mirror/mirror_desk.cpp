#include "mirror/mirror_desk.h"

#include <algorithm>

namespace harbinger::mirror {

namespace {

constexpr unsigned kMostRefills = 2;

bool is_open(Step step) { return step == Step::wanted || step == Step::filling || step == Step::verifying; }
bool is_out(Step step) { return step == Step::publishing || step == Step::published; }

}  // namespace

void MirrorDesk::step(Mirror& mirror, Step step, const std::string& why, MonotonicTime now) {
  mirror.step = step;
  mirror.since = now;
  if (mirror.history.size() >= limits_.history) mirror.history.erase(mirror.history.begin());
  mirror.history.push_back({step, now, why});
}

bool MirrorDesk::want(Wish wish, MonotonicTime now) {
  const Key key{{wish.resource, wish.cluster}, wish.at.server};
  const auto server = servers_.find(wish.at.server);
  if (server == servers_.end() || mirrors_.size() >= limits_.mirrors || mirrors_.contains(key)) return false;
  auto& mirror = mirrors_[key];
  const std::string why = wish.why;
  mirror.wish = std::move(wish);
  mirror.wish.at = server->second;
  mirror.decided = now;
  step(mirror, Step::wanted, why, now);
  begin_wanted(now);
  return true;
}

void MirrorDesk::unwant(std::string_view resource, std::string_view cluster, std::string_view server,
                        const std::string& why, MonotonicTime now) {
  const ListingKey key{std::string(resource), std::string(cluster)};
  const auto found = mirrors_.find({key, std::string(server)});
  if (found == mirrors_.end()) return;
  leave(found->second, why, now);
  refresh(key, now);
  begin_wanted(now);
}

void MirrorDesk::recover(const Publication& what, Duration hold, MonotonicTime now) {
  const ListingKey key{what.resource, what.cluster};
  if (listings_.contains(key)) return;
  auto& listing = listings_[key];
  listing.told = listing.known = what.servers;
  listing.version = what.version;
  listing.settled = false;
  listing.lease = what.lease;
  listing.hold = now + hold;
  last_version_ = std::max(last_version_, what.version);
  double rank = 0;
  for (const auto& at : what.servers) {
    auto& mirror = mirrors_[{key, at.server}];
    mirror.wish = {what.resource, what.cluster, at, 0, --rank, "DNS told of it before"};
    mirror.decided = now;
    mirror.over_at = now + limits_.away;
    step(mirror, Step::away, mirror.wish.why, now);
  }
}

std::uint64_t MirrorDesk::new_ticket(Mirror& mirror, Duration patience, MonotonicTime now) {
  mirror.ticket = ++last_ticket_;
  mirror.ticket_until = now + patience;
  tickets_[mirror.ticket] = {{mirror.wish.resource, mirror.wish.cluster}, mirror.wish.at.server};
  return mirror.ticket;
}

void MirrorDesk::drop_ticket(Mirror& mirror) { tickets_.erase(std::exchange(mirror.ticket, 0)); }

MirrorDesk::Mirror* MirrorDesk::by_ticket(std::uint64_t ticket) {
  const auto known = tickets_.find(ticket);
  return known == tickets_.end() ? nullptr : &mirrors_.at(known->second);
}

void MirrorDesk::fill(Mirror& mirror, MonotonicTime now) {
  mirror.verified = false;
  step(mirror, Step::filling, {}, now);
  const auto ticket = new_ticket(mirror, settings_.fill_patience, now);
  acts_.emplace_back(FillAct{ticket, mirror.wish.resource, mirror.wish.cluster, mirror.wish.at.server});
}

void MirrorDesk::verify(Mirror& mirror, MonotonicTime now) {
  const auto ticket = new_ticket(mirror, settings_.verify_patience, now);
  acts_.emplace_back(VerifyAct{ticket, mirror.wish.resource, mirror.wish.cluster, mirror.wish.at});
}

void MirrorDesk::fail(Mirror& mirror, const std::string& why, bool blame, MonotonicTime now) {
  drop_ticket(mirror);
  mirror.verified = false;
  step(mirror, Step::failed, why, now);
  acts_.emplace_back(FailedAct{mirror.wish.resource, mirror.wish.cluster, mirror.wish.at.server, why, blame});
}

bool MirrorDesk::is_told(const Mirror& mirror) const {
  const auto listing = listings_.find({mirror.wish.resource, mirror.wish.cluster});
  if (listing == listings_.end()) return false;
  const auto names = [&](const auto& servers) {
    return std::ranges::find(servers, mirror.wish.at.server, &Publication::At::server) != servers.end();
  };
  return names(listing->second.told) || (!listing->second.settled && names(listing->second.known));
}

// What nobody was told of is simply over.
void MirrorDesk::leave(Mirror& mirror, const std::string& why, MonotonicTime now) {
  if (mirror.step == Step::draining || is_over(mirror.step)) return;
  drop_ticket(mirror);
  mirror.verified = false;
  mirror.over_at = {};
  step(mirror, is_told(mirror) ? Step::draining : Step::withdrawn, why, now);
}

void MirrorDesk::server_left(Mirror& mirror, const std::string& why, MonotonicTime now) {
  if (is_open(mirror.step) && !is_told(mirror)) return fail(mirror, why, false, now);
  if (!is_open(mirror.step) && !is_out(mirror.step)) return;
  drop_ticket(mirror);
  mirror.verified = false;
  mirror.over_at = now + limits_.away;
  step(mirror, Step::away, why, now);
}

void MirrorDesk::servers(const Servers& up, MonotonicTime now) {
  servers_ = up;
  for (auto& [key, mirror] : mirrors_) {
    const auto server = up.find(mirror.wish.at.server);
    if (server == up.end()) {
      server_left(mirror, "its server is gone", now);
      continue;
    }
    if (!(server->second == mirror.wish.at)) {
      server_left(mirror, "its server is reached in another way", now);
      mirror.wish.at = server->second;
    }
    if (mirror.step == Step::away) step(mirror, Step::wanted, "its server is there", now);
  }
  refresh_all(now);
}

void MirrorDesk::filled(std::uint64_t ticket, bool well, const std::string& why, bool blame, MonotonicTime now) {
  auto* mirror = by_ticket(ticket);
  if (!mirror || mirror->step != Step::filling) return;
  const ListingKey key{mirror->wish.resource, mirror->wish.cluster};
  drop_ticket(*mirror);
  if (well) {
    step(*mirror, Step::verifying, why, now);
    verify(*mirror, now);
  } else {
    fail(*mirror, why, blame, now);
  }
  refresh(key, now);
  begin_wanted(now);
}

void MirrorDesk::verified(std::uint64_t ticket, Verdict verdict, const std::string& why, MonotonicTime now) {
  auto* mirror = by_ticket(ticket);
  if (!mirror || mirror->step == Step::filling) return;
  const ListingKey key{mirror->wish.resource, mirror->wish.cluster};
  drop_ticket(*mirror);
  judge(*mirror, verdict, why, now);
  refresh(key, now);
  begin_wanted(now);
}

void MirrorDesk::judge(Mirror& mirror, Verdict verdict, const std::string& why, MonotonicTime now) {
  const bool again = is_out(mirror.step);
  mirror.checked = now;
  if (verdict == Verdict::good) {
    mirror.verified = true;
    if (again)
      mirror.refills = 0;
    else
      step(mirror, Step::publishing, why, now);
    return;
  }
  // An origin that is silent says nothing against what was right before.
  if (again && verdict == Verdict::no_reference) return;
  if (again && verdict == Verdict::missing && ++mirror.refills <= kMostRefills) return fill(mirror, now);
  const bool blame = verdict == Verdict::wrong || verdict == Verdict::missing;
  fail(mirror, std::string(to_string(verdict)).append(why.empty() ? "" : ": ").append(why), blame, now);
}

// The most worthwhile first, as many at a time as may be.
void MirrorDesk::begin_wanted(MonotonicTime now) {
  remove_over();
  while (in_flight() < limits_.in_flight) {
    Mirror* best = nullptr;
    for (auto& [key, mirror] : mirrors_)
      if (mirror.step == Step::wanted && (!best || mirror.wish.benefit > best->wish.benefit)) best = &mirror;
    if (!best) return;
    fill(*best, now);
  }
}

void MirrorDesk::tend(Mirror& mirror, MonotonicTime now) {
  if (mirror.ticket != 0 && now >= mirror.ticket_until) {
    drop_ticket(mirror);
    if (mirror.step == Step::filling) return fail(mirror, "its server did not fetch it in time", false, now);
    return judge(mirror, Verdict::unreachable, "nothing came of looking at it in time", now);
  }
  const bool due = is_out(mirror.step) && mirror.ticket == 0 && now - mirror.checked >= limits_.verify_every;
  if (due && in_flight() < limits_.in_flight) return verify(mirror, now);
  if (mirror.step == Step::draining && mirror.over_at.ns != 0 && now >= mirror.over_at)
    return step(mirror, Step::withdrawn, {}, now);
  if (mirror.step == Step::away && now >= mirror.over_at) return leave(mirror, "its server did not come back", now);
  const bool waits = mirror.step == Step::publishing && now - mirror.since >= settings_.lease;
  if (waits && !owns({mirror.wish.resource, mirror.wish.cluster})) leave(mirror, "another server decides", now);
}

void MirrorDesk::tick(MonotonicTime now) {
  for (auto& [key, mirror] : mirrors_) tend(mirror, now);
  refresh_all(now);
}

void MirrorDesk::remove_over() {
  for (auto each = mirrors_.begin(); each != mirrors_.end();) {
    auto& mirror = each->second;
    if (!is_over(mirror.step)) {
      ++each;
      continue;
    }
    over_.push_front(std::move(mirror));
    if (over_.size() > limits_.remembered) over_.pop_back();
    each = mirrors_.erase(each);
  }
}

std::vector<MirrorDesk::Mirror> MirrorDesk::mirrors() const {
  std::vector<Mirror> all;
  for (const auto& [key, mirror] : mirrors_) all.push_back(mirror);
  all.insert(all.end(), over_.begin(), over_.end());
  return all;
}

}  // namespace harbinger::mirror
