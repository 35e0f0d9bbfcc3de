// What both ends of a connection know each other by: TLS and bearer tokens. gRPC's classes are only named here.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include <harbinger/log.h>
#include <harbinger/result.h>

namespace grpc {
class CallbackServerContext;
class ChannelCredentials;
class ServerCredentials;
class Status;
}  // namespace grpc

namespace harbinger::persona {

/// PEM files. `ca` has signed the other end's certificate.
struct TlsFiles {
  const std::optional<std::filesystem::path>&certificate, &key, &ca;
};

/// Plain text without a CA; `conflict` for a certificate without one. Else errors of load_pem(). `server` is whom the CA vouches for, for people.
Result<std::shared_ptr<grpc::ChannelCredentials>> channel_credentials(const TlsFiles& files, std::string_view server);

/// Plain text without a certificate; with a CA, clients must have certificates, too.
Result<std::shared_ptr<grpc::ServerCredentials>> server_credentials(const TlsFiles& files);

/// TOKEN of `authorization: Bearer TOKEN`; empty when there is none.
std::string_view bearer_token(const grpc::CallbackServerContext& context);
/// How somebody is answered whose token nobody knows, or who has none; the log is told. `who`: "server" or "engine".
grpc::Status unknown_token(const grpc::CallbackServerContext& context, std::string_view token, const Logger& log,
                           std::string_view who);

/// Switches health and reflection on, for the whole process; before its first server.
void prepare_grpc();

}  // namespace harbinger::persona
