// A small web server for operators and their probes (metrics, health, readiness) and for sensors that report events.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/result.h>

namespace harbinger {

/// `remove` is DELETE.
enum class HttpMethod : std::uint8_t { get, head, post, options, put, remove };

/// A field of a request, as it was sent; what a client sends twice is there twice.
struct HttpField {
  std::string_view name, value;
};

/// What was asked for: `/metrics?name=x` is path `/metrics` and query `name=x`, both as they were sent. Views are borrowed for the call.
struct HttpRequest {
  std::string_view path;
  std::string_view query;
  std::string_view accept = {};  ///< the Accept field
  HttpMethod method = HttpMethod::get;
  std::string_view body = {};  ///< whole, chunks put together
  SocketAddress peer = {};     ///< who is connected: the client, or a proxy before it
  std::span<const HttpField> fields = {};
  /// Subject of the client's certificate, which the server's client CA has signed: "O=Example,CN=ops". Empty where none is asked for.
  std::string_view certificate = {};

  /// The first field of this name, without regard to case; empty when there is none.
  std::string_view field(std::string_view name) const noexcept;
  /// The value of `name` in the query, percent-decoded; empty when there is none.
  std::string value(std::string_view name) const;
};

struct HttpResponse {
  unsigned status = 200;
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
  /// More fields; they replace those that the server would set by itself.
  std::vector<std::pair<std::string, std::string>> fields = {};
};

/// What a route takes. Other methods are answered with 405 and the list of these.
struct HttpMethods {
  bool get = true;            ///< GET and HEAD
  bool options = false;       ///< for browsers that ask before they send (CORS)
  std::size_t most_body = 0;  ///< octets that a POST may bring; 0: no POST
  std::size_t most_put = 0;   ///< octets that a PUT may bring; 0: no PUT
  bool remove = false;        ///< DELETE, which brings no body
};

/// PEM files by which a server speaks TLS 1.2 or later. With `client_ca`, nobody gets further than the handshake without a certificate
/// that it signed.
struct HttpTls {
  std::filesystem::path certificate, key;
  std::optional<std::filesystem::path> client_ca = std::nullopt;
  friend bool operator==(const HttpTls&, const HttpTls&) = default;
};

/// An HTTP/1.1 server with one thread of its own, made for few and small requests from people who may be hostile: heads of at most
/// 8 KiB, bodies only for routes that want them and as long as these allow, ten seconds for a request, its body included (and for the
/// first one, the handshake of TLS), 64 connections (one more, and the one that has owed its request for longest is closed).
class HttpServer {
 public:
  virtual ~HttpServer() = default;

  /// Listens on an address of its own; port 0 takes a free one, and `::` takes IPv4 as well. Errors: denied, conflict (in use).
  static Result<std::unique_ptr<HttpServer>> listen(const SocketAddress& address);
  /// Likewise, with TLS. Errors also: not_found, malformed (no PEM), conflict (a key that is not the certificate's).
  static Result<std::unique_ptr<HttpServer>> listen(const SocketAddress& address, const HttpTls& tls);

  /// The process's one server of this address: made for the first who asks and closed after the last. So two server blocks can name the
  /// same address, and at a reload the new chain takes over the port of the old. Any thread.
  static Result<std::shared_ptr<HttpServer>> shared(const SocketAddress& address);
  /// Likewise, with TLS. Who asks again with the same files has them read anew, for connections from now on: so certificates are renewed.
  /// Errors also: conflict, when the address is served without TLS, or with other files.
  static Result<std::shared_ptr<HttpServer>> shared(const SocketAddress& address, const HttpTls& tls);

  /// Called on the server's thread, one request at a time. Must not drop routes or servers itself.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  using Route = std::shared_ptr<void>;

  /// Answers `path` with `handler` while the returned handle lives. Of several handlers of a path the newest is asked. Once the
  /// handle is gone, the handler does not run any more. Any thread.
  [[nodiscard]] virtual Route route(std::string path, HttpMethods methods, Handler handler) = 0;
  [[nodiscard]] Route route(std::string path, Handler handler) {
    return route(std::move(path), HttpMethods(), std::move(handler));
  }

  /// Allows at least so many connections at once, for servers that many browsers report to. Any thread.
  virtual void allow_connections(std::size_t connections) = 0;

  /// Where it listens, with the real port.
  virtual SocketAddress address() const = 0;
};

}  // namespace harbinger
