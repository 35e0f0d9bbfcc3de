// What all calls of one server share: who may do what, which streams are open, what is counted. gRPC's classes are only named here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <harbinger/repeater.h>
#include "base/listeners.h"
#include "net/scoped_tokens.h"
#include "orchestrate/rpc/orchestration_server.h"
#include "persona/rpc/call_counts.h"
#include "persona/rpc/live_streams.h"

namespace grpc {
class CallbackServerContext;
class Status;
}  // namespace grpc

namespace harbinger::orchestrate {

/// What a token is good for: `provision` for everything, the others for one thing only.
enum class Scope : std::uint8_t { report, read, provision };

/// Any thread.
class Calls {
 public:
  enum class What : std::uint8_t { report, desired, plan, history, decide, claim, release, explain, label, limit };

  Calls(std::shared_ptr<OrchestrationEngine> engine, const ServerSettings& server_settings,
        std::optional<net::ScopedTokens> tokens);

  OrchestrationEngine& engine() const { return *engine_; }

  /// Whether this caller may do that. Counts it, either way.
  grpc::Status admit(const grpc::CallbackServerContext& context, What what, Scope needed) const;

  /// No new streams; those that are open end soon. Nobody looks any more.
  void drain();

  /// `look` is called with the plan every `refresh` while the handle lives, on one thread, and must not let go of the handle.
  [[nodiscard]] std::shared_ptr<void> each_round(std::function<void(const std::vector<Action>& plan)> look) {
    return lookers_.add(std::move(look));
  }

  const ServerSettings settings;
  const persona::CallCounts<What> counts;
  persona::LiveStreams streams;

 private:
  grpc::Status judge(const grpc::CallbackServerContext& context, Scope needed) const;
  void look() const;

  const std::shared_ptr<OrchestrationEngine> engine_;
  const std::optional<net::ScopedTokens> tokens_;
  Listeners<void(const std::vector<Action>&)> lookers_;
  std::optional<Repeater> rounds_;
};

/// The words for scopes in a file of tokens.
net::ScopedTokens::Grammar token_grammar();

}  // namespace harbinger::orchestrate
