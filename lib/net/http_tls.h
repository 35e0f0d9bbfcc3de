// What the web server speaks TLS by, made from its files.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include <harbinger/http.h>

namespace harbinger::net {

struct TlsContext {
  boost::asio::ssl::context ssl{boost::asio::ssl::context::tls_server};
};

/// Errors as those of load_pem().
Result<std::shared_ptr<TlsContext>> tls_context(const HttpTls& tls);

/// Empty when the peer showed no certificate.
std::string subject_of_peer(SSL* connection);

}  // namespace harbinger::net
