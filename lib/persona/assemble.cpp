#include "persona/assemble.h"

#include <chrono>

#include "base/calendar.h"
#include "persona/engine_impl.h"

namespace harbinger::persona {

namespace {

Result<std::optional<StateFolder>> open_state(const EngineSettings& settings, const EngineWorld& world) {
  if (!settings.state) return std::nullopt;
  auto lock = learn::HistoryDirectory::take(*settings.state);
  if (!lock && lock.error().code == ErrorCode::conflict)
    return fail(ErrorCode::conflict,
                "the persona engine's state in " + settings.state->string() + " is in use by another process");
  if (!lock) return fail(lock.error());
  const auto key = *settings.state / "key";
  auto secret = read_or_make_secret(key);
  if (!secret) return fail(secret.error());
  StateFolder folder{std::move(*lock), *secret, nullptr};
  if (settings.train) {
    auto journal = ActJournal::open(*settings.state / "history", key, calendar_ms(*world.clock));
    if (!journal) return fail(journal.error());
    folder.journal = std::move(*journal);
  }
  return std::optional(std::move(folder));
}

}  // namespace

Result<std::unique_ptr<LocalEngine>> assemble_engine(const EngineSettings& settings,
                                                     std::shared_ptr<const Catalogue> catalogue,
                                                     std::unique_ptr<Network> network,
                                                     std::unique_ptr<Clusters> clusters, std::unique_ptr<Share> share,
                                                     const EngineWorld& given) {
  auto world = given;
  static Metrics nobody_looks;
  if (!world.clock) world.clock = &system_clock();
  if (!world.random) world.random = &system_random();
  if (!world.metrics) world.metrics = &nobody_looks;
  auto state = open_state(settings, world);
  if (!state) return fail(state.error());
  auto engine = std::make_unique<Engine>(settings, std::move(catalogue), std::move(network), std::move(clusters),
                                         std::move(share), world, std::move(*state));
  if (auto loaded = engine->load(); !loaded) return fail(loaded.error());
  engine->start();
  return engine;
}

}  // namespace harbinger::persona
