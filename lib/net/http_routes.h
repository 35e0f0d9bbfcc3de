// Which handler answers which path.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <harbinger/http.h>

namespace harbinger::net {

bool takes(const HttpMethods& methods, HttpMethod method) noexcept;

/// Paths with their handlers, newest last. Thread-safe; the lock is held while a handler runs, so that none runs after it was removed.
class HttpRoutes : public std::enable_shared_from_this<HttpRoutes> {
 public:
  HttpServer::Route add(std::string path, HttpMethods methods, HttpServer::Handler handler);

  /// What the newest handler of a path takes; nullopt for a path nobody answers.
  std::optional<HttpMethods> methods_of(std::string_view path) const;
  /// The newest handler's response; 500 when it throws; nullopt for a path nobody answers by this method (any more).
  std::optional<HttpResponse> ask(const HttpRequest& request) const;

 private:
  struct Entry {
    HttpMethods methods;
    HttpServer::Handler handler;
  };
  using Handlers = std::list<Entry>;
  void remove(const std::string& path, Handlers::iterator place);

  mutable std::mutex mutex_;
  std::map<std::string, Handlers, std::less<>> paths_;
};

}  // namespace harbinger::net
