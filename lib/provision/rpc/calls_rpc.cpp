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
      streams(settings.most_streams),
      engine_(std::move(engine)),
      tokens_(std::move(tokens)) {
  static_assert(kCalls.size() == static_cast<std::size_t>(What::limit));
  if (settings.metrics) {
    constexpr std::string_view kName = "harbinger_provisioning_calls_total", kHelp = "Calls over gRPC.";
    for (std::size_t i = 0; i < kCalls.size(); ++i) {
      const std::string call(kCalls[i]);
      done_[i] = settings.metrics->counter(kName, kHelp, {{"call", call}, {"verdict", "admitted"}});
      refused_[i] = settings.metrics->counter(kName, kHelp, {{"call", call}, {"verdict", "refused"}});
    }
    cut_ = settings.metrics->counter("harbinger_provisioning_watchers_cut_total",
                                     "Watchers over gRPC that read too slowly.");
  }
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
  (status.ok() ? done_ : refused_)[static_cast<std::size_t>(what)].add();
  return status;
}

grpc::Status Calls::admit_scaler(const grpc::CallbackServerContext& context, std::string_view shown) const {
  const auto token = persona::bearer_token(context);
  auto status = settings.client_ca ? grpc::Status::OK : judge(context, token.empty() ? shown : token, Scope::read);
  (status.ok() ? done_ : refused_)[static_cast<std::size_t>(What::scaler)].add();
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
