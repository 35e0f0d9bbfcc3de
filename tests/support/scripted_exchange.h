// Upstreams that say what a test tells them to, when it tells them to.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <harbinger/exchange.h>
#include <harbinger/loop.h>
#include <harbinger/message.h>

namespace harbinger::test {

/// Every question waits until the test answers it, or until its deadline.
class ScriptedExchange final : public Exchange {
 public:
  using Bytes = std::vector<std::uint8_t>;

  struct Asked {
    SocketAddress server;
    Over over;
    Bytes query;
    std::function<void(Result<Bytes>)> finish;  ///< does nothing the second time
  };

  Task<Result<Bytes>> ask(const SocketAddress& server, Over over, std::span<const std::uint8_t> query,
                          MonotonicTime deadline) override {
    auto outcome = std::make_shared<std::optional<Result<Bytes>>>();
    auto begin = [&, outcome](std::function<void()> resume) {
      auto finish = [outcome, resume](Result<Bytes> result) {
        if (outcome->has_value()) return;
        outcome->emplace(std::move(result));
        resume();
      };
      waiting_.push_back({server, over, Bytes(query.begin(), query.end()), finish});
      auto* loop = Loop::current();
      loop->after(deadline - loop->clock().now(), [finish] { finish(fail(ErrorCode::timeout, "no reply")); });
    };
    co_await Suspend(std::move(begin));
    co_return std::move(**outcome);
  }

  /// Questions asked and not yet taken by the test, oldest first.
  std::size_t waiting() const { return waiting_.size(); }
  /// The oldest one, or the oldest for this server.
  std::optional<Asked> take(const std::optional<SocketAddress>& server = std::nullopt) {
    const auto found =
        std::ranges::find_if(waiting_, [&](const Asked& asked) { return !server || asked.server == *server; });
    if (found == waiting_.end()) return std::nullopt;
    auto asked = std::move(*found);
    waiting_.erase(found);
    return asked;
  }

 private:
  std::deque<Asked> waiting_;
};

}  // namespace harbinger::test
