// An edge as a process of its own, for tests that kill it: joins the server at $1 as $2, and says its Status until it is ended.
#include <chrono>
#include <cstdio>
#include <thread>

#include "edge/rpc/uplink.h"

int main(int, char** arguments) {
  harbinger::edge::UplinkSettings settings;
  settings.address = arguments[1];
  const harbinger::edge::Hello hello{.name = arguments[2], .endpoint = {}, .cluster = {}, .version = {}};
  const auto uplink = harbinger::edge::connect_hub(settings, hello, {});
  if (!uplink) return std::fprintf(stderr, "%s\n", uplink.error().message.c_str()), 1;
  for (;;) {
    (*uplink)->status({.load = 0.5});
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}
