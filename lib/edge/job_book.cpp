#include "edge/job_book.h"

#include <algorithm>

#include <harbinger/access.h>
#include "edge/rendezvous.h"

namespace harbinger::edge {

namespace {

std::string key_of(std::string_view cluster, std::string_view resource) {
  return std::string(cluster).append(1, '\n').append(resource);
}

// What leaves the resource in the edge's cache.
bool is_well(JobDone::Outcome outcome) {
  return outcome == JobDone::Outcome::fetched || outcome == JobDone::Outcome::cached ||
         outcome == JobDone::Outcome::wanted_first;
}

}  // namespace

JobBook::JobBook(const Settings& settings, Candidates candidates)
    : settings_(settings), candidates_(std::move(candidates)) {}

MonotonicTime JobBook::deadline(const Job& job, MonotonicTime now) const {
  return now + (job.within_ms > 0 ? Duration(std::chrono::milliseconds(job.within_ms)) : settings_.patience);
}

JobBook::Place JobBook::find_or_add(const Job& job, std::string_view cluster, MonotonicTime now) {
  auto key = key_of(cluster, job.resource);
  if (const auto known = by_key_.find(key); known != by_key_.end()) return known->second;
  if (jobs_.size() >= settings_.jobs) {
    forget(jobs_.begin());
    ++dropped_;
  }
  const auto place = jobs_.insert(jobs_.end(), Entry{.job = job,
                                                     .key = std::move(key),
                                                     .cluster = std::string(cluster),
                                                     .hash = resource_hash(job.resource),
                                                     .until = deadline(job, now)});
  by_key_[place->key] = place;
  return place;
}

JobBook::Wanted JobBook::want(const Job& job, std::string_view cluster, unsigned holders, MonotonicTime now,
                              Orders& orders) {
  const auto entry = find_or_add(job, cluster, now);
  entry->holders = std::max(entry->holders, holders);
  if (entry->held.size() >= entry->holders) return Wanted::known;
  if (entry->job.within_ms > 0) {
    entry->until = std::max(entry->until, deadline(job, now));
    entry->job.within_ms = job.within_ms;
  }
  return fill(entry, now, orders) ? Wanted::given : Wanted::waits;
}

void JobBook::has(SessionId session, std::string_view cluster, const Job& job, MonotonicTime now) {
  const auto entry = find_or_add(job, cluster, now);
  const auto held = std::ranges::find(entry->held, session, &Holder::session);
  if (held == entry->held.end()) entry->held.push_back({session, 0, now});
  settle(entry, now);
}

bool JobBook::enough(std::string_view cluster, std::string_view resource, unsigned holders) const {
  const auto known = by_key_.find(key_of(cluster, resource));
  return known != by_key_.end() && known->second->held.size() >= holders;
}

std::optional<JobBook::Candidate> JobBook::next_for(const Entry& entry) const {
  std::optional<Candidate> best;
  double highest = 0;
  for (const auto& each : candidates_(entry.cluster)) {
    if (std::ranges::find(entry.held, each.session, &Holder::session) != entry.held.end()) continue;
    if (std::ranges::find(entry.unwilling, each.session) != entry.unwilling.end()) continue;
    const double score = rendezvous_score(entry.hash, each.hash, each.weight);
    if (best && score <= highest) continue;
    best = each;
    highest = score;
  }
  return best;
}

// True when as many edges as wanted have it or fetch it.
bool JobBook::fill(Place entry, MonotonicTime now, Orders& orders) {
  while (entry->held.size() < entry->holders && entry->failed < kTries) {
    const auto edge = next_for(*entry);
    if (!edge) return false;
    const auto id = ++last_id_;
    entry->held.push_back({edge->session, id, now});
    by_id_[id] = entry;
    auto& order = orders.emplace_back(edge->session, entry->job);
    order.job.id = id;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(entry->until - now).count();
    if (order.job.within_ms > 0) order.job.within_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(left, 1));
  }
  return entry->held.size() >= entry->holders;
}

// What all holders have is remembered for a while, so that nobody is asked for it again and again.
void JobBook::settle(Place entry, MonotonicTime now) const {
  if (std::ranges::all_of(entry->held, [](const Holder& each) { return each.id == 0; }))
    entry->until = now + settings_.kept;
}

void JobBook::forget(Place entry) {
  for (const auto& each : entry->held)
    if (each.id != 0) by_id_.erase(each.id);
  by_key_.erase(entry->key);
  jobs_.erase(entry);
}

std::optional<JobBook::Done> JobBook::done(SessionId session, const JobDone& job, MonotonicTime now, Orders& orders) {
  const auto known = by_id_.find(job.id);
  if (known == by_id_.end()) return std::nullopt;
  const auto entry = known->second;
  const auto held = std::ranges::find(entry->held, job.id, &Holder::id);
  if (held->session != session) return std::nullopt;
  const Done done{is_well(job.outcome), now - held->since};
  by_id_.erase(known);
  held->id = 0;
  if (done.well) {
    settle(entry, now);
    return done;
  }
  entry->held.erase(held);
  entry->unwilling.push_back(session);
  ++entry->failed;
  if (job.outcome != JobDone::Outcome::late) fill(entry, now, orders);
  if (entry->held.empty()) forget(entry);
  return done;
}

std::size_t JobBook::gone(SessionId session, MonotonicTime now, Orders& orders) {
  std::size_t moved = 0;
  for (auto entry = jobs_.begin(); entry != jobs_.end();) {
    const auto here = entry++;
    const auto held = std::ranges::find(here->held, session, &Holder::session);
    if (held == here->held.end()) continue;
    const bool fetches = held->id != 0;
    if (fetches) by_id_.erase(held->id);
    here->held.erase(held);
    if (here->until <= now || (!fetches && here->holders < 2)) {
      if (here->held.empty()) forget(here);
      continue;
    }
    ++moved;
    fill(here, now, orders);
  }
  return moved;
}

void JobBook::came(std::string_view cluster, MonotonicTime now, Orders& orders) {
  for (auto entry = jobs_.begin(); entry != jobs_.end(); ++entry)
    if (entry->cluster == cluster && entry->held.size() < entry->holders) fill(entry, now, orders);
}

std::vector<SessionId> JobBook::expire(MonotonicTime now) {
  std::vector<SessionId> silent;
  for (auto entry = jobs_.begin(); entry != jobs_.end();) {
    const auto here = entry++;
    if (here->until > now) continue;
    for (const auto& each : here->held)
      if (each.id != 0) silent.push_back(each.session);
    forget(here);
  }
  return silent;
}

}  // namespace harbinger::edge
