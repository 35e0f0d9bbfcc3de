#include "mirror/redis_share.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include <harbinger/random.h>

#include "base/signals.h"
#include "mirror/redis_share_members.h"
#include "mirror/redis_share_parts.h"
#include "mirror/redis_share_reader.h"
#include "mirror/redis_share_writer.h"
#include "mirror/share_script.h"

namespace harbinger::mirror {

namespace {

using namespace std::chrono_literals;
using persona::kNever;
using std::chrono::milliseconds;

constexpr std::size_t kMostOrders = 4096;

// Two starts of a server are two members: what the first one meant to do counts for nothing any more.
std::string new_member(const std::string& name) { return name + '/' + std::to_string(system_random().next()); }

class RedisShare final : public MirrorShare {
 public:
  RedisShare(const persona::RedisUrl& url, const RedisShareSettings& settings, const RedisShareWorld& world);
  ~RedisShare() override;

  bool owns(std::uint64_t resource, std::string_view cluster, Duration margin) const override {
    return parts_.owns(resource, cluster, margin);
  }
  void write(const Publication& what, Publisher::Done done) override;
  std::vector<Publication> published() const override;
  std::shared_ptr<void> listen(std::function<void(const Publication&)> listener) override;
  std::uint64_t next_version(std::uint64_t resource, std::string_view cluster) const override;
  void tell(std::vector<SharedForecast> forecasts) override;
  std::optional<SharedForecast> forecast(std::uint64_t resource, std::string_view cluster) const override;
  State state() const override;

 private:
  // What callers leave for the thread.
  struct Inbox {
    std::vector<RedisShareWriter::Order> orders;
    std::optional<std::map<std::string, ForecastBatch>> forecasts;
    bool stop = false;
  };

  bool leave_order(RedisShareWriter::Order order);
  void wake();
  void run();
  void take_inbox();
  void end_publications();
  void begin_to_leave();
  void became_ready();
  void was_lost();
  void wait_for_events();

  mutable ShareParts parts_;
  const int wakes_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  std::atomic<bool> woken_{false};
  std::mutex mutex_;
  Inbox inbox_;

  // The thread's own.
  persona::RedisLink link_;
  RedisShareMembers members_{parts_, link_};
  RedisShareWriter writer_{parts_, link_, members_};
  RedisShareReader reader_{parts_, link_};
  std::vector<pollfd> polled_;
  MonotonicTime next_end_ = kNever, stop_at_ = kNever;
  bool stopping_ = false, gone_ = false;
  std::thread thread_;
};

RedisShare::RedisShare(const persona::RedisUrl& url, const RedisShareSettings& settings, const RedisShareWorld& world)
    : parts_{.settings = settings,
             .clock = world.clock,
             .log = world.log,
             .memory = {.lock = {}, .members = {new_member(settings.name), settings.lease}}},
      link_(url,
            {.patience = settings.patience,
             .channels = {parts_.key("publications"), parts_.key("forecasts")},
             .script = std::string(kShareScript)},
            {.ready = [this] { became_ready(); },
             .lost = [this] { was_lost(); },
             .pushed = [this](auto channel, auto text) { reader_.pushed(channel, text); }}) {
  parts_.memory.state.reachable = false;
  const AllSignalsBlocked blocked;
  thread_ = std::thread([this] { run(); });
}

RedisShare::~RedisShare() {
  {
    const std::lock_guard lock(mutex_);
    inbox_.stop = true;
  }
  wake();
  thread_.join();
  close(wakes_);
}

void RedisShare::write(const Publication& what, Publisher::Done done) {
  if (!leave_order({.what = what, .done = done}))
    return done(fail(ErrorCode::too_large, "too many publications wait to be written"));
  wake();
}

bool RedisShare::leave_order(RedisShareWriter::Order order) {
  const std::lock_guard lock(mutex_);
  if (inbox_.orders.size() >= kMostOrders) return false;
  inbox_.orders.push_back(std::move(order));
  return true;
}

std::vector<Publication> RedisShare::published() const {
  const std::lock_guard lock(parts_.memory.lock);
  return parts_.memory.publications.published(parts_.clock.now());
}

std::shared_ptr<void> RedisShare::listen(std::function<void(const Publication&)> listener) {
  return parts_.listeners.add(std::move(listener));
}

// The store's time as a floor: whatever was forgotten here, or by the store, had a lower one.
std::uint64_t RedisShare::next_version(std::uint64_t resource, std::string_view cluster) const {
  const std::lock_guard lock(parts_.memory.lock);
  const auto floor = std::max<std::int64_t>(1, parts_.memory.members.view().store_ms);
  return std::max(parts_.memory.publications.version(resource, cluster) + 1, static_cast<std::uint64_t>(floor));
}

void RedisShare::tell(std::vector<SharedForecast> forecasts) {
  auto batches = batches_of(std::move(forecasts));
  {
    const std::lock_guard lock(mutex_);
    inbox_.forecasts = std::move(batches);
  }
  wake();
}

std::optional<SharedForecast> RedisShare::forecast(std::uint64_t resource, std::string_view cluster) const {
  const std::lock_guard lock(parts_.memory.lock);
  return parts_.memory.forecasts.forecast(resource, cluster, parts_.clock.now());
}

MirrorShare::State RedisShare::state() const {
  const std::lock_guard lock(parts_.memory.lock);
  State state = parts_.memory.state;
  const auto& members = parts_.memory.members;
  if (parts_.clock.now() < members.until()) state.members = members.view().members;
  return state;
}

void RedisShare::wake() {
  if (woken_.exchange(true)) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto done = ::write(wakes_, &one, sizeof one);
}

void RedisShare::run() {
  while (!gone_ && parts_.clock.now() < stop_at_) {
    const MonotonicTime now = parts_.clock.now();
    link_.advance(polled_, now);
    if (!link_.ready() && !link_.trouble().empty()) parts_.trouble(link_.trouble());
    members_.advance(now);
    take_inbox();
    writer_.advance();
    reader_.advance(now);
    end_publications();
    begin_to_leave();
    if (!gone_) wait_for_events();
  }
  link_.close();
  take_inbox();  // is told that the link is away
  writer_.lost();
}

void RedisShare::take_inbox() {
  Inbox taken;
  {
    const std::lock_guard lock(mutex_);
    std::swap(taken, inbox_);
  }
  writer_.write(std::move(taken.orders));
  if (taken.forecasts) writer_.tell(std::move(*taken.forecasts));
  if (taken.stop) stop_at_ = parts_.clock.now() + parts_.settings.patience;
}

void RedisShare::end_publications() {
  std::vector<Publication> ended;
  {
    const std::lock_guard lock(parts_.memory.lock);
    ended = parts_.memory.publications.end(parts_.clock.now());
    next_end_ = parts_.memory.publications.next_end();
  }
  for (const auto& each : ended) parts_.listeners.tell(each);
}

void RedisShare::begin_to_leave() {
  if (stop_at_ == kNever || std::exchange(stopping_, true)) return;
  members_.leave([this] { gone_ = true; }, parts_.clock.now());
}

void RedisShare::became_ready() {
  {
    const std::lock_guard lock(parts_.memory.lock);
    parts_.memory.state.reachable = true;
  }
  members_.soon();
  reader_.begin(parts_.clock.now());
  writer_.tell_again();
}

void RedisShare::was_lost() {
  {
    const std::lock_guard lock(parts_.memory.lock);
    parts_.memory.state.reachable = false;
  }
  members_.lost();
  writer_.lost();
}

void RedisShare::wait_for_events() {
  polled_.assign(1, pollfd{wakes_, POLLIN, 0});
  link_.collect(polled_);
  const MonotonicTime members = link_.ready() ? members_.due() : kNever;
  const Duration rest = std::min({link_.due(), members, reader_.due(), next_end_, stop_at_}) - parts_.clock.now();
  const auto ms = std::chrono::ceil<milliseconds>(std::clamp<Duration>(rest, 0ns, 1s)).count();
  if (poll(polled_.data(), polled_.size(), static_cast<int>(ms)) < 0) polled_.clear();
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = read(wakes_, &count, sizeof count);
  // Before the inbox is looked into: whoever comes later wakes us again.
  woken_ = false;
}

bool is_member_name(std::string_view name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, good);
}

Result<void> check(const RedisShareSettings& settings) {
  if (!is_member_name(settings.name))
    return fail(ErrorCode::malformed,
                "a server's name is 1 to 64 of letters, digits and _.-, another one for each server");
  if (settings.lease < 300ms || settings.lease > 1h)
    return fail(ErrorCode::malformed, "the lease of a server is between 300 ms and an hour");
  if (settings.patience <= 0ms || settings.patience * 2 >= settings.lease)
    return fail(ErrorCode::malformed, "the patience with Redis is more than 0 and less than half the lease");
  return {};
}

}  // namespace

Result<std::unique_ptr<MirrorShare>> make_redis_share(const RedisShareSettings& settings,
                                                      const RedisShareWorld& world) {
  const auto url = persona::parse_redis_url(settings.url);
  if (!url) return fail(url.error());
  if (const auto good = check(settings); !good) return fail(good.error());
  return std::make_unique<RedisShare>(*url, settings, world);
}

}  // namespace harbinger::mirror
