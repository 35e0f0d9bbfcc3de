// Where the process gets its persona engine from: made in here, or reached at an address.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <harbinger/persona_engine.h>
#include <harbinger/result.h>
#include "persona/engine.h"

namespace harbinger::persona {

/// What the configuration says of the engine. Paths are whole.
struct EngineChoice {
  std::string address;                             ///< HOST:PORT of an engine behind gRPC; empty: in this process
  std::optional<std::filesystem::path> catalogue;  ///< embedded: the operator's own; the built-in one without it
  std::optional<std::filesystem::path> state;      ///< embedded: folder for checkpoints
  std::string redis;                               ///< embedded: store that is shared with other engines; empty: none
  /// Remote: PEM files. `authority` signs the engine's certificate and means TLS; the other two are for mutual TLS.
  std::optional<std::filesystem::path> authority, certificate, private_key;
  std::optional<std::filesystem::path> token;  ///< remote: file with the token that the engine knows this server by

  bool embedded() const { return address.empty(); }
  /// Everything above as one text; equal for equal choices.
  std::string text() const;
};

/// What is wrong with the choice, as far as files and texts tell without an engine: the catalogue and the URL of the store.
Result<void> check_engine(const EngineChoice& choice);

/// An engine of that choice. One that is away is no error: it says so itself. `unsupported` when this build has none of the kind.
Result<std::shared_ptr<PersonaEngine>> open_engine(const EngineChoice& choice, const EngineWorld& world);

/// How engines are opened instead while it lives; for programs that bring one of their own. The latest counts.
class EngineSource {
 public:
  using Open = std::function<Result<std::shared_ptr<PersonaEngine>>(const EngineChoice&, const EngineWorld&)>;
  explicit EngineSource(Open open);
  ~EngineSource();
  EngineSource(const EngineSource&) = delete;
  EngineSource& operator=(const EngineSource&) = delete;

 private:
  Open before_;
};

}  // namespace harbinger::persona
