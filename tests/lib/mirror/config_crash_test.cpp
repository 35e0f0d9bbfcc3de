// The server is killed at random moments while settings are put: what it acknowledged is there afterwards.
#include <algorithm>
#include <csignal>
#include <random>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "mirror/config_store.h"
#include "mirror/pdme_pages.h"
#include "tests/lib/mirror/pdme_world.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;

namespace {

constexpr Secret kSecret{7};

ConfigStore::Settings settings_in(const std::filesystem::path& folder) {
  return {.folder = folder, .secret = kSecret, .clock = &system_clock()};
}

// Serves the pages from a process of its own until it is killed; says its port through a pipe.
struct ServerProcess {
  ServerProcess(const std::filesystem::path& folder, const std::filesystem::path& tokens) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    pid = fork();
    if (pid == 0) serve(folder, tokens, ends[1]);
    std::uint16_t port = 0;
    REQUIRE(read(ends[0], &port, sizeof port) == sizeof port);
    close(ends[0]);
    close(ends[1]);
    address = {SocketAddress::parse("127.0.0.1:0").value().ip, port};
  }
  ~ServerProcess() { end(); }

  [[noreturn]] static void serve(const std::filesystem::path& folder, const std::filesystem::path& tokens, int tell) {
    ScriptedPdme source;
    const std::shared_ptr<HttpServer> server = HttpServer::listen(SocketAddress::parse("127.0.0.1:0").value()).value();
    const PdmePages pages({server,
                           net::HttpGuard::make({.tokens = tokens}).value(),
                           ConfigStore::shared(settings_in(folder)).value(),
                           &source,
                           &system_clock(),
                           {}});
    const auto port = server->address().port;
    if (write(tell, &port, sizeof port) != sizeof port) _exit(1);
    for (;;) pause();
  }

  void end() {
    if (pid <= 0) return;
    ::kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    pid = -1;
  }

  pid_t pid = -1;
  SocketAddress address;
};

int put(const SocketAddress& server, int horizon) {
  HttpClient client(server);
  const auto body = R"({"horizon_s": )" + std::to_string(horizon) + "}";
  client.send("PUT /pdme/config HTTP/1.1\r\nHost: test\r\nIf-Match: *\r\nContent-Type: application/json\r\n" +
              PdmeWorld::bearer(kWriteToken) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  return status_of(client.receive());
}

}  // namespace

TEST_CASE("no acknowledged change of the settings is lost when the server is killed at any moment") {
  const Scratch scratch;
  const auto folder = scratch / "mirroring", tokens = scratch.write("tokens", kWriteToken + " write ops\n");
  std::mt19937 random(20251126);
  constexpr unsigned kLife = 80'000;  // microseconds at most
  unsigned life = kLife;
  int next = 100, acknowledged = 0, last_acknowledged = 3600, kills = 0;
  while (acknowledged < 50) {
    const int before = acknowledged;
    ServerProcess server(folder, tokens);
    std::thread killer([&, after = std::chrono::microseconds(random() % life)] {
      std::this_thread::sleep_for(after);
      ::kill(server.pid, SIGKILL);
    });
    try {
      while (put(server.address, ++next) == 200) {
        last_acknowledged = next;
        ++acknowledged;
      }
    } catch (const std::runtime_error&) {  // it is gone already
    }
    killer.join();
    server.end();
    ++kills;
    life = acknowledged == before ? std::min(2 * life, 25 * kLife)
                                  : kLife;  // a slow machine answers nothing in a short one
    const auto store = ConfigStore::shared(settings_in(folder)).value();
    const auto found = static_cast<int>(store->current()->settings.horizon.count());
    // What was under way may have been kept, though nobody heard of it.
    REQUIRE((found == last_acknowledged || found == next));
    last_acknowledged = found;
  }
  WARN("acknowledged " << acknowledged << " changes, killed " << kills << " times");
}
