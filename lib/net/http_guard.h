// Lets only those through to a page who show that they may.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <harbinger/http.h>
#include <harbinger/log.h>

namespace harbinger::net {

/// What somebody may do; who may write may read.
enum class HttpScope : std::uint8_t { read, write };

/// Who asks, as far as it is proved.
struct HttpCaller {
  std::string name{};  ///< of the token in its file, else the subject of the certificate, else "unnamed"
  SocketAddress from{};
};

/// Proofs are bearer tokens (RFC 6750) of a file with lines `TOKEN read|write [NAME]`; without such a file, certificates that the server's client CA has
/// signed, which may do everything. Without either, nobody is let through. With both, each is needed.
struct HttpGuardSettings {
  std::optional<std::filesystem::path> tokens{};
  bool certificates = false;  ///< the server has a client CA
  Logger log{};
};

/// Thread-safe.
class HttpGuard {
 public:
  /// Errors: what is wrong with the file of tokens. It is read again when it has changed; while it is wrong then, nobody is let through.
  static Result<std::shared_ptr<HttpGuard>> make(const HttpGuardSettings& settings);
  virtual ~HttpGuard() = default;

  /// How a request was refused.
  struct Refusal {
    HttpResponse response;      ///< 401 without a proof, 403 where its scope is too small
    std::string name{}, why{};  ///< who asked, where that is proved, and what was wrong
  };
  /// Who asks, when they may; else how that is answered.
  virtual std::expected<HttpCaller, Refusal> check(const HttpRequest& request, HttpScope needed) = 0;

  using Handler = std::function<HttpResponse(const HttpRequest&, const HttpCaller&)>;
  /// `handler` for those who may; the others hear why not.
  static HttpServer::Handler wrap(std::shared_ptr<HttpGuard> guard, HttpScope needed, Handler handler);
};

}  // namespace harbinger::net
