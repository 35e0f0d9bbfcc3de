// One end of a session as a process of its own, for tests that kill or freeze it:
//   join ADDRESS   an edge, which says its Status until it is ended
//   serve          a server on a port that it prints, whom everybody may join
#include <chrono>
#include <cstdio>
#include <string_view>
#include <thread>

#include "edge/rpc/hub_server.h"
#include "edge/rpc/uplink.h"

using namespace harbinger;
using namespace harbinger::edge;

namespace {

class Host final : public EdgeHost {
  class Session final : public EdgeSession {
    void status(const Status&) override {}
    void latencies(std::span<const Latency>) override {}
    void fetched(std::span<const Fetched>) override {}
    void done(std::span<const JobDone>) override {}
    void lines(std::span<const Line>) override {}
  };
  Result<std::unique_ptr<EdgeSession>> join(const Hello&, std::shared_ptr<EdgeLink>) override {
    return std::make_unique<Session>();
  }
};

int join(const char* address) {
  UplinkSettings settings;
  settings.address = address;
  Hello hello;
  hello.name = "edge-1";
  const auto uplink = connect_hub(settings, hello, {});
  if (!uplink) return std::fprintf(stderr, "%s\n", uplink.error().message.c_str()), 1;
  for (;; std::this_thread::sleep_for(std::chrono::milliseconds(20))) (*uplink)->status({.load = 0.5});
}

int serve() {
  HubServerSettings settings;
  settings.listen = {SocketAddress::parse("127.0.0.1:0").value()};
  const auto server = serve_edges(std::make_shared<Host>(), {}, settings);
  if (!server) return std::fprintf(stderr, "%s\n", server.error().message.c_str()), 1;
  std::printf("%s\n", (*server)->addresses()[0].to_string().c_str());
  std::fflush(stdout);
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 3 && std::string_view(arguments[1]) == "join") return join(arguments[2]);
  return serve();
}
