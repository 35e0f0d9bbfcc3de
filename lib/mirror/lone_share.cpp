#include <algorithm>
#include <map>
#include <mutex>

#include <harbinger/access.h>

#include "base/listeners.h"
#include "mirror/share.h"
#include "mirror/share_publications.h"

namespace harbinger::mirror {

namespace {

using Taken = SharePublications::Taken;

class LoneShare final : public MirrorShare {
 public:
  explicit LoneShare(const Clock& clock) : clock_(clock) {}

  bool owns(std::uint64_t, std::string_view, Duration) const override { return true; }
  void write(const Publication& what, Publisher::Done done) override;
  std::vector<Publication> published() const override;
  std::shared_ptr<void> listen(std::function<void(const Publication&)> listener) override {
    return listeners_.add(std::move(listener));
  }
  std::uint64_t next_version(std::uint64_t resource, std::string_view cluster) const override;
  void tell(std::vector<SharedForecast> forecasts) override;
  std::optional<SharedForecast> forecast(std::uint64_t resource, std::string_view cluster) const override;
  State state() const override { return {.members = {"this server"}}; }

 private:
  Taken keep(const Publication& what);

  const Clock& clock_;
  mutable std::mutex lock_;
  std::uint64_t highest_ = 0;  // what is over is forgotten, and must not be gone below
  SharePublications publications_;
  std::map<std::pair<std::uint64_t, std::string>, SharedForecast> forecasts_;
  Listeners<void(const Publication&)> listeners_;
};

void LoneShare::write(const Publication& what, Publisher::Done done) {
  const Taken taken = keep(what);
  if (taken == Taken::old) return done(fail(ErrorCode::conflict, "there is a later publication of " + what.resource));
  if (taken == Taken::changed) listeners_.tell(what);
  done({});
}

Taken LoneShare::keep(const Publication& what) {
  const std::lock_guard lock(lock_);
  const auto taken = publications_.take(what, clock_.now() + what.lease, clock_.now());
  if (taken != Taken::old) highest_ = std::max(highest_, what.version);
  return taken;
}

std::vector<Publication> LoneShare::published() const {
  const std::lock_guard lock(lock_);
  return publications_.published(clock_.now());
}

std::uint64_t LoneShare::next_version(std::uint64_t resource, std::string_view cluster) const {
  const std::lock_guard lock(lock_);
  return std::max(publications_.version(resource, cluster), highest_) + 1;
}

void LoneShare::tell(std::vector<SharedForecast> forecasts) {
  const std::lock_guard lock(lock_);
  forecasts_.clear();
  for (const auto& each : forecasts) forecasts_.insert_or_assign({each.resource, each.cluster}, each);
}

std::optional<SharedForecast> LoneShare::forecast(std::uint64_t resource, std::string_view cluster) const {
  const std::lock_guard lock(lock_);
  const auto at = forecasts_.find({resource, std::string(cluster)});
  return at == forecasts_.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace

std::unique_ptr<MirrorShare> make_lone_share(const Clock& clock) { return std::make_unique<LoneShare>(clock); }

}  // namespace harbinger::mirror
