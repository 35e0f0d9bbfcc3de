#include "provision/engine_core.h"

#include <algorithm>
#include <cctype>

#include <harbinger/random.h>
#include "base/calendar.h"

namespace harbinger::provision {

namespace {

constexpr Duration kKeepEvery = std::chrono::minutes(5);
constexpr std::size_t kNameInId = 14, kRandomInId = 16;

std::vector<std::string> names_of(const std::vector<PoolSettings>& pools) {
  std::vector<std::string> names;
  for (const auto& each : pools) names.push_back(each.what.name);
  return names;
}

std::vector<InstanceDesk::PoolRules> rules_of(const std::vector<PoolSettings>& pools,
                                              const std::map<std::string, std::unique_ptr<Provider>, std::less<>>& of) {
  std::vector<InstanceDesk::PoolRules> rules;
  for (const auto& each : pools) {
    const auto provider = std::distance(of.begin(), of.find(each.what.provider));
    rules.push_back({each, static_cast<std::uint16_t>(provider)});
  }
  return rules;
}

std::vector<InstanceDesk::ProviderRules> rules_of(
    const std::map<std::string, std::unique_ptr<Provider>, std::less<>>& providers) {
  std::vector<InstanceDesk::ProviderRules> rules;
  for (const auto& [name, provider] : providers) {
    const auto traits = provider->traits();
    rules.push_back({name, traits.most, traits.resizes});
  }
  return rules;
}

Evidence::Settings evidence_of(const ProvisioningEngine::Settings& settings) {
  return {.clients_without_proof = settings.budgets.clients_without_proof,
          .tags_per_client_hour = settings.budgets.tags_per_client_hour,
          .tags = settings.tags,
          .seed = system_random().next()};
}

// Where nothing else is said, a pool starts as its provider usually does.
PoolSizer::Settings sizing_of(const PoolSettings& pool, const ProviderTraits& traits) {
  auto sizing = pool.sizing;
  const auto usual = std::chrono::duration_cast<std::chrono::milliseconds>(traits.usual_start);
  if (sizing.start == PoolSizer::Settings().start && usual.count() > 0) sizing.start = usual;
  return sizing;
}

}  // namespace

EngineCore::EngineCore(ProvisioningEngine::Settings settings, ProvisioningEngine::World world,
                       std::unique_ptr<ProvisionJournal> journal, Hands hands)
    : settings_(std::move(settings)),
      world_(std::move(world)),
      journal_(std::move(journal)),
      hands_(std::move(hands)),
      metrics_(*world_.metrics, names_of(settings_.pools)),
      evidence_(evidence_of(settings_)),
      desk_(rules_of(settings_.pools, world_.providers), rules_of(world_.providers), settings_.budgets, {},
            [this](std::string_view pool) { return new_id(pool); }),
      disk_({.metrics = *world_.metrics,
             .prefix = "harbinger_provision",
             .log = world_.log,
             .meanwhile = "nothing new is started or given until it can be written",
             .tell = [this](const std::string& trouble) { desk_.journal(trouble); }}) {
  for (const auto& [name, provider] : world_.providers)
    providers_.push_back({.name = name, .provider = provider.get(), .traits = provider->traits()});
  const auto begin = now();
  for (const auto& each : settings_.pools) {
    const auto sizing = sizing_of(each, world_.providers.find(each.what.provider)->second->traits());
    sizers_.push_back({world_.sizers(sizing), sizing.step, begin + sizing.step});
  }
}

UnixMillis EngineCore::calendar() const { return calendar_ms(*world_.clock); }

// Unique, and with the pool's name in it for people.
std::string EngineCore::new_id(std::string_view pool) const {
  static constexpr std::string_view kLetters = "0123456789abcdefghjkmnpqrstvwxyz";
  std::string id(runs() ? "hb-" : DryRun::kPrefix);
  for (const char each : pool.substr(0, kNameInId))
    id += std::isalnum(static_cast<unsigned char>(each)) != 0 ? each : '-';
  id += '-';
  for (auto [left, number] = std::pair(kRandomInId, std::uint64_t{0}); left > 0; --left, number >>= 5) {
    if (left % 8 == 0) number = system_random().next();
    id += kLetters[number & 31];
  }
  return id;
}

Result<std::uint16_t> EngineCore::pool_named(std::string_view name) const {
  std::string words;
  for (std::size_t i = 0; i < settings_.pools.size(); ++i) {
    const auto& known = settings_.pools[i].what.name;
    if (known == name) return static_cast<std::uint16_t>(i);
    words.append(words.empty() ? "" : ", ").append(known);
  }
  return fail(ErrorCode::not_found, "no pool '" + std::string(name) + "'; there are " + words);
}

void EngineCore::wished(const WishEvent& event) {
  const bool nobody = event.wish.tag == 0 || event.wish.tag == kSharedTag || event.wish.pool >= sizers_.size();
  if (nobody || settings_.mode == Mode::off || desk_.touch(event.wish, now())) return;
  const auto verdict = evidence_.heard(event, now());
  if (verdict == Evidence::Verdict::too_few) return metrics_.too_few.add();
  if (verdict == Evidence::Verdict::client_spent) return metrics_.client_spent.add();
  const auto answer = desk_.want(event.wish, now());
  if (answer.arrived) sizers_[event.wish.pool].sizer->arrived(1, answer.missed ? 1 : 0);
}

void EngineCore::led(std::uint16_t pool, std::size_t lead, float count) {
  if (pool < sizers_.size() && lead < PoolSizer::kLeads && count > 0) sizers_[pool].sizer->led(lead, count);
}

void EngineCore::invalidate(std::uint64_t tag, std::optional<std::uint64_t> instead) {
  if (tag == 0 || tag == kSharedTag) return;
  if (instead && (*instead == 0 || *instead == kSharedTag || *instead == tag)) instead.reset();
  desk_.invalidate(tag, instead, now());
}

Result<ProvisioningEngine::Registration> EngineCore::ask_for(std::uint64_t tag, std::string_view pool) {
  const auto number = pool_named(pool);
  if (!number) return fail(number.error());
  if (tag == 0 || tag == kSharedTag) return fail(ErrorCode::malformed, "this is no tag's key");
  if (!runs()) return fail(ErrorCode::denied, "nothing is started in mode off or in a dry run");
  const Wish wish{tag, *number};
  const auto answer = desk_.want(wish, now());
  if (answer.given == InstanceDesk::Given::refused) return fail(ErrorCode::denied, answer.why);
  if (answer.arrived) sizers_[*number].sizer->arrived(1, answer.missed ? 1 : 0);
  act();
  const auto* instance = desk_.find(wish);
  if (instance) return ProvisioningEngine::Registration{instance->id, instance->step, instance->reach, {}};
  const auto held_back = desk_.pool(*number).held_back;
  if (held_back.empty()) return ProvisioningEngine::Registration{.step = Step::ordered, .why = "one is being started"};
  desk_.forget(wish);
  return fail(ErrorCode::denied, held_back);
}

Result<void> EngineCore::release(std::string_view id) {
  if (!desk_.release(id, now())) return fail(ErrorCode::not_found, "no instance '" + std::string(id) + "'");
  return {};
}

// Holds at once; on the disk as soon as that takes it.
void EngineCore::halt(bool halted) {
  if (settings_.mode != Mode::off) desk_.halt(halted);
  metrics_.halted = halted;
  world_.log.info("halt", halted ? "nothing more is started, by order" : "goes on");
  disk_.took(journal_->halt(halted));
}

void EngineCore::probed(const std::string& id, bool well, const std::string& why) {
  desk_.probed(id, well, why, now());
}

void EngineCore::look() {
  const auto at = now();
  dry_.look(desk_, at);
  step_sizers(at);
  desk_.order(at);
}

void EngineCore::step_sizers(MonotonicTime now) {
  constexpr int kMostBehind = 3;
  for (std::size_t i = 0; i < sizers_.size(); ++i) {
    auto& [sizer, step, due] = sizers_[i];
    if (now < due) continue;
    if (now - due > kMostBehind * step) due = now;  // we stood still: a break
    for (; due <= now; due = due + step)
      sizer->step(calendar() - std::chrono::duration_cast<std::chrono::milliseconds>(now - due).count());
    desk_.target(static_cast<std::uint16_t>(i), sizer->target());
  }
}

void EngineCore::round() {
  const auto at = now();
  ask_providers(at);
  retry_journal();
  desk_.tick(at);
  desk_.each([this](const Instance& instance) {
    if (instance.step == Step::starting) watch(instance);
  });
  act();
  count();
  if (at - kept_ < kKeepEvery) return;
  kept_ = at;
  keep_learnt();
}

void EngineCore::remember() {
  kept_ = now();
  if (world_.journal.empty()) return;
  store_.emplace(world_.journal.string() + ".learnt", world_.secret, "what pools learnt");
  const auto learnt = store_->read();
  if (!learnt) return world_.log.warning("learnt", learnt.error().to_string());
  for (std::size_t i = 0; i < sizers_.size(); ++i) {
    const auto& pool = settings_.pools[i].what.name;
    const auto known = learnt->find(pool);
    if (known == learnt->end()) continue;
    if (const auto loaded = sizers_[i].sizer->load(known->second); !loaded)
      world_.log.warning("learnt", "pool " + pool + " begins anew: " + loaded.error().message);
  }
}

void EngineCore::keep_learnt() {
  if (!store_) return;
  LearntStore::Learnt learnt;
  for (std::size_t i = 0; i < sizers_.size(); ++i) learnt[settings_.pools[i].what.name] = sizers_[i].sizer->save();
  if (const auto written = store_->write(learnt); !written) world_.log.warning("learnt", written.error().to_string());
}

void EngineCore::count() {
  for (std::size_t i = 0; i < sizers_.size(); ++i) metrics_.pool(i, desk_.pool(static_cast<std::uint16_t>(i)));
  metrics_.lost = lost_;
}

}  // namespace harbinger::provision
