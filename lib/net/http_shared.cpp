// One web server for each address in the process, counted.
#include <map>
#include <mutex>

#include "net/http_server.h"

namespace harbinger {

namespace {

struct Shared {
  std::unique_ptr<HttpServer> server;
  std::size_t users = 0;
};

// The one process-wide table here. It exists because the port of an address is a thing of the process too: the chains of two server blocks,
// or of two configurations during a reload, know nothing of each other.
struct SharedServers {
  std::mutex mutex;
  std::map<SocketAddress, Shared> by_address;

  // Closes under the lock: whoever asks meanwhile waits until the port is free.
  void release(const SocketAddress& address) {
    const std::lock_guard lock(mutex);
    const auto shared = by_address.find(address);
    if (--shared->second.users == 0) by_address.erase(shared);
  }
};

SharedServers& shared_servers() {
  static SharedServers servers;
  return servers;
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const SocketAddress& address) {
  auto listener = net::HttpListener::open(address);
  if (!listener) return fail(listener.error());
  return std::move(*listener);
}

Result<std::shared_ptr<HttpServer>> HttpServer::shared(const SocketAddress& address) {
  auto& servers = shared_servers();
  const std::lock_guard lock(servers.mutex);
  auto place = servers.by_address.find(address);
  if (place == servers.by_address.end()) {
    auto server = listen(address);
    if (!server) return fail(server.error());
    place = servers.by_address.emplace(address, Shared{std::move(*server)}).first;
  }
  ++place->second.users;
  return std::shared_ptr<HttpServer>(place->second.server.get(),
                                     [address](HttpServer*) { shared_servers().release(address); });
}

}  // namespace harbinger
