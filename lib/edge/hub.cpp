#include "edge/hub.h"

#include <algorithm>
#include <cmath>

#include <harbinger/access.h>
#include "edge/hub_impl.h"
#include "steer/feeds.h"

namespace harbinger::edge {

namespace {

using namespace std::chrono_literals;
using Doubted = HubMetrics::Doubted;
using Refused = HubMetrics::Refused;

constexpr Duration kLoadCounts = 10s;    // unless it is said again
constexpr std::size_t kMostLines = 512;  // of one message

// As those of endpoints.
bool is_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !name.empty() && name.size() <= 63 && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

Result<void> check(const Hello& hello) {
  const auto wrong = [](const char* what) {
    return fail(ErrorCode::malformed, std::string(what) + ": 1 to 63 letters, digits, `-`, `_` and `.`");
  };
  if (!is_name(hello.name)) return wrong("the name of an edge");
  if (!hello.endpoint.empty() && !is_name(hello.endpoint)) return wrong("the name of its endpoint");
  if (!hello.cluster.empty() && !is_name(hello.cluster)) return wrong("the name of its cluster");
  return {};
}

std::string endpoint_of(const Hello& hello) { return hello.endpoint.empty() ? hello.name : hello.endpoint; }

struct Hubs {
  std::mutex lock;
  std::vector<std::weak_ptr<EdgeHub>> made;
};
Hubs& hubs() {
  static Hubs only;
  return only;
}

double seconds(Duration time) { return static_cast<double>(time.count()) / 1e9; }

class Session final : public EdgeSession {
 public:
  Session(std::shared_ptr<Hub> hub, SessionId id) : hub_(std::move(hub)), id_(id) {}
  ~Session() override { hub_->ended(id_); }
  void status(const Status& status) override { hub_->status(id_, status); }
  void latencies(std::span<const Latency> latencies) override { hub_->latencies(id_, latencies); }
  void fetched(std::span<const Fetched> accesses) override { hub_->fetched(id_, accesses); }
  void done(std::span<const JobDone> jobs) override { hub_->done(id_, jobs); }
  void lines(std::span<const Line> lines) override { hub_->lines(id_, lines); }

 private:
  const std::shared_ptr<Hub> hub_;
  const SessionId id_;
};

}  // namespace

std::shared_ptr<EdgeHub> EdgeHub::make(const Settings& settings, const World& world) {
  auto hub = std::make_shared<Hub>(settings, world);
  auto& all = hubs();
  const std::lock_guard guard(all.lock);
  std::erase_if(all.made, [](const auto& each) { return each.expired(); });
  all.made.push_back(hub);
  return hub;
}

std::vector<std::shared_ptr<EdgeHub>> EdgeHub::running() {
  auto& all = hubs();
  const std::lock_guard guard(all.lock);
  std::vector<std::shared_ptr<EdgeHub>> alive;
  for (const auto& each : all.made)
    if (auto hub = each.lock()) alive.push_back(std::move(hub));
  return alive;
}

Hub::Hub(const Settings& settings, const World& world)
    : settings_(settings),
      world_(world),
      metrics_(*world.metrics),
      mirrors_(settings.mirrors),
      book_(settings.jobs, [this](std::string_view cluster) { return candidates(cluster); }),
      hot_(settings.hot),
      server_lines_(settings.lines) {}

// Who is in the way of an edge that comes: itself, somebody else at its endpoint, too many.
Result<void> Hub::make_room(const Hello& hello, MonotonicTime now, Post& post) {
  const auto endpoint = endpoint_of(hello);
  for (auto each = members_.begin(); each != members_.end();) {
    auto& [name, member] = *each;
    const bool same = name == hello.name;
    if (!same && member.endpoint != endpoint) {
      ++each;
      continue;
    }
    if (member.session != 0 && (!same || now - member.heard <= settings_.taken_over)) {
      metrics_.refused(Refused::conflict);
      return fail(ErrorCode::conflict, "edge \"" + name + "\" is here, and serves endpoint \"" + member.endpoint +
                                           "\"; another edge needs another name and another endpoint");
    }
    if (member.session != 0) end(member, "the edge came again", now, post);
    each = members_.erase(each);
  }
  if (members_.size() < settings_.edges) return {};
  const auto gone = std::ranges::min_element(
      members_, {}, [](const auto& each) { return std::pair(each.second.session != 0, each.second.since); });
  if (gone != members_.end() && gone->second.session == 0) {
    members_.erase(gone);
    return {};
  }
  metrics_.refused(Refused::too_many);
  return fail(ErrorCode::too_large, "there are " + std::to_string(settings_.edges) + " edges already");
}

Result<std::unique_ptr<EdgeSession>> Hub::join(const Hello& hello, std::shared_ptr<EdgeLink> link) {
  if (auto good = check(hello); !good) {
    metrics_.refused(Refused::malformed);
    return fail(good.error());
  }
  const auto now = world_.clock->now();
  Post post;
  SessionId session = 0;
  {
    const std::lock_guard guard(lock_);
    if (auto room = make_room(hello, now, post); !room) return fail(room.error());
    session = ++last_session_;
    auto& member = members_[hello.name];
    member.hello = hello;
    member.endpoint = endpoint_of(hello);
    member.hash = resource_hash(hello.name);
    member.session = session;
    member.link = link;
    member.since = member.heard = now;
    member.credit = Credit(hello.bytes_per_second, now);
    by_session_[session] = &member;
    metrics_.joined();
    auto lines = server_lines_.all();
    if (const auto own = cluster_lines_.find(hello.cluster); own != cluster_lines_.end())
      std::ranges::move(own->second.all(), std::back_inserter(lines));
    if (!lines.empty()) post.push_back({.link = link, .lines = std::move(lines)});
    JobBook::Orders orders;
    book_.came(hello.cluster, now, orders);
    dispatch(std::move(orders), now);
    flush(member, post);
  }
  deliver(post);
  testify();
  world_.log.info("joined", "edge " + hello.name + " joined cluster \"" + hello.cluster + "\"");
  return std::make_unique<Session>(shared_from_this(), session);
}

std::shared_ptr<void> Hub::use(Policy policy) {
  const std::lock_guard guard(lock_);
  const auto place = policies_.insert(policies_.end(), policy);
  return {&*place, [weak = weak_from_this(), place](void*) {
            const auto hub = weak.lock();
            if (!hub) return;
            const std::lock_guard wait(hub->lock_);
            hub->policies_.erase(place);
          }};
}

Member* Hub::heard(SessionId session, MonotonicTime now) {
  const auto found = by_session_.find(session);
  if (found == by_session_.end()) return nullptr;
  found->second->heard = now;
  return found->second;
}

// Its jobs go to others in the same moment.
void Hub::end(Member& member, std::string farewell, MonotonicTime now, Post& post) {
  const auto session = std::exchange(member.session, 0);
  by_session_.erase(session);
  member.outbox.clear();
  member.since = now;
  auto link = std::exchange(member.link, nullptr);
  if (!farewell.empty()) post.push_back({.link = std::move(link), .farewell = std::move(farewell)});
  metrics_.lost();
  JobBook::Orders orders;
  metrics_.jobs(HubMetrics::Fate::moved, book_.gone(session, now, orders));
  direct_.gone(session, "edge " + member.hello.name + " is gone");
  std::ranges::move(direct_.take_told(), std::back_inserter(post.told));
  dispatch(std::move(orders), now);
  for (auto& [name, other] : members_) flush(other, post);
}

void Hub::ended(SessionId session) {
  Post post;
  std::string name;
  {
    const std::lock_guard guard(lock_);
    const auto found = by_session_.find(session);
    if (found == by_session_.end()) return;
    name = found->second->hello.name;
    end(*found->second, {}, world_.clock->now(), post);
  }
  deliver(post);
  testify();
  world_.log.warning("lost", "edge " + name + " is gone: its session ended");
}

// What sessions say of endpoints follows from who is there. A handle is let go, and the book told, outside of `lock_`.
void Hub::testify() {
  const std::lock_guard one(testifying_);
  std::map<std::string, std::string> gone;
  {
    const std::lock_guard guard(lock_);
    testified_ = world_.clock->now();
    for (const auto& [name, member] : members_)
      if (member.session == 0) gone[member.endpoint] = "the session of edge " + name + " ended";
  }
  auto& book = world_.steering->book();
  std::erase_if(gone, [&](const auto& each) {
    const auto defined = book.definition_of(each.first);
    return !defined || defined->probed;
  });
  std::erase_if(down_, [&](const auto& each) { return !gone.contains(each.first); });
  for (const auto& [endpoint, why] : gone)
    if (!down_.contains(endpoint))
      down_[endpoint] = book.say_down(endpoint, steer::EndpointBook::Witness::session, why);
}

void Hub::status(SessionId session, const Status& status) {
  const auto now = world_.clock->now();
  std::string endpoint;
  {
    const std::lock_guard guard(lock_);
    auto* member = heard(session, now);
    if (!member) return;
    const bool can_be = status.load >= 0 && status.load <= 1;  // not for NaN
    if (!can_be) metrics_.doubted(Doubted::load);
    if (can_be) member->load = status.load, endpoint = member->endpoint;
    if (member->credit.status(status, now)) {
      member->requests += status.requests;
      member->hits += status.hits;
      member->bytes_served += status.bytes_served;
      member->bytes_origin += status.bytes_origin;
    } else {
      metrics_.doubted(Doubted::counts);
    }
    if (!std::exchange(member->overstated, member->credit.overstated()) && member->overstated)
      metrics_.doubted(Doubted::capacity);
    member->jobs_waiting = status.jobs_waiting;
    member->jobs_in_flight = status.jobs_in_flight;
    if (!std::exchange(member->takes_jobs, status.takes_jobs) && status.takes_jobs) {
      JobBook::Orders orders;
      book_.came(member->hello.cluster, now, orders);
      dispatch(std::move(orders), now);
    }
  }
  auto& book = world_.steering->book();
  if (!endpoint.empty() && book.id_of(endpoint)) book.say_load(endpoint, status.load, now + kLoadCounts);
  wake();
}

bool Hub::measured(const IpAddress& client, std::string_view endpoint, double rtt_ms) {
  const auto group = steer::group_of(client, world_.place ? world_.place(client) : Place{});
  const bool taken = world_.steering->measured(group, endpoint, rtt_ms, steer::Conditions::Source::edge);
  taken ? metrics_.way() : metrics_.doubted(Doubted::way);
  return taken;
}

void Hub::latencies(SessionId session, std::span<const Latency> latencies) {
  std::string endpoint;
  {
    const std::lock_guard guard(lock_);
    if (const auto* member = heard(session, world_.clock->now())) endpoint = member->endpoint;
  }
  if (endpoint.empty()) return;
  for (const auto& each : latencies) measured(each.client, endpoint, static_cast<double>(each.rtt_ms));
}

void Hub::lines(SessionId session, std::span<const Line> lines) {
  std::vector<Line> good;
  for (const auto& each : lines.first(std::min(lines.size(), kMostLines)))
    can_be(each) ? good.push_back(each) : metrics_.doubted(Doubted::line);
  Post post;
  {
    const std::lock_guard guard(lock_);
    const auto* member = heard(session, world_.clock->now());
    if (!member || good.empty()) return;
    auto& store = cluster_lines_.try_emplace(member->hello.cluster, settings_.lines).first->second;
    for (const auto& each : good) {
      store.keep(each);
      metrics_.line(true);
    }
    for (const auto& [name, other] : members_)
      if (other.session != 0 && &other != member && other.hello.cluster == member->hello.cluster)
        post.push_back({.link = other.link, .lines = good});
  }
  deliver(post);
  if (world_.learn)
    for (const auto& each : good) world_.learn(each);
}

void Hub::learnt(const Line& line) {
  if (!can_be(line)) return;
  Post post;
  {
    const std::lock_guard guard(lock_);
    server_lines_.keep(line);
    metrics_.line(false);
    for (const auto& [name, member] : members_)
      if (member.session != 0) post.push_back({.link = member.link, .lines = {line}});
  }
  deliver(post);
}

void Hub::deliver(const Post& post) {
  for (const auto& mail : post) {
    if (!mail.jobs.empty()) mail.link->send(std::span<const Job>(mail.jobs));
    if (!mail.lines.empty()) mail.link->send(std::span<const Line>(mail.lines));
    if (!mail.farewell.empty()) mail.link->close(mail.farewell);
  }
  for (const auto& [done, job] : post.told) done(job);
}

std::vector<EdgeHub::EdgeState> Hub::edges() const {
  const std::lock_guard one(testifying_);
  const std::lock_guard guard(lock_);
  const auto now = world_.clock->now();
  std::vector<EdgeState> all;
  for (const auto& [name, member] : members_) {
    const auto requests = static_cast<double>(member.requests);
    all.push_back({.name = name,
                   .endpoint = member.endpoint,
                   .cluster = member.hello.cluster,
                   .version = member.hello.version,
                   .connected = member.session != 0,
                   .takes_jobs = member.takes_jobs,
                   .down = down_.contains(member.endpoint),
                   .for_s = seconds(now - member.since),
                   .load = member.load.value_or(-1),
                   .hit_rate = requests > 0 ? static_cast<double>(member.hits) / requests : 0,
                   .requests = member.requests,
                   .bytes_served = member.bytes_served,
                   .bytes_origin = member.bytes_origin,
                   .cache_bytes = member.hello.cache_bytes,
                   .claimed = member.credit.claimed(),
                   .believed = member.credit.believed(),
                   .trust = member.credit.trust(),
                   .jobs_sent = member.jobs_sent,
                   .jobs_well = member.jobs_well,
                   .jobs_badly = member.jobs_badly,
                   .jobs_waiting = member.jobs_waiting,
                   .jobs_in_flight = member.jobs_in_flight});
  }
  return all;
}

}  // namespace harbinger::edge
