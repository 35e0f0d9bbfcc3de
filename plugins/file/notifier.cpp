#include "plugins/file/notifier.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <list>
#include <mutex>
#include <thread>

#include "plugins/file/notify_message.h"
#include "plugins/file/notify_plan.h"
#include "plugins/file/notify_socket.h"
#include "plugins/file/transfer_messages.h"

namespace harbinger::file {

namespace {

constexpr Duration kLookForStart = std::chrono::milliseconds(50);
constexpr Duration kForever = std::chrono::hours(1);

// Counts in a metric that exists for each zone and server.
struct NotifyCounters {
  Counter answered, refused, unanswered;

  NotifyCounters() = default;
  NotifyCounters(Metrics& metrics, const Name& zone, const SocketAddress& server) {
    const auto counter = [&](const char* result) {
      return metrics.counter("harbinger_file_notifies_total", "Changes of zones that other servers were told of.",
                             {{"zone", zone.to_string()}, {"server", server.to_string()}, {"result", result}});
    };
    answered = counter("answered");
    refused = counter("refused");
    unanswered = counter("unanswered");
  }
};

// One zone and one server that is told of it. Used by the notifier's thread, but for what its lock guards.
struct Telling {
  Record soa;
  SocketAddress server;
  std::shared_ptr<const TsigKey> key;
  NotifyPlan plan;
  NotifySocket socket;
  std::uint16_t id = 0;
  std::optional<TsigClient> signing;
  NotifyCounters counters;

  std::string words() const { return "zone " + soa.name.to_string() + ": " + server.to_string(); }
};

class ThreadNotifier final : public Notifier {
 public:
  ThreadNotifier(std::vector<NotifyTarget> targets, const TsigKeys& keys, const PluginContext& context)
      : targets_(std::move(targets)),
        keys_(keys),
        context_(context),
        wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        thread_([this] { run(); }) {}
  ~ThreadNotifier() override {
    {
      const std::lock_guard guard(lock_);
      stopped_ = true;
    }
    wake();
    thread_.join();
    ::close(wake_);
  }

  void changed(const Record& soa) override {
    {
      const std::lock_guard guard(lock_);
      std::erase_if(changed_, [&](const Record& other) { return other.name == soa.name; });
      changed_.push_back(soa);
    }
    wake();
  }

 private:
  MonotonicTime now() const { return context_.clock->now(); }
  void wake() const { ::eventfd_write(wake_, 1); }

  // Whoever is told comes at once, and may stay away for long when nobody is here.
  bool served() const {
    const bool all_started = !context_.siblings || !context_.siblings().empty();
    return all_started && !(context_.ask_server && context_.ask_server("starting"));
  }

  void run() {
    Duration pause{};
    while (!waited_and_stopped(pause)) {
      started_ = started_ || served();
      pause = kLookForStart;
      if (!started_) continue;
      take_changes();
      hear();
      for (Telling& telling : tellings_) go_on(telling);
      pause = until_next();
    }
  }

  // Until somebody answers, something changed, or the pause is over.
  bool waited_and_stopped(Duration pause) {
    std::vector<pollfd> watched{{wake_, POLLIN, 0}};
    for (const Telling& telling : tellings_)
      if (telling.socket.descriptor() >= 0) watched.push_back({telling.socket.descriptor(), POLLIN, 0});
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(pause).count();
    ::poll(watched.data(), watched.size(), static_cast<int>(ms));
    eventfd_t ignored;
    ::eventfd_read(wake_, &ignored);
    const std::lock_guard guard(lock_);
    return stopped_;
  }

  Duration until_next() const {
    Duration pause = kForever;
    for (const Telling& telling : tellings_)
      if (const auto next = telling.plan.next()) pause = std::min(pause, *next - now());
    return std::max(pause, Duration{});
  }

  void take_changes() {
    std::vector<Record> changed;
    {
      const std::lock_guard guard(lock_);
      changed.swap(changed_);
    }
    for (const Record& soa : changed)
      for (const NotifyTarget& target : targets_) {
        Telling& telling = telling_of(soa, target);
        telling.soa = soa;
        telling.plan.changed(now());
      }
  }

  Telling& telling_of(const Record& soa, const NotifyTarget& target) {
    for (Telling& telling : tellings_)
      if (telling.soa.name == soa.name && telling.server == target.server.address) return telling;
    Telling& fresh = tellings_.emplace_back();
    fresh.server = target.server.address;
    if (target.key) fresh.key = keys_.find(*target.key);
    if (context_.metrics) fresh.counters = NotifyCounters(*context_.metrics, soa.name, fresh.server);
    return fresh;
  }

  void go_on(Telling& telling) {
    if (telling.plan.due(now())) send(telling);
    if (!telling.plan.given_up(now())) return;
    telling.socket.close();
    telling.counters.unanswered.add();
    context_.log.warning("notify", telling.words() + " did not answer that the zone changed; it will look by itself");
  }

  void send(Telling& telling) {
    telling.id = static_cast<std::uint16_t>(context_.random->next());
    telling.signing.reset();
    if (telling.key) telling.signing.emplace(telling.key);
    const auto message = notify_message(telling.id, telling.soa, telling.signing ? &*telling.signing : nullptr,
                                        tsig_time(*context_.clock));
    telling.plan.sent(now());
    if (message) telling.socket.send(telling.server, *message);
  }

  void hear() {
    for (Telling& telling : tellings_)
      while (const auto datagram = telling.socket.receive()) hear(telling, *datagram);
  }

  void hear(Telling& telling, std::span<const std::uint8_t> datagram) {
    const auto rcode = notify_answer(datagram, telling.id, telling.soa.name);
    if (!rcode) return;
    if (telling.signing) {
      const auto believed = telling.signing->verify(datagram, tsig_time(*context_.clock));
      if (!believed && *rcode == Rcode::NOERROR)
        return context_.log.warning("notify", telling.words() + ": answer not believed: " + believed.error().message);
    }
    telling.plan.answered();
    telling.socket.close();
    if (*rcode == Rcode::NOERROR) return telling.counters.answered.add();
    telling.counters.refused.add();
    context_.log.warning("notify", telling.words() + " does not want to know that it changed: " + to_string(*rcode));
  }

  const std::vector<NotifyTarget> targets_;
  const TsigKeys keys_;
  const PluginContext context_;
  const int wake_;
  std::list<Telling> tellings_;
  bool started_ = false;

  std::mutex lock_;  // guards what is below
  std::vector<Record> changed_;
  bool stopped_ = false;
  std::thread thread_;  // last, so that it ends first
};

}  // namespace

std::unique_ptr<Notifier> Notifier::make(std::vector<NotifyTarget> targets, const TsigKeys& keys,
                                         const PluginContext& context) {
  if (targets.empty()) return nullptr;
  return std::make_unique<ThreadNotifier>(std::move(targets), keys, context);
}

}  // namespace harbinger::file
