// Who watches the engine, and what each of them has been told.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include <harbinger/persona_engine.h>
#include "persona/client_store.h"
#include "persona/token_issuer.h"

namespace harbinger::persona {

/// Tells watchers everything once, in portions, and changes from then on. All functions but `add` are the engine thread's.
class Watchers {
 public:
  /// A handle that ends the watching when it dies: after that, no call begins, and none is going on (unless it is the one that drops the handle).
  /// Any thread.
  std::shared_ptr<void> add(PersonaEngine::Watcher update);

  bool none() const noexcept { return count_.load(std::memory_order_relaxed) == 0; }
  void tell(const PersonaUpdate& update);
  /// Tells those who are new the next portion of what there is. True while somebody has not got everything.
  bool go_on(const ClientStore& store, const TokenIssuer& issuer, UnixMillis now,
             const std::function<std::vector<PersonaProfile>()>& personas);

 private:
  struct One {
    explicit One(PersonaEngine::Watcher call) : update(std::make_shared<PersonaEngine::Watcher>(std::move(call))) {}
    void call(const PersonaUpdate& what);
    void end();

    std::recursive_mutex calling;
    std::shared_ptr<PersonaEngine::Watcher> update;  // null: over
    bool greeted = false;
    std::uint32_t next_slot = 0;  // of those that it has not been told of
    bool behind = true;
  };
  std::vector<std::shared_ptr<One>> present();

  std::mutex mutex_;
  std::vector<std::weak_ptr<One>> all_;  // under the mutex
  std::atomic<std::size_t> count_{0};
};

}  // namespace harbinger::persona
