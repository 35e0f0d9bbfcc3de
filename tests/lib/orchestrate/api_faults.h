// What goes wrong at somebody's interface, as tests want it to.
#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/api_server.h"

namespace harbinger::test {

struct ApiFault {
  std::string method{}, path{};  ///< a part of the path
  enum class What : std::uint8_t {
    refuse,  ///< with `status` and `body`
    drop,    ///< the connection is closed, and nothing was done
    lose,    ///< it is done, and the connection closed without an answer
    cut,     ///< nothing is done, and half an answer given
    hang,    ///< no answer for 300 ms, then the connection is closed
    lie      ///< nothing is done, and an answer given as if
  } what = What::refuse;
  unsigned status = 500;
  std::string body{};
  unsigned times = 1;
};

/// Swallows what is answered.
class DeafPeer final : public ApiPeer {
 public:
  void answer(unsigned, std::string_view, const Fields&) override {}
  void answer_partly(unsigned, std::string_view, std::size_t) override {}
  void begin(unsigned) override {}
  bool go_on(std::string_view) override { return false; }
  void end() override {}
  void drop() override {}
  bool rest(std::chrono::milliseconds) override { return false; }
};

/// Any thread.
class ApiFaults {
 public:
  using Serve = std::function<void(const ApiRequest& request, ApiPeer& peer, bool lies)>;

  void add(ApiFault fault) {
    const std::lock_guard lock(mutex_);
    faults_.push_back(std::move(fault));
  }
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::ranges::count_if(faults_, [](const ApiFault& each) { return each.times > 0; }));
  }

  /// Serves as `serve` does, unless something is to go wrong.
  void play(const ApiRequest& request, ApiPeer& peer, const Serve& serve) {
    const auto fault = take(request);
    if (!fault) return serve(request, peer, false);
    switch (fault->what) {
      case ApiFault::What::refuse:
        return peer.answer(fault->status, fault->body);
      case ApiFault::What::lose: {
        DeafPeer deaf;
        serve(request, deaf, false);
        return peer.drop();
      }
      case ApiFault::What::cut:
        return peer.answer_partly(200, R"({"kind": "List", "items": [], "metadata": {}})", 20);
      case ApiFault::What::hang:
        (void)peer.rest(std::chrono::milliseconds(300));
        return peer.drop();
      case ApiFault::What::lie:
        return serve(request, peer, true);
      case ApiFault::What::drop:
        return peer.drop();
    }
  }

 private:
  std::optional<ApiFault> take(const ApiRequest& request) {
    const std::lock_guard lock(mutex_);
    for (auto& each : faults_) {
      if (each.times == 0 || each.method != request.method || request.path().find(each.path) == std::string::npos)
        continue;
      --each.times;
      return each;
    }
    return std::nullopt;
  }

  mutable std::mutex mutex_;
  std::vector<ApiFault> faults_;
};

}  // namespace harbinger::test
