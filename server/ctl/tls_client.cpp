#include "server/ctl/tls_client.h"

#include "net/pem.h"

namespace harbinger::ctl {

namespace {

namespace ssl = boost::asio::ssl;

std::optional<std::filesystem::path> file_of(const std::filesystem::path& word) {
  return word.empty() ? std::nullopt : std::optional(word);
}

boost::system::error_code take(ssl::context& context, const net::Pem& pem) {
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

Result<TlsClient> TlsClient::make(const TlsWords& words) {
  const auto pem = net::load_pem(file_of(words.certificate), file_of(words.key), file_of(words.ca));
  if (!pem) return fail(pem.error());
  TlsClient client;
  client.context_ = std::make_unique<ssl::context>(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(client.context_->native_handle(), TLS1_2_VERSION);
  if (const auto error = take(*client.context_, *pem))
    return fail(ErrorCode::malformed, "TLS cannot be spoken with these files: " + error.message());
  return client;
}

std::unique_ptr<TlsClient::Stream> TlsClient::stream(boost::beast::tcp_stream& plain, const std::string& host) {
  auto secured = std::make_unique<Stream>(plain, *context_);
  boost::system::error_code no_address;
  boost::asio::ip::make_address(host, no_address);
  if (no_address) SSL_set_tlsext_host_name(secured->native_handle(), host.c_str());  // RFC 6066 sec. 3: names only
  secured->set_verify_callback(ssl::host_name_verification(host));
  return secured;
}

}  // namespace harbinger::ctl
