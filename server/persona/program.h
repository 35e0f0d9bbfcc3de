// harbinger-persona without its parts: what is made, in which order, and how it ends.
#pragma once

#include <expected>
#include <functional>
#include <iosfwd>
#include <memory>

#include <harbinger/config.h>
#include "persona/engine.h"
#include "server/persona/command_line.h"

namespace harbinger::persona {

/// How the parts are made; tests have others.
struct Makers {
  std::function<std::expected<std::shared_ptr<const Catalogue>, config::Errors>(const CommandLine&)> catalogue;
  std::function<std::unique_ptr<Network>(const CommandLine&)> network;
  std::function<Result<std::unique_ptr<Share>>(const CommandLine&, const EngineWorld&)> share;
  std::function<Result<std::unique_ptr<LocalEngine>>(const EngineSettings&, std::shared_ptr<const Catalogue>,
                                                     std::unique_ptr<Network>, std::unique_ptr<Share>,
                                                     const EngineWorld&)>
      engine;
  std::function<Result<void>(const CommandLine&, const Logger&)> start_model;
};

/// Does what the flags say, until `stop` returns, which is called once everything runs. The exit code; errors go to `errors`, `ok` of --check
/// to `out`.
int run(const CommandLine& line, const Makers& makers, LogSink& log, std::ostream& out, std::ostream& errors,
        const std::function<void()>& stop);

}  // namespace harbinger::persona
