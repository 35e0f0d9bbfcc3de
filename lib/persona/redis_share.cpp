#include <sys/eventfd.h>
#include <unistd.h>

#include <harbinger/random.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "base/calendar.h"
#include "base/signals.h"
#include "persona/redis_link.h"
#include "persona/share.h"
#include "persona/share_codec.h"
#include "persona/share_queue.h"
#include "persona/share_reader.h"
#include "persona/share_script.h"
#include "persona/share_writer.h"

namespace harbinger::persona {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr UnixMillis kProfileKept = milliseconds(1h).count();
// Tokens live 15 minutes at most. An assignment that is over already, because it takes another back, has to be heard all the same.
constexpr UnixMillis kLongestAssignment = milliseconds(1h).count(), kShortestAssignment = milliseconds(1s).count();
constexpr std::size_t kMostProfile = std::size_t{64} << 10, kMostTable = std::size_t{64} << 20;

class RedisShare final : public Share {
 public:
  RedisShare(const RedisUrl& url, const RedisSettings& settings, const Clock& clock, const Logger& log);
  ~RedisShare() override;

  void publish(const PersonaAssignment& assignment) override;
  void publish_client(ClientKey client, std::span<const std::uint8_t> profile) override;
  void publish_table(const std::string& name, std::uint64_t version, std::span<const std::uint8_t> octets) override;
  void look_up(ClientKey client, std::function<void(Known)> done) override;
  void watch(Watcher watcher) override;
  State state() const override;

 private:
  // What callers leave for the thread.
  struct Inbox {
    std::vector<ShareReader::Question> questions;
    std::vector<Watcher> watchers;
    bool stop = false;
  };

  ShareItem item_of(ValueKind kind, std::uint64_t stamp, std::span<const std::uint8_t> body) const;
  std::uint64_t next_stamp();
  void wake();
  void run();
  void take_inbox();
  void wait_for_events();
  bool finished(MonotonicTime now);
  void became_ready();
  void was_lost();
  void newer(const ShareItem& ours, std::string_view theirs);
  void tell_state();

  const RedisSettings settings_;
  const Clock& clock_;
  const Logger log_;
  const std::uint64_t publisher_ = system_random().next();
  const int wakes_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  std::atomic<bool> woken_{false};
  std::atomic<std::uint64_t> last_stamp_{0}, too_large_{0};
  ShareQueue queue_;

  mutable std::mutex mutex_;
  Inbox inbox_;
  std::map<std::string, ShareItem> own_tables_;  // the newest of each, while nobody has a newer one
  State state_;

  // The thread's own.
  ShareReader reader_;
  ShareWriter writer_;
  RedisLink link_;
  std::vector<pollfd> polled_;
  std::string told_trouble_;
  bool stopping_ = false;
  MonotonicTime stop_at_ = kNever;
  std::thread thread_;
};

RedisShare::RedisShare(const RedisUrl& url, const RedisSettings& settings, const Clock& clock, const Logger& log)
    : settings_(settings),
      clock_(clock),
      log_(log),
      queue_(settings.queue),
      reader_(settings.prefix, publisher_, settings.queue, clock, log),
      writer_(queue_, settings.prefix, publisher_,
              [this](const ShareItem& ours, std::string_view theirs) { newer(ours, theirs); }),
      link_(url,
            {.patience = settings.patience,
             .channels = {settings.prefix + "assigned", settings.prefix + "tables"},
             .script = std::string(kWriteNewest)},
            {.ready = [this] { became_ready(); },
             .lost = [this] { was_lost(); },
             .pushed = [this](auto channel, auto text) { reader_.pushed(channel, text, link_); }}) {
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

// Grows by itself, so that of two values made in one microsecond the later one is newer.
std::uint64_t RedisShare::next_stamp() {
  const auto now = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.calendar().time_since_epoch()).count());
  std::uint64_t last = last_stamp_, next = 0;
  do next = std::max(now, last + 1);
  while (!last_stamp_.compare_exchange_weak(last, next));
  return next;
}

ShareItem RedisShare::item_of(ValueKind kind, std::uint64_t stamp, std::span<const std::uint8_t> body) const {
  ShareItem item;
  item.kind = kind;
  item.stamp = stamp;
  item.value = seal_value(kind, {.stamp = stamp, .publisher = publisher_, .body = body});
  return item;
}

void RedisShare::publish(const PersonaAssignment& assignment) {
  const std::string body = encode_assignment(assignment);
  ShareItem item =
      item_of(ValueKind::assignment, next_stamp(), {reinterpret_cast<const std::uint8_t*>(body.data()), body.size()});
  const UnixMillis now = calendar_ms(clock_);
  item.client = assignment.client;
  item.until = std::clamp(assignment.expires, now + kShortestAssignment, now + kLongestAssignment);
  queue_.put(std::move(item));
  wake();
}

void RedisShare::publish_client(ClientKey client, std::span<const std::uint8_t> profile) {
  if (profile.size() > kMostProfile) {
    ++too_large_;
    return;
  }
  ShareItem item = item_of(ValueKind::profile, next_stamp(), profile);
  item.client = client;
  item.until = calendar_ms(clock_) + kProfileKept;
  queue_.put(std::move(item));
  wake();
}

void RedisShare::publish_table(const std::string& name, std::uint64_t version, std::span<const std::uint8_t> octets) {
  if (octets.size() > kMostTable || !is_table_name(name)) {
    ++too_large_;
    return log_.warning("table", "a table that is larger than 64 MiB, or has a name beyond [a-z0-9_.-], is not shared");
  }
  ShareItem item = item_of(ValueKind::table, version, octets);
  item.name = name;
  {
    const std::lock_guard lock(mutex_);
    ShareItem& own = own_tables_[name];
    if (!own.value.empty() && own.stamp > version) return;
    own = item;
  }
  queue_.put(std::move(item));
  wake();
}

void RedisShare::look_up(ClientKey client, std::function<void(Known)> done) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.questions.push_back({client, std::move(done)});
  }
  wake();
}

void RedisShare::watch(Watcher watcher) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.watchers.push_back(std::move(watcher));
  }
  wake();
}

Share::State RedisShare::state() const {
  State state;
  {
    const std::lock_guard lock(mutex_);
    state = state_;
  }
  state.written = writer_.written();
  state.waiting = queue_.waiting();
  state.lost = queue_.lost() + writer_.refused() + too_large_;
  return state;
}

void RedisShare::wake() {
  if (woken_.exchange(true)) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto done = write(wakes_, &one, sizeof one);
}

void RedisShare::run() {
  while (true) {
    const MonotonicTime now = clock_.now();
    const UnixMillis calendar = calendar_ms(clock_);
    link_.advance(polled_, now);
    // Who looks a client up and publishes its profile after that asks for what was there before: questions are fetched later than what is to be
    // written, and sent earlier.
    writer_.take(link_, now, calendar);
    take_inbox();
    reader_.advance(link_);
    writer_.send(link_, now, calendar);
    tell_state();
    if (finished(now)) break;
    wait_for_events();
  }
  link_.close();
  reader_.lost();
}

void RedisShare::take_inbox() {
  Inbox taken;
  {
    const std::lock_guard lock(mutex_);
    std::swap(taken, inbox_);
  }
  if (!taken.watchers.empty()) {
    for (Watcher& watcher : taken.watchers) reader_.watchers().add(std::move(watcher));
    reader_.read_tables(link_);
  }
  reader_.look_up(std::move(taken.questions), link_);
  if (!taken.stop) return;
  stopping_ = true;
  stop_at_ = clock_.now() + settings_.patience;
}

// What waits is written yet, if Redis is there and takes it within the patience.
bool RedisShare::finished(MonotonicTime now) {
  const bool away = !link_.ready() && !link_.trouble().empty();
  return stopping_ && (now >= stop_at_ || away || queue_.waiting() == 0);
}

void RedisShare::wait_for_events() {
  polled_.assign(1, pollfd{wakes_, POLLIN, 0});
  link_.collect(polled_);
  const Duration rest = std::min({link_.due(), writer_.due(), stop_at_}) - clock_.now();
  const auto ms = std::chrono::ceil<milliseconds>(std::clamp<Duration>(rest, 0ns, 1s)).count();
  if (poll(polled_.data(), polled_.size(), static_cast<int>(ms)) < 0) polled_.clear();
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = read(wakes_, &count, sizeof count);
  // Before the inbox is looked into: whoever comes later wakes us again.
  woken_ = false;
}

// Tables first, and ours before theirs are read: a Redis that came back empty, or lost the last writes in a fail-over, gets them again.
void RedisShare::became_ready() {
  std::vector<ShareItem> tables;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, item] : own_tables_) tables.push_back(item);
  }
  queue_.put_if_missing(std::move(tables));
  reader_.read_tables(link_);
}

void RedisShare::was_lost() {
  writer_.lost();
  reader_.lost();
}

void RedisShare::newer(const ShareItem& ours, std::string_view theirs) {
  if (ours.kind == ValueKind::table) {
    const std::lock_guard lock(mutex_);
    const auto own = own_tables_.find(ours.name);
    if (own != own_tables_.end() && own->second.stamp <= ours.stamp) own_tables_.erase(own);
  }
  reader_.newer(ours.kind, ours.name, theirs);
}

void RedisShare::tell_state() {
  const std::string trouble = link_.ready() ? writer_.trouble() : link_.trouble();
  const std::string master = link_.master();
  std::string before;
  {
    const std::lock_guard lock(mutex_);
    state_.connected = link_.ready();
    state_.failovers = link_.failovers();
    before = std::exchange(state_.master, master);
    state_.trouble = trouble;
  }
  if (trouble != told_trouble_ && !trouble.empty()) log_.warning("trouble", trouble);
  if (master != before && !master.empty()) log_.info("master", "shares with " + master);
  told_trouble_ = trouble;
}

}  // namespace

Result<std::unique_ptr<Share>> make_redis_share(const RedisSettings& settings, const Clock& clock, const Logger& log) {
  auto url = parse_redis_url(settings.url);
  if (!url) return fail(url.error());
  return std::make_unique<RedisShare>(*url, settings, clock, log);
}

}  // namespace harbinger::persona
