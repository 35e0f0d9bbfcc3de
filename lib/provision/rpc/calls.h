// What all calls of one server share: who may do what, which streams are open, what is counted. gRPC's classes are only named here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include <harbinger/repeater.h>
#include "base/listeners.h"
#include "net/scoped_tokens.h"
#include "persona/rpc/call_counts.h"
#include "persona/rpc/live_streams.h"
#include "provision/rpc/provisioning_server.h"

namespace grpc {
class CallbackServerContext;
class Status;
}  // namespace grpc

namespace harbinger::provision {

/// What a token is good for; each may do what those before it may.
enum class Scope : std::uint8_t { read, provision };

/// Any thread.
class Calls {
 public:
  enum class What : std::uint8_t { register_instance, list, release, watch, scaler, limit };

  Calls(std::shared_ptr<ProvisioningEngine> engine, const ServerSettings& server_settings,
        std::optional<net::ScopedTokens> tokens);

  ProvisioningEngine& engine() const { return *engine_; }

  /// Whether this caller may do that. Counts it, either way.
  grpc::Status admit(const grpc::CallbackServerContext& context, What what, Scope needed) const;
  /// Whether this scaler may ask: one with a certificate needs no token, others may show theirs in the trigger.
  grpc::Status admit_scaler(const grpc::CallbackServerContext& context, std::string_view shown) const;

  /// No new streams; those that are open end soon. Nobody is told of states any more.
  void drain();

  /// `heard` gets the engine's state now and then while the handle lives, on one thread, and must not let go of the handle.
  [[nodiscard]] std::shared_ptr<void> each_state(std::function<void(const ProvisioningEngine::State&)> heard);

  const ServerSettings settings;
  const persona::CallCounts<What> counts;
  persona::LiveStreams streams;

 private:
  grpc::Status judge(const grpc::CallbackServerContext& context, std::string_view token, Scope needed) const;
  void tell_state() const;

  const std::shared_ptr<ProvisioningEngine> engine_;
  const std::optional<net::ScopedTokens> tokens_;
  Listeners<void(const ProvisioningEngine::State&)> listeners_;
  std::optional<Repeater> repeater_;
};

/// The words for scopes in a file of tokens.
net::ScopedTokens::Grammar token_grammar();

}  // namespace harbinger::provision
