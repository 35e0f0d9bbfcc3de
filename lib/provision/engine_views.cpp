// What the engine tells of itself.
#include "provision/engine_core.h"

namespace harbinger::provision {

namespace {

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

ProvisioningEngine::InstanceState EngineCore::state_of(const Instance& instance) const {
  return {.id = instance.id,
          .pool = instance.pool == InstanceDesk::kNoPool ? std::string() : pool_of(instance).what.name,
          .step = instance.step,
          .reach = instance.reach,
          .tag = instance.tag,
          .size = instance.size,
          .usage = instance.usage,
          .for_s = seconds(now() - instance.since),
          .start_s = seconds(instance.took),
          .trouble = instance.trouble};
}

ProvisioningEngine::State EngineCore::state() const {
  ProvisioningEngine::State state{
      .mode = settings_.mode, .halted = metrics_.halted, .lost = lost_, .journal_trouble = disk_.trouble()};
  for (std::size_t i = 0; i < settings_.pools.size(); ++i) {
    const auto view = desk_.pool(static_cast<std::uint16_t>(i));
    const auto& what = settings_.pools[i].what;
    const auto provider = world_.providers.find(what.provider);
    const auto number = static_cast<std::uint16_t>(std::distance(world_.providers.begin(), provider));
    const auto trouble = desk_.provider_trouble(number);
    state.pools.push_back({.name = what.name,
                           .provider = what.provider,
                           .provider_trouble = trouble.empty() ? view.trouble : trouble,
                           .starting = view.starting,
                           .ready = view.ready,
                           .assigned = view.assigned,
                           .draining = view.draining,
                           .failed = view.failed,
                           .target = view.target,
                           .wishes = view.counts.wishes,
                           .hits = view.counts.hits,
                           .cold = view.counts.cold,
                           .refused = view.counts.refused,
                           .starts = view.counts.starts,
                           .failures = view.counts.failures,
                           .stops = view.counts.stops,
                           .idle_s = view.counts.idle_s,
                           .served = static_cast<double>(view.counts.served)});
  }
  desk_.each([&](const Instance& instance) {
    if (!DryRun::is(instance.id)) state.instances.push_back(state_of(instance));
  });
  return state;
}

Result<ProvisioningEngine::Why> EngineCore::why(std::string_view pool) const {
  const auto number = pool_named(pool);
  if (!number) return fail(number.error());
  const auto& sizer = *sizers_[*number].sizer;
  return ProvisioningEngine::Why{.pool = std::string(pool),
                                 .verdict = verdict(desk_.pool(*number)),
                                 .target = sizer.target(),
                                 .terms = sizer.explain()};
}

std::string EngineCore::verdict(const InstanceDesk::PoolView& view) const {
  auto text = std::to_string(view.ready) + " ready and " + std::to_string(view.starting) + " on their way, " +
              std::to_string(view.target.ready) + " wanted unused";
  if (view.waiting > 0) text += ", " + std::to_string(view.waiting) + " wishes wait";
  if (view.target.panic) text += "; more come than was foreseen";
  if (!view.held_back.empty()) text += "; nothing is ordered: " + view.held_back;
  if (settings_.mode == Mode::off) text += "; off";
  if (settings_.mode == Mode::dry_run) text += "; a dry run: none of them is there";
  return text;
}

}  // namespace harbinger::provision
