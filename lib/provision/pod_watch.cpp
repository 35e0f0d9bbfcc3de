#include "provision/pod_watch.h"

#include <algorithm>
#include <utility>

#include "provision/rest_patience.h"

namespace harbinger::provision {

using namespace std::chrono_literals;

namespace {

constexpr Duration kLasts =
    60s;  // then the server ends the watch, and it begins again: so what a server that hangs hides is bounded
constexpr Duration kListing = 30s;
constexpr Duration kPause = 500ms;  // between two watches; longer when the last ones did not last
constexpr std::size_t kMostLine = 2u << 20u;

bool shows(const Pod& pod, PodWatch::Write what) { return what == PodWatch::Write::made || pod.ending; }

}  // namespace

PodWatch::PodWatch(KubernetesApi& api) : api_(api), thread_([this](const std::stop_token& stop) { run(stop); }) {}

PodWatch::~PodWatch() {
  thread_.request_stop();
  thread_.join();
}

std::optional<Pod> PodWatch::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = pods_.find(id);
  if (!alive_ || found == pods_.end() || pending_.contains(id)) return std::nullopt;
  return found->second;
}

std::optional<std::vector<Pod>> PodWatch::all() const {
  const std::lock_guard lock(mutex_);
  if (!alive_ || !pending_.empty()) return std::nullopt;
  std::vector<Pod> pods;
  for (const auto& [id, pod] : pods_) pods.push_back(pod);
  return pods;
}

void PodWatch::writing(std::string_view id, Write what) {
  const std::lock_guard lock(mutex_);
  pending_[std::string(id)] = {.what = what};
}

void PodWatch::wrote(std::string_view id, bool perhaps) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  if (perhaps)
    found->second.over = true;
  else
    pending_.erase(found);
}

void PodWatch::missed(std::string_view id) {
  const std::lock_guard lock(mutex_);
  if (alive_ && !pods_.contains(id) && !pending_.contains(id)) return;
  pending_.insert_or_assign(std::string(id), Pending{.what = Write::ended, .over = true});
}

bool PodWatch::alive() const {
  const std::lock_guard lock(mutex_);
  return alive_;
}

std::string PodWatch::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void PodWatch::run(const std::stop_token& stop) {
  Duration pause = kPause;
  while (!stop.stop_requested()) {
    const auto began = api_.clock().now();
    if (version_.empty())
      if (const auto listed = begin(stop); !listed) end(listed.error().message);
    if (!version_.empty()) {
      const auto followed = follow(stop);
      end(followed ? "begins again" : followed.error().message);
      if (!followed) version_.clear();
    }
    if (api_.clock().now() - began >= kPause * 2) pause = kPause;
    if (!rest_for(pause, stop)) return;
    pause = std::min<Duration>(pause * 2, 30s);
  }
}

// Writes that were over before the list was asked for are in it, or have never happened.
Result<void> PodWatch::begin(const std::stop_token& stop) {
  std::vector<std::string> settled;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, pending] : pending_)
      if (pending.over) settled.push_back(id);
  }
  auto listed = api_.list({.deadline = api_.clock().now() + kListing, .stop = stop});
  if (!listed) return fail(listed.error());
  {
    const std::lock_guard lock(mutex_);
    pods_.clear();
    for (const auto& id : settled) pending_.erase(id);
  }
  for (auto& pod : listed->pods) keep(std::move(pod));
  version_ = listed->version;
  if (version_.empty()) return fail(ErrorCode::malformed, "a list of Pods without a version");
  return {};
}

Result<void> PodWatch::follow(const std::stop_token& stop) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(kLasts).count();
  RestRequest request{.target = api_.pods() +
                                "?labelSelector=" + url_escaped(pod_selector(api_.settings().installation)) +
                                "&watch=1&allowWatchBookmarks=true&timeoutSeconds=" + std::to_string(seconds) +
                                "&resourceVersion=" + url_escaped(version_)};
  line_.clear();
  auto followed = api_.follow(std::move(request), {.deadline = api_.clock().now() + kLasts + 5s, .stop = stop},
                              [this](std::string_view part) { return hear(part); });
  if (followed && begins_anew()) version_.clear();
  return followed;
}

// A write whose end nobody heard of is settled by a new list only.
bool PodWatch::begins_anew() const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(pending_, [](const auto& each) { return each.second.over; });
}

bool PodWatch::hear(std::string_view part) {
  if (part.empty()) {
    const std::lock_guard lock(mutex_);
    alive_ = true;
    trouble_.clear();
    return true;
  }
  while (!part.empty()) {
    const auto size = std::min(part.find('\n'), part.size());
    const bool whole = size < part.size();
    line_.append(part.substr(0, size));
    part.remove_prefix(std::min(size + 1, part.size()));
    if (line_.size() > kMostLine) return version_.clear(), false;
    if (!whole) break;
    const std::string line = std::exchange(line_, {});
    if (!line.empty() && !take(read_json(line))) return version_.clear(), false;
  }
  return true;
}

// False when there is no going on: the server has forgotten what was before (410), or says what we do not understand.
bool PodWatch::take(const Json& event) {
  const auto type = text_member(event, {"type"});
  const auto* const object = member(event, {"object"});
  if (!object || type == "ERROR") return false;
  if (auto version = text_member(*object, {"metadata", "resourceVersion"}); !version.empty())
    version_ = std::move(version);
  if (type == "BOOKMARK") return true;
  auto pod = read_pod(*object, api_.settings().installation);
  if (type == "DELETED") return forget(text_member(*object, {"metadata", "name"})), true;
  if (type != "ADDED" && type != "MODIFIED") return false;
  if (pod) keep(std::move(*pod));
  return true;
}

void PodWatch::keep(Pod pod) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(pod.found.id);
  if (found != pending_.end() && shows(pod, found->second.what)) pending_.erase(found);
  pods_.insert_or_assign(pod.found.id, std::move(pod));
}

// Its labels may be others by now, so that it is known by its name.
void PodWatch::forget(const std::string& pod_name) {
  const std::lock_guard lock(mutex_);
  const auto gone = std::ranges::find(pods_, pod_name, [](const auto& each) { return each.second.name; });
  if (gone == pods_.end()) return;
  const auto pending = pending_.find(gone->first);
  if (pending != pending_.end() && pending->second.what == Write::ended) pending_.erase(pending);
  pods_.erase(gone);
}

void PodWatch::end(const std::string& why) {
  const std::lock_guard lock(mutex_);
  alive_ = false;
  trouble_ = why;
}

}  // namespace harbinger::provision
