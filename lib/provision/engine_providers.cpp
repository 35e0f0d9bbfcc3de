// What providers say of themselves and of what they have; what there is from before, and what ends with us.
#include <algorithm>

#include "provision/engine_core.h"

namespace harbinger::provision {

using namespace std::chrono_literals;

void EngineCore::recover() {
  const auto at = began_ = now();
  remember();
  std::size_t homeless = 0;
  for (const auto& [id, entry] : journal_->entries()) {
    const auto provider = std::ranges::find(providers_, entry.provider, &ProviderWatch::name);
    if (provider == providers_.end()) {
      ++homeless;
      continue;
    }
    const auto number = static_cast<std::uint16_t>(std::distance(providers_.begin(), provider));
    const auto pool = pool_named(entry.pool);
    const bool stays = runs() && pool && settings_.pools[*pool].what.provider == entry.provider;
    desk_.recover({.id = id,
                   .pool = stays ? *pool : InstanceDesk::kNoPool,
                   .provider = number,
                   .tag = entry.tag,
                   .had_tag = entry.had_tag,
                   .size = entry.size},
                  at);
  }
  if (homeless > 0)
    world_.log.warning("recover", std::to_string(homeless) +
                                      " instances from before belong to providers that are not configured any more, "
                                      "and are not looked after");
  metrics_.halted = journal_->halted();
  desk_.halt(settings_.mode == Mode::off || metrics_.halted);
  ask_providers(at);
  act();
}

void EngineCore::ask_providers(MonotonicTime now) {
  for (std::uint16_t i = 0; i < providers_.size(); ++i)
    if (providers_[i].rhythm.due(now)) ask(i, now);
}

// Whether it can work, and now and then what it has.
void EngineCore::ask(std::uint16_t number, MonotonicTime now) {
  auto& watch = providers_[number];
  const bool lists = watch.rhythm.ask(now);
  hands_.call(ProviderCalls::Kind::look, number,
              [=, provider = watch.provider, post = hands_.post, clock = world_.clock](const std::stop_token&) {
                Told told{.trouble = provider->trouble()};
                told.resizes = provider->traits().resizes;  // may be known only now
                told.asked = clock->now();
                if (lists && told.trouble.empty()) told.found = provider->list(told.asked + AskRhythm::kListFor);
                post([number, told = std::move(told)](EngineCore& core) { core.heard(number, told); });
              });
}

void EngineCore::heard(std::uint16_t number, const Told& told) {
  const auto& found = told.found;
  auto& watch = providers_[number];
  const bool listed = found && found->has_value();
  auto why = told.trouble;
  if (found && !listed) why = "cannot tell what it has: " + found->error().message;
  if (why != desk_.provider_trouble(number) && !why.empty()) world_.log.warning("provider", watch.name + ": " + why);
  desk_.provider(number, why);
  desk_.resizes(number, told.resizes);
  const auto at = now();
  watch.rhythm.answered(why.empty(), listed, at);
  if (listed) desk_.listed(number, **found, told.asked, at);
}

// Others are found again by those who come after us.
void EngineCore::farewell() {
  keep_learnt();
  desk_.halt(true);
  act();
  desk_.each([this](const Instance& instance) {
    const auto& watch = providers_[instance.provider];
    if (watch.traits.outlives_us || DryRun::is(instance.id) || instance.call != Instance::Call::none) return;
    hands_.call(ProviderCalls::Kind::stop, instance.provider,
                [provider = watch.provider, id = instance.id, clock = world_.clock,
                 post = hands_.post](const std::stop_token&) {
                  if (provider->stop(id, clock->now() + 5s))
                    post([id](EngineCore& core) {
                      const ProvisionJournal::Entry ended{.id = id, .ended = true};
                      core.write(std::span(&ended, 1));
                    });
                });
  });
}

}  // namespace harbinger::provision
