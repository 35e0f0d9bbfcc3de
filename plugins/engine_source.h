// How a plugin's engines are started: as they are, or as a test says.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <harbinger/result.h>

namespace harbinger {

/// How engines are started instead while it lives, for tests. The latest counts.
template <class Engine>
class EngineSource {
 public:
  using Start = std::function<Result<std::unique_ptr<Engine>>(typename Engine::Settings, typename Engine::World)>;
  explicit EngineSource(Start start) : before_(std::exchange(in_use(), std::move(start))) {}
  ~EngineSource() { in_use() = std::move(before_); }
  EngineSource(const EngineSource&) = delete;
  EngineSource& operator=(const EngineSource&) = delete;

  static Result<std::unique_ptr<Engine>> start(typename Engine::Settings settings, typename Engine::World world) {
    return in_use()(std::move(settings), std::move(world));
  }

 private:
  static Start& in_use() {
    static Start start = Engine::start;
    return start;
  }

  Start before_;
};

}  // namespace harbinger
