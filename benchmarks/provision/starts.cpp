// How long instances take from their order until they answer over HTTP: a line of figures for one kind of provider.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "provision/http_look.h"
#include "provision/provider.h"

namespace {

using namespace harbinger;
using namespace harbinger::provision;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct Kind {
  Template what{};
  std::string provider{};
  std::string title{};
};

Kind web_server(const std::string& provider, const fs::path& root) {
  Kind kind{.what = {}, .provider = provider, .title = provider};
  kind.what.name = "web";
  kind.what.image = root.string();
  kind.what.command = {"busybox", "httpd", "-f", "-p", "{address}:{port}", "-h", "/"};
  kind.what.health = provider == "container" ? "/bin/busybox" : "/etc/hostname";
  return kind;
}

Kind machine(const fs::path& guest, bool resumed) {
  Kind kind{.what = {}, .provider = "qemu", .title = resumed ? "qemu, from a saved machine" : "qemu, booted"};
  kind.what.name = "machine";
  kind.what.image = (guest / "kernel").string();
  kind.what.more["initrd"] = (guest / "initrd").string();
  if (resumed) kind.what.more["resume"] = "yes";
  kind.what.size = {.cpus = 1, .memory_mb = 128};
  kind.what.health = "/";
  return kind;
}

double milliseconds_since(MonotonicTime begin) {
  return std::chrono::duration<double, std::milli>(system_clock().now() - begin).count();
}

/// Milliseconds until it was started, ready and stopped.
struct Times {
  std::vector<double> started{}, ready{}, stopped{};
};

bool measure(Provider& provider, const Kind& kind, const std::string& id, Times* times) {
  const auto begin = system_clock().now();
  const auto found =
      provider.start({.id = id, .what = &kind.what, .size = kind.what.size, .deadline = begin + 120s}, {});
  const double started = milliseconds_since(begin);
  if (!found) {
    std::fprintf(stderr, "%s: %s\n", kind.title.c_str(), found.error().to_string().c_str());
    return false;
  }
  const SocketAddress place{.ip = found->reach.addresses.at(0), .port = found->reach.port};
  while (!answers_http(place, kind.what.health, 1s) && milliseconds_since(begin) < 120'000)
    std::this_thread::sleep_for(1ms);
  const double ready = milliseconds_since(begin);
  const auto end = system_clock().now();
  const auto stopped = provider.stop(id, end + 20s);
  if (times) {
    times->started.push_back(started);
    times->ready.push_back(ready);
    times->stopped.push_back(milliseconds_since(end));
  }
  return stopped.has_value();
}

double part(std::vector<double> values, double which) {
  std::ranges::sort(values);
  return values.at(std::min(values.size() - 1, static_cast<std::size_t>(which * static_cast<double>(values.size()))));
}

int run(const Kind& kind, const fs::path& state, int times) {
  std::map<std::string, std::string> options;
  if (kind.provider != "container") options["nice"] = "0";
  auto provider = make_provider(
      kind.provider, {.clock = &system_clock(), .installation = "bench", .state = state, .options = options});
  if (!provider) return std::fprintf(stderr, "%s\n", provider.error().to_string().c_str()), 1;
  if (const auto why = (*provider)->trouble(); !why.empty())
    return std::fprintf(stderr, "%s: %s\n", kind.title.c_str(), why.c_str()), 77;
  if (!measure(**provider, kind, "first", nullptr)) return 1;  // saves the machine that others go on from; fills caches
  Times all;
  for (int i = 0; i < times; ++i)
    if (!measure(**provider, kind, "n" + std::to_string(i), &all)) return 1;
  std::printf("| %s | %.0f | %.0f | %.0f | %.0f |\n", kind.title.c_str(), part(all.started, 0.5), part(all.ready, 0.5),
              part(all.ready, 0.9), part(all.stopped, 0.5));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fprintf(stderr, "usage: starts process|container|boot|resume FOLDER STATE TIMES\n"), 2;
  const std::string kind = argv[1];
  const fs::path folder = argv[2];
  const bool is_machine = kind == "boot" || kind == "resume";
  return run(is_machine ? machine(folder, kind == "resume") : web_server(kind, folder), argv[3], std::stoi(argv[4]));
}
