// What the desk wants done, done; and what is told of written down before.
#include <algorithm>
#include <type_traits>

#include "mirror/engine_core.h"

namespace harbinger::mirror {

namespace {

constexpr int kLeasesAhead = 10;  // that a record allows for, so that a renewal need not be written each time

}  // namespace

void EngineCore::act() {
  for (auto acts = desk_.take(); !acts.empty(); acts = desk_.take())
    for (const auto& act : acts) std::visit([&](const auto& each) { act_on(each); }, act);
  note_steps();
}

void EngineCore::act_on(const FillAct& act) {
  const auto known = known_.find(resource_hash(act.resource));
  const auto urls = known == known_.end() ? std::vector<std::string>() : known->second.found.urls;
  fill(*world_.hub, act.server, urls, settings_.mirrors.fill_patience, [post = post_, act](const Filled& filled) {
    post([act, filled](EngineCore& core) { core.heard(act, filled); });
  });
}

void EngineCore::heard(const FillAct& act, const Filled& filled) {
  const auto bytes = std::min(filled.bytes, settings_.mirrors.most_bytes);
  bytes_pushed_ += bytes;
  metrics_.bytes_pushed.add(bytes);
  world_.planner->pushed(bytes, now());
  desk_.filled(act.ticket, filled.well, filled.why, false, now());
  this->act();
}

void EngineCore::act_on(const VerifyAct& act) {
  const auto known = known_.find(resource_hash(act.resource));
  if (known == known_.end())
    return desk_.verified(act.ticket, Verdict::wrong, "no rule says what belongs to it", now());
  world_.verifier->verify({.urls = known->second.found.urls,
                           .origin = known->second.found.origin,
                           .at = act.at,
                           .most_bytes = settings_.mirrors.most_bytes,
                           .patience = settings_.mirrors.verify_patience},
                          [post = post_, act](const Verified& verified) {
                            post([act, verified](EngineCore& core) { core.heard(act, verified); });
                          });
}

// What a server said of itself is weighed by what was found.
void EngineCore::heard(const VerifyAct& act, const Verified& verified) {
  const auto known = known_.find(resource_hash(act.resource));
  if (verified.verdict == Verdict::good && known != known_.end()) known->second.bytes = verified.bytes;
  desk_.verified(act.ticket, verified.verdict, verified.why, now());
  this->act();
}

// Whether it may be told now: by who decides, and once the disk has it.
Result<void> EngineCore::may_tell(const TellAct& act) {
  const auto& what = act.what;
  if (what.servers.empty()) return {};
  const auto* entry = world_.journal->find(what.resource, what.cluster);
  const auto before = entry ? entry->what.servers : std::vector<Publication::At>();
  MirrorJournal::Entry needed{what, calendar() + std::chrono::milliseconds(what.lease).count()};
  needed.what.servers = either(before, what.servers);
  const bool more = needed.what.servers.size() > before.size();
  if ((more || act.renewal) && !world_.share->owns(resource_hash(what.resource), what.cluster, settings_.desk.margin))
    return fail(ErrorCode::denied, "this server does not decide about it at present");
  if (!more && entry && needed.until <= entry->until) return {};
  needed.until += (kLeasesAhead - 1) * std::chrono::milliseconds(what.lease).count();
  auto written = write(needed);
  if (!written && !more && !act.renewal) return {};  // fewer than before: what the disk has covers it
  return written;
}

Result<void> EngineCore::write(const MirrorJournal::Entry& entry) {
  auto written = world_.journal->write(entry);
  disk_.took(written);
  return written;
}

void EngineCore::act_on(const TellAct& act) {
  const std::pair key{act.what.resource, act.what.cluster};
  to_settle_.erase(key);
  if (!act.renewal && !act.what.servers.empty()) telling_.try_emplace(key, now());
  const auto answer = [post = post_, what = act.what](Result<void> outcome) {
    post([what, outcome](EngineCore& core) {
      core.desk_.told(what, outcome, core.now());
      core.act();
    });
  };
  if (!may_tell(act)) return desk_.refused(act.what, now());
  (act.renewal ? metrics_.renewed : metrics_.told).add();
  if (act.renewal)
    publisher_.renew(act.what, answer);
  else
    publisher_.publish(act.what, answer);
}

void EngineCore::act_on(const SettledAct& act) {
  const std::pair key{act.what.resource, act.what.cluster};
  if (const auto since = telling_.find(key); since != telling_.end()) {
    if (!act.what.servers.empty())
      metrics_.visible.observe(std::chrono::duration<double>(now() - since->second).count());
    telling_.erase(since);
  }
  to_settle_[key] = act.what;
  write_settled();
}

// The record shrinks to what DNS tells of; on a full disk it stays larger for a while, which does no harm.
void EngineCore::write_settled() {
  std::erase_if(to_settle_, [&](const auto& each) {
    const auto& what = each.second;
    const auto* entry = world_.journal->find(what.resource, what.cluster);
    if (!entry || entry->what.servers == what.servers) return true;
    const auto until = what.servers.empty() ? 0 : entry->until;
    return write({what, until}).has_value();
  });
}

void EngineCore::act_on(const FailedAct& act) {
  ++failed_;
  metrics_.failed.add();
  if (act.blame) {
    metrics_.blamed.add();
    world_.hub->found(act.server, false);
    world_.log.warning("untrue", act.resource + " on " + act.server + ": " + act.why);
  }
  world_.planner->failed(resource_hash(act.resource), act.cluster, act.server, now());
}

}  // namespace harbinger::mirror
