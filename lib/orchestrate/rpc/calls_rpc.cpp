#include "orchestrate/rpc/calls.h"

#include <grpcpp/grpcpp.h>

#include "persona/rpc/credentials.h"

namespace harbinger::orchestrate {

namespace {

constexpr std::array<std::string_view, 3> kScopes{"report", "read", "provision"};
constexpr std::array<std::string_view, 9> kCalls{"report", "desired", "plan",    "history", "decide",
                                                 "claim",  "release", "explain", "label"};

}  // namespace

net::ScopedTokens::Grammar token_grammar() { return {.scopes = kScopes}; }

Calls::Calls(std::shared_ptr<OrchestrationEngine> engine, const ServerSettings& server_settings,
             std::optional<net::ScopedTokens> tokens)
    : settings(server_settings),
      counts(settings.metrics, "harbinger_orchestration", kCalls),
      streams(settings.most_streams),
      engine_(std::move(engine)),
      tokens_(std::move(tokens)) {
  rounds_.emplace(settings.refresh, [this] { look(); });
}

grpc::Status Calls::judge(const grpc::CallbackServerContext& context, Scope needed) const {
  if (!tokens_) return grpc::Status::OK;
  const auto token = persona::bearer_token(context);
  const auto holder = tokens_->find(token);
  if (!holder) return persona::unknown_token(context, token, settings.log, "server");
  const auto scope = static_cast<Scope>(holder->scope);
  if (scope == needed || scope == Scope::provision) return grpc::Status::OK;
  return {grpc::StatusCode::PERMISSION_DENIED,
          "this token may " + std::string(scope == Scope::report ? "report" : "look") + " only"};
}

grpc::Status Calls::admit(const grpc::CallbackServerContext& context, What what, Scope needed) const {
  auto status = judge(context, needed);
  counts.judged(what, status.ok());
  return status;
}

void Calls::look() const {
  bool wanted = false;
  lookers_.each([&](const auto&) { wanted = true; });
  if (wanted) lookers_.tell(engine_->plan());
}

void Calls::drain() {
  rounds_.reset();
  streams.drain();
}

}  // namespace harbinger::orchestrate
