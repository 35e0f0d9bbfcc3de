// A host that remembers what edges tell it.
#pragma once

#include <algorithm>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "edge/link.h"

namespace harbinger::test {

/// What one edge has said. Outlives its session.
struct Heard {
  std::mutex mutex;
  edge::Hello hello;
  std::shared_ptr<edge::EdgeLink> link;
  bool over = false;
  std::vector<edge::Status> statuses;
  std::vector<edge::Latency> latencies;
  std::vector<edge::Fetched> accesses;
  std::vector<edge::JobDone> done;
  std::vector<edge::Line> lines;
};

class FakeHost final : public edge::EdgeHost {
 public:
  Result<std::unique_ptr<edge::EdgeSession>> join(const edge::Hello& hello,
                                                  std::shared_ptr<edge::EdgeLink> link) override {
    const std::lock_guard lock(mutex_);
    if (refusal) return fail(*refusal);
    auto heard = std::make_shared<Heard>();
    heard->hello = hello;
    heard->link = std::move(link);
    if (!greeting.empty()) heard->link->send(greeting);
    edges_.push_back(heard);
    return std::make_unique<Session>(std::move(heard));
  }

  /// All that ever joined.
  std::vector<std::shared_ptr<Heard>> edges() const {
    const std::lock_guard lock(mutex_);
    return edges_;
  }
  /// Those that are in.
  std::size_t present() const {
    const auto all = edges();
    return static_cast<std::size_t>(std::ranges::count_if(all, [](const auto& heard) {
      const std::lock_guard lock(heard->mutex);
      return !heard->over;
    }));
  }
  /// The one that joined last.
  Heard& last() const { return *edges().back(); }

  // Set before anybody joins.
  std::optional<Error> refusal;
  std::vector<edge::Job> greeting;  ///< sent before join() returns

 private:
  class Session final : public edge::EdgeSession {
   public:
    explicit Session(std::shared_ptr<Heard> heard) : heard_(std::move(heard)) {}
    ~Session() override {
      const std::lock_guard lock(heard_->mutex);
      heard_->over = true;
    }
    void status(const edge::Status& status) override { add(heard_->statuses, std::span(&status, 1)); }
    void latencies(std::span<const edge::Latency> latencies) override { add(heard_->latencies, latencies); }
    void fetched(std::span<const edge::Fetched> accesses) override { add(heard_->accesses, accesses); }
    void done(std::span<const edge::JobDone> jobs) override { add(heard_->done, jobs); }
    void lines(std::span<const edge::Line> lines) override { add(heard_->lines, lines); }

   private:
    template <class Part>
    void add(std::vector<Part>& heard, std::span<const Part> parts) {
      const std::lock_guard lock(heard_->mutex);
      heard.insert(heard.end(), parts.begin(), parts.end());
    }
    const std::shared_ptr<Heard> heard_;
  };

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Heard>> edges_;
};

}  // namespace harbinger::test
