#include "net/http_tls.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "net/pem.h"

namespace harbinger::net {

namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

boost::asio::const_buffer buffer(const std::string& text) { return boost::asio::buffer(text); }

// Connections are few and short: nothing is resumed, so that nobody comes in by a session older than a change of the client CA.
void set_rules(ssl::context& context) {
  auto* native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(native, 0);
}

error_code take(ssl::context& context, const Pem& pem) {
  error_code error;
  context.use_certificate_chain(buffer(pem.certificate), error);
  if (!error) context.use_private_key(buffer(pem.key), ssl::context::pem, error);
  if (error || pem.ca.empty()) return error;
  context.add_certificate_authority(buffer(pem.ca), error);
  context.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  return error;
}

template <auto free_it>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free_it(object);
  }
};

}  // namespace

Result<std::shared_ptr<TlsContext>> tls_context(const HttpTls& tls) {
  const auto pem = load_pem(tls.certificate, tls.key, tls.client_ca);
  if (!pem) return fail(pem.error());
  auto context = std::make_shared<TlsContext>();
  set_rules(context->ssl);
  if (const auto error = take(context->ssl, *pem))
    return fail(ErrorCode::malformed, "TLS cannot be spoken with " + tls.certificate.string() + ": " + error.message());
  return context;
}

std::string subject_of_peer(SSL* connection) {
  const std::unique_ptr<X509, Free<X509_free>> certificate(SSL_get1_peer_certificate(connection));
  if (!certificate) return {};
  const std::unique_ptr<BIO, Free<BIO_free>> text(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate.get()), 0, XN_FLAG_RFC2253);
  char* octets = nullptr;
  const auto size = BIO_get_mem_data(text.get(), &octets);
  return {octets, static_cast<std::size_t>(size)};
}

}  // namespace harbinger::net
