#include <harbinger/foresight.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <numeric>

#include <harbinger/secret_file.h>

#include "base/calendar.h"
#include "learn/foresight_impl.h"

namespace harbinger {

namespace {

using namespace std::chrono_literals;

constexpr Duration kPause = 5ms;
constexpr Duration kPublishEvery = 1s;
// A snapshot may take this share of the learning thread's time.
constexpr int kSnapshotShare = 100;
// Who listens acts on what it hears, so it hears all while at least one access of so many is judged, and then of those that are.
constexpr std::uint32_t kTellThough = 64;
// Of the journal, what the planner of resolutions ahead is taught again.
constexpr UnixMillis kRhythmsMs = 3'600'000;
// Accesses after which the load is looked at; so many are learnt together at most.
constexpr std::size_t kTogether = 256;
// Suggestions that wait for the learning thread.
constexpr std::size_t kMostSuggested = 4096;
// Of a long journal, the first so many accesses are all judged, later ones seldom: the server waits for its foresight.
constexpr std::uint64_t kReadThoroughly = 32'768;
constexpr std::uint32_t kReadQuickly = 64;

Secret secret_of(const std::optional<AccessHistory::Settings>& journal) {
  if (journal) {
    const auto file = journal->key_file.empty() ? journal->directory / "key" : journal->key_file;
    if (const auto kept = read_secret(file)) return *kept;
  }
  return process_secret();
}

}  // namespace

Foresight::Impl::Impl(const Settings& given_settings, const World& given_world)
    : settings(given_settings),
      world(given_world),
      recent(settings.recent),
      happened(settings.ring),
      given(1024),
      load_guard(settings.most_time),
      metrics(*world.metrics),
      model(make_sequence_model(settings.model)),
      refresher(settings.planner),
      snapshot_pause(settings.snapshot_every) {
  read_offset();
}

Foresight::Impl::~Impl() {
  thread.reset();
  const std::lock_guard guard(busy);
  if (!started) return;
  work();
  const auto now = world.clock->now();
  if (history) history->tend(calendar(now), true);
  save_if_due(now, true);
}

Result<void> Foresight::Impl::start() {
  for (const auto& file : settings.manifests) {
    std::ifstream in(file);
    if (!in) return fail(ErrorCode::not_found, "cannot read the manifest", {file.string()});
    const std::string text(std::istreambuf_iterator<char>(in), {});
    if (!fragments) fragments.emplace();
    if (auto added = fragments->add_manifest(text); !added) {
      auto error = added.error();
      if (error.position.file.empty()) error.position.file = file.string();
      return fail(error);
    }
  }
  if (fragments) fragment_model.emplace(*fragments);
  if (settings.journal) {
    auto opened = open_access_history(*settings.journal, calendar(world.clock->now()));
    if (!opened) return fail(opened.error());
    history = std::move(*opened);
    for (const auto& damage : history->opened().damage) world.log.warning("journal", "damaged and cut: " + damage);
    snapshots.emplace(settings.journal->directory, world.log);
    published.loading = true;
  } else {
    loaded = true;
  }
  keys.emplace(secret_of(settings.journal));
  last_snapshot = last_publish = world.clock->now();
  started = true;
  thread.emplace(kPause, [this] {
    const std::lock_guard lock(busy);
    load_guard.measure([this] { work(); });
  });
  return {};
}

void Foresight::Impl::read_offset() {
  const auto unix = calendar_ms(*world.clock);
  offset_ms.store(unix - world.clock->now().ns / 1'000'000, std::memory_order_relaxed);
}

// Off the start: a server answers before its model is there.
void Foresight::Impl::load() {
  loaded = true;
  const auto since = snapshots->load(*model);
  const auto rhythms = calendar(world.clock->now()) - kRhythmsMs;
  std::uint64_t count = 0;
  const auto read = history->read(since ? std::min(*since + 1, rhythms) : 0, [&](const Access& access) {
    if (access.type != 0 && access.at >= rhythms) refresher.remember(access);
    if (since && access.at <= *since) return;
    model->judge_every(count < kReadThoroughly ? 1 : kReadQuickly);
    learn(access);
    ++count;
  });
  if (!read) world.log.warning("journal", "cannot be read again: " + read.error().message);
  world.log.info("loaded",
                 (since ? "a snapshot and " : "no snapshot and ") + std::to_string(count) + " later accesses");
}

void Foresight::Impl::work() {
  if (!loaded) load();
  read_offset();
  given.drain([this](const Given& hint) {
    for (std::size_t i = 0; i < hint.count; ++i) hints.hinted(hint.client, hint.resources[i], hint.at);
  });
  batch.clear();
  happened.drain([this](const Happened& each) { batch.push_back(each); });
  sort_batch();
  for (std::size_t at = 0; at < order.size(); ++at) {
    if (at % kTogether == 0) {
      learn_waiting();
      load_guard.lap();
      model->judge_every(load_guard.judge_every());
    }
    take_in(batch[order[at]], ++taken_in % load_guard.judge_every() == 0);
  }
  learn_waiting();
  take_suggestions();
  metrics.accesses.add(batch.size());
  tend(world.clock->now());
}

// After the accesses: what they taught goes first.
void Foresight::Impl::take_suggestions() {
  std::vector<Suggested> all;
  {
    const std::lock_guard guard(suggestion_lock);
    all.swap(suggested);
  }
  for (const auto& each : all) model->suggest(each.context, each.persona, each.successors);
}

// The workers' rings are read one after the other; a client's accesses go by time.
void Foresight::Impl::sort_batch() {
  order.resize(batch.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::stable_sort(order, {}, [this](std::uint32_t i) { return batch[i].at; });
}

void Foresight::Impl::take_in(const Happened& each, bool judged) {
  auto access = each.access(calendar(each.at));
  if (access.type != 0) {
    auto asked = access;
    if (each.manner.from_cache) asked.outcome = Outcome::from_cache;
    refresher.asked(asked, each.manner.variant);
  }
  if (fragments) access.resource = canonical(access.resource);
  if (history) history->append(access);
  if (access.client == 0 || access.outcome > Outcome::from_cache) {
    latest = access.at;
    return;
  }
  const auto hash = resource_hash(access.resource);
  hints.wanted(access.client, hash, each.at);
  judge.score(access.client, hash, each.at);
  learn_later(access);
  const bool told = expectations.heard() && (judged || load_guard.judge_every() <= kTellThough);
  if (judged || told) learn_waiting();
  judge.guess(access.client, hash, each.at, access.at, *model, judged);
  if (told) expectations.tell(access, each.at, *model, fragment_model ? &*fragment_model : nullptr);
}

// What is not there should never be hinted, and nobody in particular has no habits.
void Foresight::Impl::learn(const Access& access) {
  latest = access.at;
  if (access.client == 0 || access.outcome > Outcome::from_cache) return;
  model->learn(access);
  if (fragment_model) learn_fragment(access);
  ++learnt;
}

// Said one fragment early, so that it is there when the client asks for the next one.
void Foresight::Impl::learn_fragment(const Access& access) {
  if (!fragment_model->learn(access)) return;
  const auto ahead = fragment_model->ahead(access.client, access.at, 0, 2);
  if (ahead.size() < 2 || ahead[0].probability <= 0) return;
  appetites.expect(access.client, resource_hash(ahead[0].fragment.text()), ahead[1].probability / ahead[0].probability);
}

void Foresight::Impl::learn_later(const Access& access) {
  latest = access.at;
  waiting.push_back(access);
  if (fragment_model) learn_fragment(access);
  if (access.resource.data() == fragment.data()) learn_waiting();  // the next one needs its place
}

void Foresight::Impl::learn_waiting() {
  model->learn_all(waiting);
  learnt += waiting.size();
  waiting.clear();
}

std::string_view Foresight::Impl::canonical(std::string_view resource) {
  const auto found = fragments->locate(resource);
  if (!found || !found->range) return resource;
  fragment = fragment_text(found->resource, *found->range);
  return fragment;
}

void Foresight::Impl::tend(MonotonicTime now) {
  hints.tend(now);
  refresher.tend(now, calendar(now));
  if (history) history->tend(calendar(now));
  save_if_due(now, false);
  if (now - last_publish >= kPublishEvery || now < last_publish) publish(now);
}

void Foresight::Impl::save_if_due(MonotonicTime now, bool now_please) {
  if (!snapshots || !loaded || learnt == learnt_at_snapshot) return;
  if (!now_please && now - last_snapshot < snapshot_pause) return;
  const auto before = system_clock().now();
  const auto saved = snapshots->save(*model, latest);
  const auto took = system_clock().now() - before;
  last_snapshot = now;
  learnt_at_snapshot = learnt;
  snapshot_pause = std::max<Duration>(settings.snapshot_every, took * kSnapshotShare);
  if (!saved) world.log.warning("snapshot", "not written: " + saved.error().to_string());
  const std::lock_guard guard(state_lock);
  snapshot_trouble = saved ? "" : saved.error().message;
}

void Foresight::Impl::publish(MonotonicTime now) {
  last_publish = now;
  const auto rates = judge.rates(now);
  State state;
  state.accesses = learnt;
  state.dropped = happened.dropped();
  state.learnt_from = load_guard.share();
  state.model = model->size();
  state.judged = rates.steps;
  state.model_rate = rates.model();
  state.markov_rate = rates.markov();
  state.below_markov = rates.below_markov();
  if (history) state.journal = history->state();
  state.refresh = refresher.planner();
  metrics.update(hints.verdicts(), refresher.counts(), state.dropped);
  if (!state.journal.trouble.empty() && !disk_trouble)
    world.log.warning("journal", "learning goes on in memory: " + state.journal.trouble);
  if (state.below_markov && !was_below)
    world.log.warning("model", "the sequence model did worse than a Markov chain over the last hour");
  disk_trouble = !state.journal.trouble.empty();
  was_below = state.below_markov;
  const std::lock_guard guard(state_lock);
  published = std::move(state);
}

Foresight::Foresight(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
  impl_->metrics.show(*impl_->world.metrics, [impl = impl_.get()] {
    const std::lock_guard guard(impl->state_lock);
    return impl->published;
  });
}
Foresight::~Foresight() = default;

ClientKey Foresight::key_of(const IpAddress& client, MonotonicTime at) const noexcept {
  return impl_->keys->key_of(client, {}, impl_->calendar(at));
}
ClientKey Foresight::key_of(const IpAddress& client, const std::optional<ClientSubnet>& subnet,
                            MonotonicTime at) const noexcept {
  return impl_->keys->key_for(client, subnet, impl_->calendar(at));
}
const ClientKeys& Foresight::keys() const noexcept { return *impl_->keys; }

bool Foresight::accessed(const Access& access, std::uint64_t hash, MonotonicTime at, Manner manner) noexcept {
  if (access.resource.size() > Happened::kMostText) return false;
  if (!impl_->recent.note(access.client, hash, at)) {
    impl_->metrics.floods.add();
    return false;
  }
  if (!impl_->load_guard.takes(access.client)) {
    impl_->metrics.shed.add();
    return false;
  }
  return impl_->happened.push_with([&](Happened& happened) { happened.fill(access, at, manner); });
}

void Foresight::hinted(ClientKey client, std::span<const std::uint64_t> resources, MonotonicTime at) noexcept {
  impl_->given.push_with([&](Given& given) {
    given.at = at;
    given.client = client;
    given.count = static_cast<std::uint8_t>(std::min(resources.size(), Given::kMost));
    std::copy_n(resources.begin(), given.count, given.resources.begin());
  });
}

void Foresight::suggest(std::string_view context, PersonaId persona,
                        std::span<const std::pair<std::string, float>> successors) {
  const std::lock_guard guard(impl_->suggestion_lock);
  if (impl_->suggested.size() < kMostSuggested)
    impl_->suggested.push_back({std::string(context), persona, {successors.begin(), successors.end()}});
}

const ServedTable& Foresight::served() const noexcept { return impl_->model->served(); }
const RecentResources& Foresight::recent() const noexcept { return impl_->recent; }
float Foresight::goes_on(ClientKey client, std::uint64_t current) const noexcept {
  return impl_->appetites.after(client, current);
}
void Foresight::set_pressure(float pressure) noexcept {
  impl_->pressure.store(std::clamp(pressure, 0.0f, 1.0f), std::memory_order_relaxed);
}
float Foresight::pressure() const noexcept { return impl_->pressure.load(std::memory_order_relaxed); }

std::shared_ptr<void> Foresight::listen(Listener listener) {
  const std::lock_guard guard(impl_->busy);
  auto handle = impl_->expectations.add(std::move(listener));
  // Once the lock is held, no listener is being called.
  return {handle.get(), [impl = impl_.get(), handle](void*) mutable {
            const std::lock_guard wait(impl->busy);
            handle.reset();
          }};
}

std::shared_ptr<void> Foresight::listen_to_all(Listener listener) {
  return Expectations::add_to_all(std::move(listener));
}

std::shared_ptr<void> Foresight::resolve_with(Resolver resolver) {
  auto handle = impl_->refresher.add(std::move(resolver));
  // Once the lock is held, no resolver is being called.
  return {handle.get(), [impl = impl_.get(), handle](void*) mutable {
            const std::lock_guard wait(impl->busy);
            handle.reset();
          }};
}

void Foresight::catch_up() {
  const std::lock_guard guard(impl_->busy);
  impl_->work();
  impl_->publish(impl_->world.clock->now());
}

std::optional<Foresight::Why> Foresight::why(ClientKey client, std::string_view resource,
                                             std::chrono::milliseconds patience) {
  const std::unique_lock lock(impl_->busy, patience);
  if (!lock.owns_lock()) return std::nullopt;
  impl_->work();
  const auto at = impl_->calendar(impl_->world.clock->now());
  Why why;
  why.resource = resource_hash(resource);
  why.explanation = impl_->model->explain(client, at, resource);
  std::array<Guess, 8> guesses;
  const auto count = impl_->model->predict(client, at, guesses);
  for (std::size_t i = 0; i < count; ++i)
    why.likeliest.emplace_back(impl_->model->text(guesses[i].resource), guesses[i]);
  return why;
}

Foresight::State Foresight::state() const {
  const std::lock_guard guard(impl_->state_lock);
  return impl_->published;
}

std::vector<std::string> Foresight::notes() const {
  const auto now = state();
  std::vector<std::string> notes;
  if (now.loading) notes.emplace_back("what was learnt before is being loaded");
  if (now.below_markov)
    notes.push_back("the sequence model did worse than a Markov chain over the last hour: " +
                    std::to_string(now.model_rate) + " against " + std::to_string(now.markov_rate));
  if (!now.journal.trouble.empty()) notes.push_back("learning goes on in memory: " + now.journal.trouble);
  const std::lock_guard guard(impl_->state_lock);
  if (!impl_->snapshot_trouble.empty()) notes.push_back("no snapshot: " + impl_->snapshot_trouble);
  return notes;
}

}  // namespace harbinger
