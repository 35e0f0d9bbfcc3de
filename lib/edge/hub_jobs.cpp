// Which edge fetches what.
#include <algorithm>
#include <set>

#include <harbinger/access.h>
#include "edge/hub_impl.h"

namespace harbinger::edge {

namespace {

using namespace std::chrono_literals;
using Fate = HubMetrics::Fate;

constexpr std::size_t kMostResource = 2048, kMostGathered = 64;
constexpr Duration kIdle = 100ms, kTestifies = 1s;
constexpr double kMirrorBenefit = 100;  // ms

}  // namespace

std::vector<JobBook::Candidate> Hub::candidates(std::string_view cluster) const {
  std::vector<JobBook::Candidate> all;
  for (const auto& [name, member] : members_)
    if (member.session != 0 && member.takes_jobs && member.hello.cluster == cluster)
      all.push_back({member.session, member.hash, member.credit.weight()});
  return all;
}

std::vector<std::string> Hub::clusters() const {
  std::set<std::string> all;
  for (const auto& [name, member] : members_)
    if (member.session != 0) all.insert(member.hello.cluster);
  return {all.begin(), all.end()};
}

EdgeHub::Policy Hub::policy() const { return policies_.empty() ? Policy{.dry_run = true} : policies_.back(); }

void Hub::wake() const {
  if (!world_.wake) return;
  {
    const std::lock_guard guard(lock_);
    if (!pending_) return;
  }
  world_.wake();
}

void Hub::dispatch(JobBook::Orders orders, MonotonicTime now) {
  for (auto& [session, job] : orders) {
    auto& member = *by_session_.at(session);
    if (member.outbox.empty()) member.gathered = now;
    member.outbox.push_back(std::move(job));
    pending_ = true;
  }
}

void Hub::flush(Member& member, Post& post) {
  if (member.outbox.empty()) return;
  member.jobs_sent += member.outbox.size();
  metrics_.jobs(Fate::sent, member.outbox.size());
  post.push_back({.link = member.link, .jobs = std::exchange(member.outbox, {})});
}

void Hub::flush_due(MonotonicTime now, Post& post) {
  pending_ = false;
  for (auto& [name, member] : members_) {
    if (now - member.gathered >= settings_.gathering || member.outbox.size() >= kMostGathered) flush(member, post);
    pending_ = pending_ || !member.outbox.empty();
  }
}

void Hub::want(Job job, std::string_view cluster, unsigned holders) {
  if (job.resource.empty() || job.resource.size() > kMostResource) return;
  const auto now = world_.clock->now();
  Post post;
  {
    const std::lock_guard guard(lock_);
    const auto used = policy();
    const bool hot = hot_.wanted(resource_hash(job.resource), job.client, now);
    if (used.dry_run) return metrics_.jobs(Fate::dry_run);
    if (hot || job.kind == Job::Kind::mirror) holders = std::max(holders, used.hot_holders);
    if (!cluster.empty()) want_in(job, std::string(cluster), holders, now);
    if (cluster.empty())
      for (const auto& each : clusters()) want_in(job, each, holders, now);
    flush_due(now, post);
  }
  deliver(post);
  wake();
}

void Hub::want_in(const Job& job, const std::string& cluster, unsigned holders, MonotonicTime now) {
  const auto dropped = book_.dropped();
  JobBook::Orders orders;
  const auto wanted = book_.want(job, cluster, std::max(holders, 1U), now, orders);
  if (wanted == JobBook::Wanted::known) metrics_.jobs(Fate::known);
  if (wanted == JobBook::Wanted::waits) metrics_.jobs(Fate::waits);
  metrics_.jobs(Fate::dropped, book_.dropped() - dropped);
  dispatch(std::move(orders), now);
}

// A resource that clients fetch through one edge, and that is hot, is soon with others of the cluster, too.
void Hub::mirror(const Member& member, const Fetched& access, MonotonicTime now) {
  const auto hash = resource_hash(access.resource);
  const auto used = policy();
  if (!hot_.wanted(hash, access.client, now) || used.hot_holders < 2) return;
  if (used.dry_run) return metrics_.jobs(Fate::dry_run);
  const Job job{
      .kind = Job::Kind::mirror, .resource = access.resource, .benefit_ms = kMirrorBenefit, .bytes = access.size_bytes};
  book_.has(member.session, member.hello.cluster, job, now);
  if (book_.enough(member.hello.cluster, job.resource, used.hot_holders)) return;
  if (mirrors_.take(0, hash, access.size_bytes, now) != TokenBudget::Limit::none)
    return metrics_.jobs(Fate::over_budget);
  want_in(job, member.hello.cluster, used.hot_holders, now);
}

void Hub::fetched(SessionId session, std::span<const Fetched> accesses) {
  const auto now = world_.clock->now();
  std::string name;
  {
    const std::lock_guard guard(lock_);
    const auto* member = heard(session, now);
    if (!member) return;
    name = member->hello.name;
    for (const auto& each : accesses) {
      metrics_.access();
      const bool served = each.outcome == Outcome::served || each.outcome == Outcome::from_cache;
      if (served && !each.resource.empty() && each.resource.size() <= kMostResource) mirror(*member, each, now);
    }
  }
  wake();
  listeners_.tell(name, accesses);
}

void Hub::mirror(Job job, std::string_view edge, MirrorJobs::Done done) {
  const auto now = world_.clock->now();
  Post post;
  {
    const std::lock_guard guard(lock_);
    give(std::move(job), edge, std::move(done), now);
    flush_due(now, post);
    post.told = direct_.take_told();
  }
  deliver(post);
  wake();
}

void Hub::give(Job job, std::string_view edge, MirrorJobs::Done done, MonotonicTime now) {
  const auto found = members_.find(std::string(edge));
  if (found == members_.end() || found->second.session == 0)
    return direct_.refuse(std::move(done), job, "edge " + std::string(edge) + " is not here");
  if (!found->second.takes_jobs)
    return direct_.refuse(std::move(done), job, "edge " + std::string(edge) + " takes no jobs at present");
  if (job.resource.empty() || job.resource.size() > kMostResource)
    return direct_.refuse(std::move(done), job, "a resource has 1 to " + std::to_string(kMostResource) + " octets");
  const auto session = found->second.session;
  if (auto order = direct_.give(session, std::move(job), std::move(done), now))
    dispatch({{session, std::move(*order)}}, now);
}

void Hub::found(std::string_view edge, bool true_word) {
  const std::lock_guard guard(lock_);
  const auto found = members_.find(std::string(edge));
  if (found != members_.end()) found->second.credit.job(true_word, 0);
}

void Hub::count(Member& member, const JobDone& job, MonotonicTime now) {
  JobBook::Orders orders;
  JobBook::Done direct;
  const auto done = direct_.done(member.session, job, now, direct) ? std::optional(direct)
                                                                   : book_.done(member.session, job, now, orders);
  if (!done) return metrics_.doubted(HubMetrics::Doubted::job);
  metrics_.done(job);
  member.credit.job(done->well, job.bytes);
  ++(done->well ? member.jobs_well : member.jobs_badly);
  dispatch(std::move(orders), now);
}

void Hub::done(SessionId session, std::span<const JobDone> jobs) {
  const auto now = world_.clock->now();
  Post post;
  {
    const std::lock_guard guard(lock_);
    auto* member = heard(session, now);
    if (!member) return;
    for (const auto& each : jobs) count(*member, each, now);
    post.told = direct_.take_told();
  }
  deliver(post);
  wake();
}

void Hub::end_silent(MonotonicTime now, Post& post) {
  for (auto& [name, member] : members_) {
    if (member.session == 0 || now - member.heard <= settings_.silence) continue;
    world_.log.warning("lost", "edge " + name + " is gone: it was silent for too long");
    end(member, "silent for too long: an edge tells its status every second or two", now, post);
  }
}

void Hub::tick() {
  const auto now = world_.clock->now();
  Post post;
  bool told = false;
  {
    const std::lock_guard guard(lock_);
    end_silent(now, post);
    told = !post.empty();
    auto silent = book_.expire(now);
    std::ranges::move(direct_.expire(now), std::back_inserter(silent));
    std::ranges::move(direct_.take_told(), std::back_inserter(post.told));
    for (const auto session : silent) {
      metrics_.jobs(Fate::unanswered);
      const auto found = by_session_.find(session);
      if (found == by_session_.end()) continue;
      found->second->credit.job(false, 0);
      ++found->second->jobs_badly;
    }
    flush_due(now, post);
    told = told || now - testified_ >= kTestifies;
  }
  deliver(post);
  if (told) testify();
}

Duration Hub::pause() const {
  const std::lock_guard guard(lock_);
  return pending_ ? std::min(settings_.gathering, kIdle) : kIdle;
}

}  // namespace harbinger::edge
