#include "net/client_tls.h"

#include <boost/asio/ssl/context.hpp>

#include "net/pem.h"

namespace harbinger::net {

namespace ssl = boost::asio::ssl;

namespace {

std::optional<std::filesystem::path> named(const std::filesystem::path& file) {
  return file.empty() ? std::nullopt : std::optional(file);
}

boost::system::error_code take(ssl::context& context, const Pem& pem) {
  boost::system::error_code error;
  context.set_verify_mode(ssl::verify_peer);
  if (pem.ca.empty())
    context.set_default_verify_paths(error);
  else
    context.add_certificate_authority(boost::asio::buffer(pem.ca), error);
  if (error || pem.certificate.empty()) return error;
  context.use_certificate_chain(boost::asio::buffer(pem.certificate), error);
  if (!error) context.use_private_key(boost::asio::buffer(pem.key), ssl::context::pem, error);
  return error;
}

}  // namespace

Result<std::shared_ptr<ssl::context>> client_tls(const ClientTlsFiles& files) {
  const auto pem = load_pem(named(files.certificate), named(files.key), named(files.ca));
  if (!pem) return fail(pem.error());
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  if (const auto error = take(*context, *pem))
    return fail(ErrorCode::malformed, "TLS cannot be spoken with these files: " + error.message());
  return context;
}

}  // namespace harbinger::net
