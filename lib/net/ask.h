// One question under way. It lives in the frame of the coroutine that asks, so asking takes no memory of its own.
#pragma once

#include <coroutine>
#include <cstdint>
#include <vector>

#include <harbinger/result.h>

#include "net/deadline_wheel.h"
#include "net/question_match.h"

namespace harbinger::net {

/// Something that ends by itself at its deadline.
class Ending : public Timed {
 public:
  virtual ~Ending() = default;
  virtual void on_deadline() = 0;
};

/// What both transports know of a question. Finished exactly once, by Poller::finish.
class Ask : public Ending {
 public:
  Ask(Octets whole, Octets its_question) : query(whole), question(its_question) {}

  const Octets query, question;
  std::uint16_t id = 0;  ///< on the wire; the query's own one is put back into the reply
  Result<std::vector<std::uint8_t>> result;

  /// True when `message` is the reply. Takes it then.
  bool accept(Octets message);

  /// `co_await ask.finished()` goes on once the Poller has finished the ask. What finishes is never done within the call that began it.
  auto finished() {
    struct Awaiter {
      Ask& ask;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> self) noexcept { ask.waiter_ = self; }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

 private:
  friend class Poller;
  std::coroutine_handle<> waiter_;
};

inline bool Ask::accept(Octets message) {
  if (!replies_to(message, id, question)) return false;
  std::vector<std::uint8_t> reply(message.begin(), message.end());
  reply[0] = query[0];
  reply[1] = query[1];
  result = std::move(reply);
  return true;
}

}  // namespace harbinger::net
