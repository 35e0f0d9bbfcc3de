#include "mirror/filling.h"

#include <algorithm>
#include <memory>
#include <mutex>

namespace harbinger::mirror {

namespace {

constexpr std::uint64_t kMostBytes = 1ULL << 40;  // more than that of one URL is not believed
constexpr double kBenefitMs = 1000;               // ahead of what edges fetch on their own

class Filling {
 public:
  Filling(std::size_t urls, std::function<void(const Filled&)> done) : left_(urls), done_(std::move(done)) {}

  void answer(const edge::JobDone& job) {
    {
      const std::lock_guard lock(lock_);
      using Outcome = edge::JobDone::Outcome;
      const bool well = job.outcome == Outcome::fetched || job.outcome == Outcome::cached;
      if (job.outcome == Outcome::fetched) all_.bytes += std::min(job.bytes, kMostBytes);
      if (!well && all_.why.empty())
        all_.why = job.resource + ": " + std::string(to_string(job.outcome)) + (job.why.empty() ? "" : ", " + job.why);
      if (--left_ > 0) return;
      all_.well = all_.why.empty();
    }
    done_(all_);
  }

 private:
  std::mutex lock_;
  std::size_t left_;
  Filled all_;
  const std::function<void(const Filled&)> done_;
};

}  // namespace

void fill(edge::EdgeHub& hub, const std::string& edge, const std::vector<std::string>& urls,
          std::chrono::milliseconds patience, std::function<void(const Filled&)> done) {
  if (urls.empty()) return done({.why = "no rule says which URLs belong to it"});
  const auto filling = std::make_shared<Filling>(urls.size(), std::move(done));
  for (const auto& url : urls)
    hub.mirror({.resource = url, .benefit_ms = kBenefitMs, .within_ms = static_cast<std::uint32_t>(patience.count())},
               edge, [filling](const edge::JobDone& job) { filling->answer(job); });
}

}  // namespace harbinger::mirror
