#include "edge/mirror_jobs.h"

namespace harbinger::edge {

namespace {

constexpr Duration kPatience = std::chrono::minutes(1);  // for jobs that name no time

}  // namespace

std::optional<Job> MirrorJobs::give(SessionId session, Job job, Done done, MonotonicTime now) {
  if (open_.size() >= kMost) {
    refuse(std::move(done), job, "there are " + std::to_string(kMost) + " such jobs already");
    return std::nullopt;
  }
  job.kind = Job::Kind::mirror;
  job.id = ++last_id_;
  const auto patience = job.within_ms > 0 ? Duration(std::chrono::milliseconds(job.within_ms)) : kPatience;
  open_[job.id] = {session, job.resource, std::move(done), now, now + patience + kGrace};
  return job;
}

void MirrorJobs::refuse(Done done, const Job& job, std::string why) {
  told_.emplace_back(std::move(done),
                     JobDone{.resource = job.resource, .outcome = JobDone::Outcome::refused, .why = std::move(why)});
}

bool MirrorJobs::done(SessionId session, const JobDone& job, MonotonicTime now, JobBook::Done& how) {
  const auto at = open_.find(job.id);
  if (at == open_.end() || at->second.session != session) return false;
  how = {job.outcome == JobDone::Outcome::fetched || job.outcome == JobDone::Outcome::cached, now - at->second.since};
  auto told = job;
  told.resource = at->second.resource;
  told_.emplace_back(std::move(at->second.done), std::move(told));
  open_.erase(at);
  return true;
}

void MirrorJobs::end(std::map<std::uint64_t, Open>::iterator at, JobDone::Outcome outcome, const std::string& why) {
  told_.emplace_back(
      std::move(at->second.done),
      JobDone{.id = at->first, .resource = std::move(at->second.resource), .outcome = outcome, .why = why});
  open_.erase(at);
}

void MirrorJobs::gone(SessionId session, const std::string& why) {
  for (auto each = open_.begin(); each != open_.end();) {
    const auto here = each++;
    if (here->second.session == session) end(here, JobDone::Outcome::stopped, why);
  }
}

std::vector<SessionId> MirrorJobs::expire(MonotonicTime now) {
  std::vector<SessionId> silent;
  for (auto each = open_.begin(); each != open_.end();) {
    const auto here = each++;
    if (now < here->second.until) continue;
    silent.push_back(here->second.session);
    end(here, JobDone::Outcome::late, "the edge did not answer in time");
  }
  return silent;
}

}  // namespace harbinger::edge
