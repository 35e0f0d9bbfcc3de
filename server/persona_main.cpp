// harbinger-persona: an engine of personas that servers ask over gRPC.
#include <csignal>
#include <iostream>

#include "persona/start_model.h"
#include "server/persona/command_line.h"
#include "server/persona/program.h"
#include "server/shared/end_signals.h"
#include "server/stderr_log.h"

using namespace harbinger;
using namespace harbinger::persona;

namespace {

using Loaded = std::expected<std::shared_ptr<const Catalogue>, config::Errors>;

Loaded load_catalogue(const CommandLine& line) {
  if (!line.catalogue) return std::shared_ptr<const Catalogue>(&Catalogue::defaults(), [](const Catalogue*) {});
  auto catalogue = Catalogue::load(*line.catalogue);
  if (!catalogue) return std::unexpected(std::move(catalogue.error()));
  return std::make_shared<const Catalogue>(std::move(*catalogue));
}

Result<std::unique_ptr<Share>> open_share(const CommandLine& line, const EngineWorld& world) {
  RedisSettings settings;
  settings.url = line.redis;
  return make_redis_share(settings, *world.clock, world.log.named("redis"));
}

Makers real_makers() {
  return {load_catalogue, [](const CommandLine& line) { return make_network(line.seed, line.threads); }, open_share,
          make_engine,
          [](const CommandLine& line, const Logger& log) {
            return make_start_model(*line.make_start_model, line.seed, line.steps, log);
          }};
}

}  // namespace

int main(int argc, char** argv) {
  const auto line = parse_command_line(argc, argv);
  if (!line) return line.error();
  if (!line->make_start_model) server::keep_end_signals();
  std::signal(SIGPIPE, SIG_IGN);
  const auto log = server::make_stderr_log(line->quiet ? LogLevel::warning : LogLevel::info);
  return run(*line, real_makers(), *log, std::cout, std::cerr, server::wait_for_end);
}
