#include "provision/rpc/calls.h"

#include <grpcpp/grpcpp.h>

#include "persona/rpc/credentials.h"

namespace harbinger::provision {

namespace {

constexpr std::array<std::string_view, 2> kScopes{"read", "provision"};
constexpr std::array<std::string_view, 5> kCalls{"register", "list", "release", "watch", "scaler"};

}  // namespace

net::ScopedTokens::Grammar token_grammar() { return {.scopes = kScopes}; }

Calls::Calls(std::shared_ptr<ProvisioningEngine> engine, const ServerSettings& server_settings,
             std::optional<net::ScopedTokens> tokens)
    : settings(server_settings),
      counts(settings.metrics, "harbinger_provisioning", kCalls),
      streams(settings.most_streams),
      engine_(std::move(engine)),
      tokens_(std::move(tokens)) {
  repeater_.emplace(settings.refresh, [this] { tell_state(); });
}

grpc::Status Calls::judge(const grpc::CallbackServerContext& context, std::string_view token, Scope needed) const {
  if (!tokens_) return grpc::Status::OK;
  const auto holder = tokens_->find(token);
  if (!holder) return persona::unknown_token(context, token, settings.log, "server");
  if (holder->scope < static_cast<std::size_t>(needed))
    return {grpc::StatusCode::PERMISSION_DENIED, "this token may list, watch and scale only"};
  return grpc::Status::OK;
}

grpc::Status Calls::admit(const grpc::CallbackServerContext& context, What what, Scope needed) const {
  auto status = judge(context, persona::bearer_token(context), needed);
  counts.judged(what, status.ok());
  return status;
}

grpc::Status Calls::admit_scaler(const grpc::CallbackServerContext& context, std::string_view shown) const {
  const auto token = persona::bearer_token(context);
  auto status = settings.client_ca ? grpc::Status::OK : judge(context, token.empty() ? shown : token, Scope::read);
  counts.judged(What::scaler, status.ok());
  return status;
}

void Calls::drain() {
  repeater_.reset();
  streams.drain();
}

std::shared_ptr<void> Calls::each_state(std::function<void(const ProvisioningEngine::State&)> heard) {
  return listeners_.add(std::move(heard));
}

void Calls::tell_state() const {
  bool wanted = false;
  listeners_.each([&](const auto&) { wanted = true; });
  if (wanted) listeners_.tell(engine_->state());
}

}  // namespace harbinger::provision
