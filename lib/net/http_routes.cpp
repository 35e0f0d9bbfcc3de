#include "net/http_routes.h"

#include <exception>

namespace harbinger::net {

bool takes(const HttpMethods& methods, HttpMethod method) noexcept {
  switch (method) {
    case HttpMethod::get:
    case HttpMethod::head:
      return methods.get;
    case HttpMethod::post:
      return methods.most_body != 0;
    case HttpMethod::options:
      return methods.options;
    case HttpMethod::put:
      return methods.most_put != 0;
    case HttpMethod::remove:
      return methods.remove;
  }
  return false;
}

HttpServer::Route HttpRoutes::add(std::string path, HttpMethods methods, HttpServer::Handler handler) {
  const std::lock_guard lock(mutex_);
  auto& handlers = paths_[path];
  const auto place = handlers.insert(handlers.end(), Entry{methods, std::move(handler)});
  return HttpServer::Route(&*place, [routes = shared_from_this(), path, place](void*) { routes->remove(path, place); });
}

void HttpRoutes::remove(const std::string& path, Handlers::iterator place) {
  Handlers removed;  // dies after the lock: a handler may own things that take long to close
  const std::lock_guard lock(mutex_);
  const auto handlers = paths_.find(path);
  removed.splice(removed.end(), handlers->second, place);
  if (handlers->second.empty()) paths_.erase(handlers);
}

std::optional<HttpMethods> HttpRoutes::methods_of(std::string_view path) const {
  const std::lock_guard lock(mutex_);
  const auto handlers = paths_.find(path);
  if (handlers == paths_.end()) return std::nullopt;
  return handlers->second.back().methods;
}

std::optional<HttpResponse> HttpRoutes::ask(const HttpRequest& request) const {
  const std::lock_guard lock(mutex_);
  const auto handlers = paths_.find(request.path);
  if (handlers == paths_.end()) return std::nullopt;
  const auto& newest = handlers->second.back();
  if (!takes(newest.methods, request.method)) return std::nullopt;
  try {
    return newest.handler(request);
  } catch (const std::exception&) {
    return HttpResponse{500, "the handler of this path failed\n"};
  }
}

}  // namespace harbinger::net
