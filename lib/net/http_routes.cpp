#include "net/http_routes.h"

#include <exception>

namespace harbinger::net {

HttpServer::Route HttpRoutes::add(std::string path, HttpServer::Handler handler) {
  const std::lock_guard lock(mutex_);
  auto& handlers = paths_[path];
  const auto place = handlers.insert(handlers.end(), std::move(handler));
  return HttpServer::Route(&*place, [routes = shared_from_this(), path, place](void*) { routes->remove(path, place); });
}

void HttpRoutes::remove(const std::string& path, Handlers::iterator place) {
  Handlers removed;  // dies after the lock: a handler may own things that take long to close
  const std::lock_guard lock(mutex_);
  const auto handlers = paths_.find(path);
  removed.splice(removed.end(), handlers->second, place);
  if (handlers->second.empty()) paths_.erase(handlers);
}

bool HttpRoutes::knows(std::string_view path) const {
  const std::lock_guard lock(mutex_);
  return paths_.contains(path);
}

std::optional<HttpResponse> HttpRoutes::ask(const HttpRequest& request) const {
  const std::lock_guard lock(mutex_);
  const auto handlers = paths_.find(request.path);
  if (handlers == paths_.end()) return std::nullopt;
  try {
    return handlers->second.back()(request);
  } catch (const std::exception&) {
    return HttpResponse{500, "the handler of this path failed\n"};
  }
}

}  // namespace harbinger::net
