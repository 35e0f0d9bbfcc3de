// What clients speak TLS by.
#pragma once

#include <filesystem>
#include <memory>

#include <harbinger/result.h>

namespace boost::asio::ssl {
class context;
}

namespace harbinger::net {

/// PEM files; empty where none was named.
struct ClientTlsFiles {
  std::filesystem::path ca{};                  ///< who vouches for servers; empty: whom the system trusts
  std::filesystem::path certificate{}, key{};  ///< shown to servers that want to see some
};

/// TLS 1.2 or later, only with servers that somebody vouches for. Errors as those of load_pem().
Result<std::shared_ptr<boost::asio::ssl::context>> client_tls(const ClientTlsFiles& files);

}  // namespace harbinger::net
