// A web server as it is, and who follows its log.
#include "persona/log_follower.h"

#include <csignal>
#include <mutex>

#include <unistd.h>

#include "tests/support/http_client.h"
#include "tests/support/peers.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::persona;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

std::string configuration(const Scratch& scratch, std::uint16_t port) {
  const auto at = [&](const char* name) { return (scratch / name).string(); };
  std::string text = geteuid() == 0 ? "user root;\n" : "";
  text +=
      "daemon off;\nworker_processes 1;\npid " + at("pid") + ";\nerror_log " + at("errors") + ";\nevents {}\nhttp {\n";
  for (const auto* folder : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    text += std::string(folder) + "_temp_path " + at(folder) + ";\n";
  return text +
         "log_format timed '$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "
         "\"$http_referer\" \"$http_user_agent\" $request_time';\n"
         "access_log " +
         at("access.log") + " timed;\nserver {\nlisten 127.0.0.1:" + std::to_string(port) +
         ";\nlocation / { return 204; }\nlocation /gone { return 410; }\n}\n}\n";
}

class Nginx {
 public:
  explicit Nginx(const Scratch& scratch)
      : address_(SocketAddress::parse("127.0.0.1:" + std::to_string(free_port())).value()),
        process_({"nginx", "-c", scratch.write("nginx.conf", configuration(scratch, address_.port)).string(), "-p",
                  scratch.path().string(), "-e", (scratch / "errors").string()}) {
    const bool up = wait_until([&] { return !process_.running() || listens(); });
    INFO(process_.output() << read_text(scratch / "errors"));
    REQUIRE((up && process_.running()));
  }

  void ask(const std::string& target) const {
    HttpClient client(address_);
    client.send("GET " + target + " HTTP/1.1\r\nHost: test\r\nUser-Agent: curl/8.5.0\r\nConnection: close\r\n\r\n");
    CHECK(status_of(client.receive()) >= 200);
  }
  void open_logs_again() { process_.signal(SIGUSR1); }

 private:
  bool listens() const {
    try {
      return static_cast<bool>(HttpClient(address_).send(""));
    } catch (const std::runtime_error&) {
      return false;
    }
  }

  SocketAddress address_;
  Process process_;
};

// What was told, safe to look at while it grows.
struct Told {
  PersonaEngine::Receipt take(std::span<const BehaviourEvent> events) {
    const std::lock_guard lock(mutex);
    for (const auto& event : events) {
      resources.emplace_back(event.resource);
      all_right = all_right && event.device == DeviceClass::server && event.client != 0;
      gone += event.outcome == Outcome::not_found;
    }
    return {.taken = events.size()};
  }
  std::vector<std::string> seen() {
    const std::lock_guard lock(mutex);
    return resources;
  }
  std::mutex mutex;
  std::vector<std::string> resources;
  bool all_right = true;
  int gone = 0;
};

}  // namespace

TEST_CASE("the log of a running nginx is followed through its rotation") {
  if (!installed({"nginx"})) return;
  const Scratch scratch;
  Nginx nginx(scratch);
  nginx.ask("/before");
  REQUIRE(wait_until([&] { return read_text(scratch / "access.log").contains("/before"); }));

  Told told;
  const ClientKeys keys{std::array<std::uint8_t, 32>{9}};
  Metrics metrics;
  LogFollower::Settings settings{.tail = {.file = scratch / "access.log", .place = scratch / "place", .linger = 200ms}};
  settings.adapter.site = "http://test";
  settings.every = 5ms;
  auto follower = LogFollower::follow(settings, {.keys = &keys,
                                                 .clock = &system_clock(),
                                                 .metrics = &metrics,
                                                 .sink = [&](auto events) { return told.take(events); }})
                      .value();
  // Whether it has begun to follow shows in what comes.
  REQUIRE(wait_until([&] {
    nginx.ask("/first?token=secret");
    return !told.seen().empty();
  }));
  std::filesystem::rename(scratch / "access.log", scratch / "access.log.1");
  nginx.ask("/into-the-old-file");
  nginx.open_logs_again();
  REQUIRE(wait_until([&] { return std::filesystem::exists(scratch / "access.log"); }));
  REQUIRE(wait_until([&] {
    nginx.ask("/gone/into-the-new-file");
    return read_text(scratch / "access.log").contains("new-file");
  }));
  REQUIRE(
      wait_until([&] { return !told.seen().empty() && told.seen().back() == "http://test/gone/into-the-new-file"; }));
  follower.reset();

  const auto seen = told.seen();
  CHECK(std::ranges::count(seen, "http://test/before") == 0);
  CHECK(seen.front() == "http://test/first");
  CHECK(std::ranges::count(seen, "http://test/into-the-old-file") == 1);
  CHECK(std::ranges::is_sorted(seen, {},
                               [](const std::string& each) { return each.contains("gone") + each.contains("into"); }));
  CHECK(told.all_right);
  CHECK(told.gone > 0);

  // What came while nobody followed is read afterwards.
  nginx.ask("/while-nobody-followed");
  follower = LogFollower::follow(settings, {.keys = &keys,
                                            .clock = &system_clock(),
                                            .metrics = &metrics,
                                            .sink = [&](auto events) { return told.take(events); }})
                 .value();
  CHECK(wait_until([&] { return told.seen().back() == "http://test/while-nobody-followed"; }));
}
