// Real caches and their fetchers, a real hub, an origin whose words a test chooses, and an engine in between.
#pragma once

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include <harbinger/access.h>
#include "edge/fetcher.h"
#include "edge/hub.h"
#include "mirror/engine.h"
#include "tests/lib/steer/steer_world.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"
#include "tests/support/web_cache.h"
#include "tests/support/web_server.h"

namespace harbinger::test {

/// A web server whose body, status and head a test chooses.
class WordOrigin {
 public:
  WordOrigin() : server_([this](const WebRequest& request, WebPeer& peer) { answer(request, peer); }) {}
  const SocketAddress& address() const { return server_.address(); }
  void say(std::string body, std::string status = "200 OK", std::string lines = "Cache-Control: max-age=600\r\n") {
    const std::lock_guard lock(mutex_);
    body_ = std::move(body), status_ = std::move(status), lines_ = std::move(lines);
  }
  void die(bool dead = true) { dead_ = dead; }
  int requests() const { return requests_; }

 private:
  void answer(const WebRequest&, WebPeer& peer) {
    ++requests_;
    if (dead_) return peer.close();
    std::string response;
    {
      const std::lock_guard lock(mutex_);
      response = web_response(status_, lines_, body_);
    }
    peer.send(response);
  }

  std::mutex mutex_;
  std::string body_ = "the film", status_ = "200 OK", lines_ = "Cache-Control: max-age=600\r\n";
  std::atomic<bool> dead_ = false;
  std::atomic<int> requests_ = 0;
  WebServer server_;
};

/// Plans what a test says, until it is there.
class ToldPlanner final : public mirror::MirrorPlanner {
 public:
  struct Word {
    std::mutex lock;
    std::map<std::pair<std::string, std::string>, bool> wanted;  // resource and server
    int failed = 0;
    std::uint64_t pushed = 0, served = 0;
  };
  explicit ToldPlanner(std::shared_ptr<Word> word) : word_(std::move(word)) {}

  mirror::Plan plan(std::span<const mirror::Demand>, std::span<const mirror::Server>,
                    std::span<const mirror::Held> held, const mirror::MirrorSettings&, MonotonicTime) override {
    const std::lock_guard lock(word_->lock);
    mirror::Plan plan;
    for (const auto& [what, wanted] : word_->wanted) {
      const auto hash = resource_hash(what.first);
      const bool there = std::ranges::any_of(
          held, [&](const auto& each) { return each.resource == hash && each.server == what.second; });
      if (wanted && !there)
        plan.add.push_back({.resource = hash, .cluster = "fra", .server = what.second, .why = "told"});
      if (!wanted && there) plan.drop.push_back({hash, "fra", what.second, "told"});
    }
    return plan;
  }
  void pushed(std::uint64_t bytes, MonotonicTime) override { word_->pushed += bytes; }
  void served(std::uint64_t bytes, MonotonicTime) override { word_->served += bytes; }
  void failed(std::uint64_t, std::string_view, std::string_view, MonotonicTime) override { ++word_->failed; }

 private:
  const std::shared_ptr<Word> word_;
};

/// Whether so many edges are there, and not one that is known is away.
inline bool all_there(const edge::EdgeHub& hub, std::size_t edges) {
  const auto known = hub.edges();
  return known.size() == edges && std::ranges::all_of(known, &edge::EdgeHub::EdgeState::connected);
}

/// An edge in this process: its session, and a real fetcher before its cache. A liar says that it has fetched, and fetches nothing.
class NearEdge {
 public:
  NearEdge(edge::EdgeHub& hub, std::string name, const SocketAddress& cache, Metrics& metrics, bool liar = false)
      : link_(std::make_shared<Link>()) {
    link_->liar = liar;
    edge::Fetcher::Settings settings;
    settings.cache = cache;
    link_->fetcher = edge::Fetcher::start(settings, {&system_clock(), &metrics, {}}).value();
    auto session = hub.join({.name = std::move(name), .endpoint = {}, .cluster = "fra", .version = {}}, link_);
    if (!session) throw std::runtime_error(session.error().to_string());
    const std::lock_guard lock(link_->lock);
    link_->session = std::move(*session);
  }
  ~NearEdge() { die(); }
  void die() {
    std::unique_ptr<edge::EdgeSession> session;
    std::unique_ptr<edge::Fetcher> fetcher;
    {
      const std::lock_guard lock(link_->lock);
      session = std::move(link_->session);
    }
    session.reset();
    fetcher = std::move(link_->fetcher);
    fetcher.reset();
  }
  void beat() const {
    link_->say([](edge::EdgeSession& session) { session.status({}); });
  }
  void served(const std::string& url, Outcome outcome) const {
    const edge::Fetched access{.resource = url, .outcome = outcome, .size_bytes = 8};
    link_->say([&](edge::EdgeSession& session) { session.fetched({&access, 1}); });
  }
  int jobs() const { return link_->jobs; }
  void hold(bool holds) { link_->holds = holds; }

 private:
  struct Link final : edge::EdgeLink, std::enable_shared_from_this<Link> {
    std::mutex lock;
    std::unique_ptr<edge::EdgeSession> session;
    std::unique_ptr<edge::Fetcher> fetcher;
    std::atomic<bool> liar = false, holds = false;
    std::atomic<int> jobs = 0;

    template <class Use>
    void say(Use use) {
      const std::lock_guard guard(lock);
      if (session) use(*session);
    }
    void send(std::span<const edge::Job> sent) override {
      for (const auto& job : sent) {
        ++jobs;
        if (holds) continue;
        const auto tell = [self = shared_from_this()](const edge::JobDone& done) {
          self->say([&](edge::EdgeSession& to) { to.done({&done, 1}); });
        };
        if (liar)
          tell({.id = job.id,
                .resource = job.resource,
                .outcome = edge::JobDone::Outcome::fetched,
                .bytes = 8,
                .why = {}});
        else
          fetcher->offer(job, tell);
      }
    }
    void send(std::span<const edge::Line>) override {}
    void close(std::string) override {}
  };
  const std::shared_ptr<Link> link_;
};

}  // namespace harbinger::test
