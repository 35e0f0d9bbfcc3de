#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include "net/pem.h"
#include "persona/rpc/credentials.h"

namespace harbinger::persona {

Result<std::shared_ptr<grpc::ServerCredentials>> server_credentials(const TlsFiles& files) {
  if (files.ca && !files.certificate)
    return fail(ErrorCode::conflict, "a client CA needs a certificate and key of the server, too");
  auto pem = net::load_pem(files.certificate, files.key, files.ca);
  if (!pem) return fail(pem.error());
  if (!files.certificate) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions options;
  options.pem_root_certs = std::move(pem->ca);
  options.pem_key_cert_pairs.push_back({std::move(pem->key), std::move(pem->certificate)});
  if (files.ca) options.client_certificate_request = GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
  return grpc::SslServerCredentials(options);
}

std::string_view bearer_token(const grpc::CallbackServerContext& context) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find("authorization");
  if (found == metadata.end()) return {};
  const std::string_view value(found->second.data(), found->second.size());
  return value.starts_with(kScheme) ? value.substr(kScheme.size()) : std::string_view();
}

grpc::Status unknown_token(const grpc::CallbackServerContext& context, std::string_view token, const Logger& log,
                           std::string_view who) {
  const bool none = token.empty();
  log.warning("token", escape_for_log(context.peer()) + " came " +
                           (none ? "without a token" : "with a token that is not known"));
  const auto wanted = "this " + std::string(who) + " wants a token: authorization: Bearer TOKEN";
  return {grpc::StatusCode::UNAUTHENTICATED, none ? wanted : "this token is not known"};
}

void prepare_grpc() {
  static const bool once = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  static_cast<void>(once);
}

}  // namespace harbinger::persona
