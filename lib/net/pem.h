// Certificates and keys from files, looked at before a library of TLS gets them: it would only say that a handshake failed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <harbinger/result.h>

namespace harbinger::net {

/// Texts of PEM files; empty where none was named.
struct Pem {
  std::string certificate, key, ca;
};

/// `not_found` for a file that cannot be read, `malformed` for one that is not what it should be, `conflict` for a key that is not the
/// certificate's, or for one of the two without the other.
Result<Pem> load_pem(const std::optional<std::filesystem::path>& certificate,
                     const std::optional<std::filesystem::path>& key, const std::optional<std::filesystem::path>& ca);

}  // namespace harbinger::net
