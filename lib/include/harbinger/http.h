// A small web server for operators and their probes: metrics, health, readiness. GET and HEAD only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <harbinger/address.h>
#include <harbinger/result.h>

namespace harbinger {

/// What was asked for: `/metrics?name=x` is path `/metrics` and query `name=x`, both as they were sent.
struct HttpRequest {
  std::string_view path;
  std::string_view query;
  std::string_view accept = {};  ///< the Accept field
};

struct HttpResponse {
  unsigned status = 200;
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
};

/// An HTTP/1.1 server with one thread of its own, made for few and small requests from people who may be hostile: heads of at most
/// 8 KiB, no request bodies, ten seconds for a request, 64 connections (one more, and the one that has waited longest is closed).
class HttpServer {
 public:
  virtual ~HttpServer() = default;

  /// Listens on an address of its own; port 0 takes a free one, and `::` takes IPv4 as well. Errors: denied, conflict (in use).
  static Result<std::unique_ptr<HttpServer>> listen(const SocketAddress& address);

  /// The process's one server of this address: made for the first who asks and closed after the last. So two server blocks can name the
  /// same address, and at a reload the new chain takes over the port of the old. Any thread.
  static Result<std::shared_ptr<HttpServer>> shared(const SocketAddress& address);

  /// Called on the server's thread, one request at a time. Must not drop routes or servers itself.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;
  using Route = std::shared_ptr<void>;

  /// Answers `path` with `handler` while the returned handle lives. Of several handlers of a path the newest is asked. Once the
  /// handle is gone, the handler does not run any more. Any thread.
  [[nodiscard]] virtual Route route(std::string path, Handler handler) = 0;

  /// Where it listens, with the real port.
  virtual SocketAddress address() const = 0;
};

}  // namespace harbinger
