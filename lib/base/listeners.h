// Who wants to hear of something, for as long as they hold on to their handle.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace harbinger {

/// Calls come one at a time. Once a handle is gone, its listener is not called any more, and letting go waits for a call that is under way: so a listener must not let
/// go of its own handle, nor add another. Handles may outlive the object. Any thread.
template <class Signature>
class Listeners {
 public:
  using Listener = std::function<Signature>;

  [[nodiscard]] std::shared_ptr<void> add(Listener listener) {
    const std::lock_guard lock(all_->lock);
    const auto at = all_->listeners.insert(all_->listeners.end(), std::move(listener));
    return {&*at, [all = all_, at](void*) {
              const std::lock_guard held(all->lock);
              all->listeners.erase(at);
            }};
  }
  template <class Use>
  void each(Use use) const {
    const std::lock_guard lock(all_->lock);
    for (const auto& listener : all_->listeners) use(listener);
  }
  template <class... Told>
  void tell(const Told&... told) const {
    each([&](const Listener& listener) { listener(told...); });
  }

 private:
  struct All {
    std::mutex lock;
    std::list<Listener> listeners;
  };
  const std::shared_ptr<All> all_ = std::make_shared<All>();
};

}  // namespace harbinger
