// One web server for each address in the process, counted.
#include <map>
#include <mutex>

#include "net/http_server.h"

namespace harbinger {

namespace {

struct Shared {
  std::unique_ptr<net::HttpListener> server;
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

// One port speaks one way. Who names the same files again wants what is in them now.
Result<void> meet_wishes(net::HttpListener& server, const std::optional<HttpTls>& tls) {
  const auto& there = server.tls();
  if (there == tls) return server.renew_certificates();
  const auto where = server.address().to_string();
  if (!tls)
    return fail(ErrorCode::conflict,
                where + " is served with TLS already: name its certificate here, too, or another port");
  if (!there)
    return fail(ErrorCode::conflict,
                where + " is served without TLS already: name a certificate there, too, or another port here");
  return fail(ErrorCode::conflict, where + " is served with the certificate " + there->certificate.string() +
                                       " already: name the same certificate, key and client CA, or another port");
}

Result<std::unique_ptr<HttpServer>> listen_at(const SocketAddress& address, const std::optional<HttpTls>& tls) {
  auto listener = net::HttpListener::open(address, {}, tls);
  if (!listener) return fail(listener.error());
  return std::move(*listener);
}

Result<std::shared_ptr<HttpServer>> share(const SocketAddress& address, const std::optional<HttpTls>& tls) {
  auto& servers = shared_servers();
  const std::lock_guard lock(servers.mutex);
  auto place = servers.by_address.find(address);
  if (place == servers.by_address.end()) {
    auto server = net::HttpListener::open(address, {}, tls);
    if (!server) return fail(server.error());
    place = servers.by_address.emplace(address, Shared{std::move(*server)}).first;
  } else if (auto met = meet_wishes(*place->second.server, tls); !met) {
    return fail(met.error());
  }
  ++place->second.users;
  return std::shared_ptr<HttpServer>(place->second.server.get(),
                                     [address](HttpServer*) { shared_servers().release(address); });
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const SocketAddress& address) {
  return listen_at(address, std::nullopt);
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const SocketAddress& address, const HttpTls& tls) {
  return listen_at(address, tls);
}

Result<std::shared_ptr<HttpServer>> HttpServer::shared(const SocketAddress& address) {
  return share(address, std::nullopt);
}

Result<std::shared_ptr<HttpServer>> HttpServer::shared(const SocketAddress& address, const HttpTls& tls) {
  return share(address, tls);
}

}  // namespace harbinger
