// What the engine knows, as the pages tell it.
#pragma once

#include <functional>

#include "mirror/config_store.h"
#include "mirror/engine.h"
#include "mirror/pdme_source.h"

namespace harbinger::mirroring {

/// Asks an engine that may not be there yet. Any thread.
class EngineSource final : public mirror::PdmeSource {
 public:
  /// Null while there is none.
  using Engine = std::function<std::shared_ptr<mirror::MirrorEngine>()>;
  EngineSource(Engine engine, std::shared_ptr<mirror::ConfigStore> store)
      : engine_(std::move(engine)), store_(std::move(store)) {}

  mirror::PdmeStats stats() const override;
  std::vector<mirror::MirrorState> mirrors() const override;
  std::vector<mirror::MirrorReasons> why(std::string_view resource, std::string_view cluster) const override;
  std::size_t expect(const std::vector<mirror::ExternalEvent>& events) override;

 private:
  const Engine engine_;
  const std::shared_ptr<mirror::ConfigStore> store_;
};

}  // namespace harbinger::mirroring
