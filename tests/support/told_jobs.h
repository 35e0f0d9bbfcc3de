// What a fetcher told of its jobs.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "edge/fetcher.h"

namespace harbinger::test {

/// Any thread. Lives on with the last listener.
class ToldJobs {
 public:
  edge::Fetcher::Done listener() const {
    return [said = said_](const edge::JobDone& done) {
      const std::lock_guard lock(said->mutex);
      said->twice = said->twice || said->jobs.contains(done.id);
      said->jobs[done.id] = done;
      said->changed.notify_all();
    };
  }
  /// Throws std::runtime_error when it was not told in time, or twice.
  edge::JobDone wait_for(std::uint64_t id, std::chrono::milliseconds limit = std::chrono::seconds(20)) const {
    std::unique_lock lock(said_->mutex);
    if (!said_->changed.wait_for(lock, limit, [&] { return said_->jobs.contains(id); }))
      throw std::runtime_error("job " + std::to_string(id) + " was not told of");
    if (said_->twice) throw std::runtime_error("a job was told of twice");
    return said_->jobs[id];
  }
  std::size_t size() const {
    const std::lock_guard lock(said_->mutex);
    if (said_->twice) throw std::runtime_error("a job was told of twice");
    return said_->jobs.size();
  }
  std::size_t count(edge::JobDone::Outcome outcome) const {
    const std::lock_guard lock(said_->mutex);
    std::size_t count = 0;
    for (const auto& [id, done] : said_->jobs) count += done.outcome == outcome;
    return count;
  }

 private:
  struct Said {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::uint64_t, edge::JobDone> jobs;
    bool twice = false;
  };
  std::shared_ptr<Said> said_ = std::make_shared<Said>();
};

}  // namespace harbinger::test
