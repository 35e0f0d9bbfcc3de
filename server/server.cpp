#include <harbinger/server.h>

#include <pthread.h>
#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <harbinger/net.h>
#include <harbinger/responder.h>
#include <harbinger/version.h>
#include <harbinger/worker.h>

#include "server/background.h"
#include "server/listening.h"
#include "server/process.h"
#include "server/retired.h"
#include "server/wishes.h"

namespace harbinger {

using namespace server;
using namespace std::chrono_literals;

namespace {

constexpr auto kLastQueries = 5s;     // for those in work when listening has ended
constexpr auto kTidyInterval = 50ms;  // while replaced chains still have queries

}  // namespace

struct Server::Impl {
  explicit Impl(Options options);
  ~Impl();

  std::expected<void, config::Errors> start();
  std::expected<void, config::Errors> reload();

  World make_world();
  std::expected<config::File, config::Errors> load() const;
  std::expected<void, config::Errors> replace(const config::File& file);
  void refresh_plugins();
  void guarded(const std::function<void()>& work) const;
  void warn_about_fixed(const ServerConfig& next) const;
  void log_errors(std::string_view what, const config::Errors& errors) const;

  void control();
  void shut_down(bool at_once);
  bool hurried(std::chrono::milliseconds limit);
  void finish_queries();

  const Options options;
  Metrics metrics;
  const Counters counters{metrics};
  const Counter reloads_done, reloads_failed;
  LogSink& sink;
  const Logger log;
  Wishes wishes;
  Background background;
  const std::unique_ptr<Exchange> exchange;
  const World world;
  std::unique_ptr<Responder> responder;
  std::atomic<Responder*> told_of_changes{nullptr};  // plugins may start to talk before there is a responder
  std::optional<Listening> listening;
  std::atomic<Listening*> has_workers{nullptr};  // likewise

  mutable std::mutex mutex;  // guards what a reload replaces, and lets one reload run at a time
  std::shared_ptr<const ChainSet> current;
  RetiredChains retired;

  std::atomic<bool> stopping{false};
  std::mutex stopped_mutex;
  std::condition_variable stopped_changed;
  bool stopped = false;
  std::optional<SignalHandlers> signals;
  std::thread control_thread;
};

Server::Impl::Impl(Options given)
    : options(std::move(given)),
      reloads_done(metrics.counter("harbinger_reloads_total", "Reloads by outcome.", {{"outcome", "done"}})),
      reloads_failed(metrics.counter("harbinger_reloads_total", "Reloads by outcome.", {{"outcome", "failed"}})),
      sink(options.log ? *options.log : null_log_sink()),
      log(sink, "harbinger"),
      exchange(make_exchange({.random = &system_random(), .metrics = &metrics})),
      world(make_world()) {}

Server::Impl::~Impl() {
  if (control_thread.joinable()) {
    wishes.add(Wishes::kStopNow);
    control_thread.join();
  }
  background.stop();
}

World Server::Impl::make_world() {
  World made;
  made.log = &sink;
  made.metrics = &metrics;
  made.clock = &system_clock();
  made.random = &system_random();
  made.exchange = exchange.get();
  made.default_port = options.default_port;
  made.in_background = [this](std::function<void()> work) {
    background.run([this, work = std::move(work)] { guarded(work); });
  };
  made.ask_server = [this](std::string_view wish) {
    // Questions rather than wishes: for those who tell whether we are ready, and those who call others here.
    if (wish == "stopping") return stopping.load();
    if (wish == "starting") return has_workers.load() == nullptr;
    if (wish != "reload") return false;
    wishes.add(Wishes::kReload);
    return true;
  };
  made.answers_changed = [this](std::uint32_t chain, const Name& name) {
    if (auto* told = told_of_changes.load()) told->answers_changed(chain, name);
  };
  made.answers_changed_all = [this](std::uint32_t chain) {
    if (auto* told = told_of_changes.load()) told->answers_changed_all(chain);
  };
  made.resolve_ahead = [this](std::shared_ptr<const Chain> chain, const AheadQuestion& question,
                              std::function<void(const AheadAnswer&)> done) {
    auto* workers = has_workers.load();
    if (!workers || stopping) return false;
    workers->post([this, chain = std::move(chain), question, done = std::move(done)]() mutable {
      responder->resolve_ahead(chain, question, std::move(done));
    });
    return true;
  };
  return made;
}

std::expected<config::File, config::Errors> Server::Impl::load() const {
  if (options.config_text) return config::parse(*options.config_text, options.config);
  return config::load(options.config);
}

std::expected<void, config::Errors> Server::Impl::start() {
  raise_file_limit();
  const auto file = load();
  if (!file) return std::unexpected(file.error());
  auto set = build_chains(*file, options.plugins, world);
  if (!set) return std::unexpected(std::move(set.error()));

  const auto& config = (*set)->server;
  responder = std::make_unique<Responder>(world, config);
  told_of_changes = responder.get();
  const auto workers = std::min(config.workers ? config.workers : usable_processors(), kMaxWorkers);
  listening.emplace(workers, *responder, counters, config, log);
  auto opened = listening->open_missing(**set);
  if (!opened) {
    background.stop();  // before the plugins that it works for
    return std::unexpected(std::move(opened.error()));
  }

  if (options.handle_signals) signals.emplace(wishes);
  current = std::move(*set);
  listening->follow(*current, std::move(*opened));
  has_workers = &*listening;
  control_thread = std::thread([this] { control(); });
  return {};
}

std::expected<void, config::Errors> Server::Impl::reload() {
  const std::lock_guard guard(mutex);
  if (stopping) return std::unexpected(config::Errors{{ErrorCode::conflict, "the server is stopping"}});

  std::expected<void, config::Errors> done;
  if (const auto file = load(); !file) {
    done = std::unexpected(file.error());
  } else if (fingerprint_of(*file) == current->fingerprint) {
    refresh_plugins();
    log.info("reload", "configuration unchanged; plugins look at their files again");
  } else {
    done = replace(*file);
    if (done) log.info("reload", "new configuration in use");
  }
  if (!done) log_errors("reload failed, the old configuration stays: ", done.error());
  (done ? reloads_done : reloads_failed).add();
  wishes.add(Wishes::kTidyUp);
  return done;
}

void Server::Impl::refresh_plugins() {
  for (const auto& chain : current->chains)
    for (const auto& plugin : chain->plugins()) guarded([&plugin] { plugin->refresh(); });
}

// An exception leaving a plugin is the plugin's bug, and no reason to end the process.
void Server::Impl::guarded(const std::function<void()>& work) const {
  try {
    work();
  } catch (const std::exception& error) {
    log.error("exception", std::string("a plugin threw: ") + error.what());
  }
}

// Everything that can fail comes first.
std::expected<void, config::Errors> Server::Impl::replace(const config::File& file) {
  auto set = build_chains(file, options.plugins, world);
  if (!set) return std::unexpected(std::move(set.error()));
  auto opened = listening->open_missing(**set);
  if (!opened) return std::unexpected(std::move(opened.error()));

  warn_about_fixed((*set)->server);
  listening->follow(**set, std::move(*opened));
  retired.add(std::exchange(current, std::move(*set)));
  return {};
}

void Server::Impl::warn_about_fixed(const ServerConfig& next) const {
  const auto& now = current->server;
  if (next.workers != now.workers || next.cache_size != now.cache_size || next.query_timeout != now.query_timeout ||
      next.max_udp_size != now.max_udp_size)
    log.warning("fixed",
                "workers, cache_size, query_timeout and max_udp_size change at the next start, not by a reload");
}

// Each line is a cause of its own, so that none is held back.
void Server::Impl::log_errors(std::string_view what, const config::Errors& errors) const {
  for (const auto& error : errors) {
    const auto line = std::string(what) + error.to_string();
    log.error(line, line);
  }
}

void Server::Impl::control() {
  ::pthread_setname_np(::pthread_self(), "control");
  for (;;) {
    bool waiting;
    {
      const std::lock_guard guard(mutex);
      retired.tidy_up();
      waiting = !retired.empty();
    }
    const auto wish = wishes.take(waiting ? std::optional<std::chrono::milliseconds>(kTidyInterval) : std::nullopt);
    if (wish & (Wishes::kStop | Wishes::kStopNow)) return shut_down(wish & Wishes::kStopNow);
    if (wish & Wishes::kReload) (void)reload();
  }
}

void Server::Impl::shut_down(bool at_once) {
  stopping = true;
  std::unique_lock lock(mutex);  // a reload under way ends first, and no other begins
  const auto lameduck = current->server.lameduck;
  lock.unlock();
  if (!at_once && lameduck > 0ms) {
    log.info("stop", "stopping; goes on answering for " + std::to_string(lameduck.count()) + " ms");
    at_once = hurried(lameduck);
  }
  listening->close_all();
  if (!at_once) finish_queries();
  background.stop();
  lock.lock();
  listening->stop();
  retired.add(std::move(current));
  retired.end_all();
  lock.unlock();
  log.info("stop", "stopped");

  const std::lock_guard stopped_guard(stopped_mutex);
  stopped = true;
  stopped_changed.notify_all();
}

// Lets the time pass; true when somebody wants the stop at once meanwhile.
bool Server::Impl::hurried(std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left <= 0ms) return false;
    if (wishes.take(left) & (Wishes::kStop | Wishes::kStopNow)) return true;
  }
}

void Server::Impl::finish_queries() {
  const auto end = std::chrono::steady_clock::now() + kLastQueries;
  const auto in_work = [this] { return responder->in_flight() > 0 || listening->connections() > 0; };
  while (in_work() && std::chrono::steady_clock::now() < end)
    if (hurried(2ms)) return;
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

std::expected<std::unique_ptr<Server>, config::Errors> Server::start(Options options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (auto started = impl->start(); !started) return std::unexpected(std::move(started.error()));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

void Server::wait() {
  std::unique_lock lock(impl_->stopped_mutex);
  impl_->stopped_changed.wait(lock, [this] { return impl_->stopped; });
}

void Server::stop() { impl_->wishes.add(Wishes::kStop); }

std::expected<void, config::Errors> Server::reload() { return impl_->reload(); }

std::vector<ListenAddress> Server::addresses() const {
  const std::lock_guard guard(impl_->mutex);
  return impl_->listening->addresses();
}

Metrics& Server::metrics() { return impl_->metrics; }

}  // namespace harbinger
