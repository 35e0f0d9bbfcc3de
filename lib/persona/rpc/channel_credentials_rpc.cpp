#include <grpcpp/grpcpp.h>

#include <string>

#include "net/pem.h"
#include "persona/rpc/credentials.h"

namespace harbinger::persona {

Result<std::shared_ptr<grpc::ChannelCredentials>> channel_credentials(const TlsFiles& files, std::string_view server) {
  if (files.certificate && !files.ca)
    return fail(ErrorCode::conflict, "a client's certificate needs " + std::string(server) + "'s CA, too");
  auto pem = net::load_pem(files.certificate, files.key, files.ca);
  if (!pem) return fail(pem.error());
  if (!files.ca) return grpc::InsecureChannelCredentials();
  return grpc::SslCredentials({std::move(pem->ca), std::move(pem->key), std::move(pem->certificate)});
}

}  // namespace harbinger::persona
