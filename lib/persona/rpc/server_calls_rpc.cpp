#include "persona/rpc/server_calls.h"

#include <grpcpp/grpcpp.h>

#include <harbinger/persona/v1/persona.pb.h>
#include "persona/rpc/convert.h"
#include "persona/rpc/credentials.h"

namespace harbinger::persona {

grpc::Status ServerCalls::admit(const grpc::CallbackServerContext& context, Scope needed) const {
  if (!tokens_) return grpc::Status::OK;
  const auto token = bearer_token(context);
  const auto scope = tokens_->scope_of(token);
  if (!scope) return unknown_token(context, token, settings_.log, "engine");
  if (*scope == Scope::report && needed != Scope::report)
    return {grpc::StatusCode::PERMISSION_DENIED, "this token may report only"};
  return grpc::Status::OK;
}

grpc::ServerUnaryReactor* begin_explain(const std::shared_ptr<ServerCalls>& calls, grpc::CallbackServerContext* context,
                                        ClientKey client, v1::ExplainResponse* response) {
  auto* reactor = context->DefaultReactor();
  if (auto status = calls->admit(*context, Scope::everything); !status.ok()) {
    reactor->Finish(std::move(status));
    return reactor;
  }
  // The response lives until Finish.
  calls->engine().explain(client, [reactor, response](const Result<PersonaExplanation>& explanation) {
    if (explanation) write(*explanation, *response);
    reactor->Finish(explanation ? grpc::Status::OK : status_of(explanation.error()));
  });
  return reactor;
}

grpc::ServerUnaryReactor* begin_state(const std::shared_ptr<ServerCalls>& calls, grpc::CallbackServerContext* context,
                                      v1::GetStateResponse* response) {
  auto* reactor = context->DefaultReactor();
  auto status = calls->admit(*context, Scope::everything);
  if (status.ok()) write(calls->engine().state(), *response);
  reactor->Finish(std::move(status));
  return reactor;
}

}  // namespace harbinger::persona
