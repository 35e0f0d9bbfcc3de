#include <catch2/catch.hpp>

#include <sys/wait.h>

#include <tests/lib/provision/local_world.h>

using namespace harbinger;
using namespace harbinger::test;
using namespace harbinger::test::conformance;
using namespace std::chrono_literals;
using provision::Template;

namespace {

Template of(std::vector<std::string> command) {
  Template what;
  what.name = "web";
  what.provider = "process";
  what.size = {.cpus = 1, .memory_mb = 256};
  what.most = {.cpus = 2, .memory_mb = 512};
  what.command = std::move(command);
  return what;
}

Template serving() { return of({"busybox", "httpd", "-f", "-p", "{address}:{port}", "-h", "/"}); }

struct ProcessWorld : LocalWorld {
  std::unique_ptr<Provider> make(std::map<std::string, std::string> options = {}) const {
    auto made = provision::make_process_provider(world(std::move(options)));
    if (!made) FAIL(made.error().to_string());
    return *std::move(made);
  }

  ProviderBench bench() const {
    ProviderBench bench;
    bench.make = [this] { return make(); };
    bench.serving = serving();
    bench.broken = of({"/no/such/program"});
    bench.brief = of({"/bin/true"});
    bench.stubborn = of({"/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done"});
    bench.busy = serving();
    bench.busy->port = busy.port();
    bench.kill_tree = [this](const std::string& id) { kill_all(id); };
    bench.left = [this] { return left(); };
    return bench;
  }

  BusyPort busy;
};

bool installed() {
  if (find_program("busybox")) return true;
  WARN("busybox is not installed");
  return false;
}

std::size_t children_that_ended() {
  std::size_t count = 0;
  for (const auto& one : provision::all_processes()) count += one.parent == getpid() && one.ended() ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("the process provider keeps to what providers promise") {
  if (!installed()) return;
  const ProcessWorld world;
  check_provider(world.bench());
}

TEST_CASE("a process that ended is waited for, and what it started ends with it") {
  const ProcessWorld world;
  const auto provider = world.make();
  const auto what = of({"/bin/sh", "-c", "sleep 1000 & setsid sleep 1000 & exec sleep 0.01"});
  REQUIRE(provider->start({.id = "parent", .what = &what, .size = what.size, .deadline = soon()}, {}));
  REQUIRE(wait_until([&] { return provider->look("parent", soon())->condition == Condition::gone; }));
  CHECK(children_that_ended() == 0);
  CHECK(world.processes(world.folder_of("parent")).size() == 2);
  CHECK(provider->stop("parent", soon()));
  CHECK(world.left().empty());
}

TEST_CASE("a record whose number is somebody else's by now kills nobody") {
  const ProcessWorld world;
  const auto provider = world.make();
  const auto what = of({"/bin/true"});
  REQUIRE(provider->start({.id = "old", .what = &what, .size = what.size, .deadline = soon()}, {}));
  Process stranger({"sleep", "1000"});
  std::ofstream(world.folder_of("old") + "/process", std::ios::trunc) << stranger.pid() << " 1\n";
  CHECK(provider->look("old", soon())->condition == Condition::gone);
  CHECK(provider->stop("old", soon()));
  CHECK(stranger.running());
}

TEST_CASE("a provider that is killed in the midst of a start leaves nothing that the next one does not find") {
  const ProcessWorld world;
  const auto what = of({"/bin/sleep", "1000"});
  for (int i = 0; i < 20; ++i) {
    const pid_t killed = fork();
    if (killed == 0) {
      const auto provider = world.make();
      (void)provider->start({.id = "halfway", .what = &what, .size = what.size, .deadline = soon()}, {});
      _exit(0);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(150 * i));
    ::kill(killed, SIGKILL);
    waitpid(killed, nullptr, 0);
    const auto next = world.make();
    const auto listed = next->list(soon());
    for (const auto& one : listed.value()) CHECK(next->stop(one.id, soon()));
    wait_until([&] { return world.left().empty(); }, 2s);
    CHECK(world.left().empty());
  }
}

TEST_CASE("an order that was cut short before its process began is followed anew") {
  if (!installed()) return;
  const ProcessWorld world;
  const auto what = serving();
  {
    const auto provider = world.make();
    REQUIRE(provider->start({.id = "cut", .what = &what, .size = what.size, .deadline = soon()}, {}));
  }
  std::filesystem::remove(world.folder_of("cut") + "/process");
  const auto provider = world.make();
  CHECK(provider->look("cut", soon())->condition == Condition::gone);
  REQUIRE(provider->start({.id = "cut", .what = &what, .size = what.size, .deadline = soon()}, {}));
  CHECK(world.processes(world.folder_of("cut")).size() == 1);
  CHECK(provider->stop("cut", soon()));
  CHECK(world.left().empty());
}

TEST_CASE("an instance with a fixed port has an address of its own, and its words tell both") {
  const ProcessWorld world;
  const auto provider = world.make({{"addresses", "127.81.0.0/16"}});
  auto what = of({"/bin/sh", "-c", "echo \"$0 $HARBINGER_PORT $COLOUR\"; sleep 1000", "{id}/{address}/{port}"});
  what.port = 8080;
  what.more["environment.COLOUR"] = "red {id}";
  const auto one = provider->start({.id = "one", .what = &what, .size = what.size, .deadline = soon()}, {});
  const auto two = provider->start({.id = "two", .what = &what, .size = what.size, .deadline = soon()}, {});
  REQUIRE(one);
  REQUIRE(two);
  CHECK(one->reach.port == 8080);
  CHECK(two->reach.port == 8080);
  CHECK(one->reach.addresses != two->reach.addresses);
  CHECK(one->reach.addresses[0].to_string().starts_with("127.81."));
  const auto expected = "one/" + one->reach.addresses[0].to_string() + "/8080 8080 red one\n";
  CHECK(wait_until([&] { return read_text(world.folder_of("one") + "/log") == expected; }));
  CHECK(provider->stop("one", soon()));
  CHECK(provider->stop("two", soon()));
}

TEST_CASE("a process has no more memory and processors than its size says, and another size when it is resized") {
  const ProcessWorld world;
  const auto provider = world.make();
  const auto what = of({"/bin/sh", "-c", "sleep 1000"});
  REQUIRE(
      provider->start({.id = "sized", .what = &what, .size = {.cpus = 1, .memory_mb = 64}, .deadline = soon()}, {}));
  const auto limits = [&] {
    return read_text("/proc/" + std::to_string(world.processes(world.folder_of("sized")).at(0).pid) + "/limits");
  };
  CHECK(limits().find("Max data size             67108864             536870912") != std::string::npos);
  CHECK(provider->resize("sized", {.cpus = 2, .memory_mb = 128}, soon()));
  CHECK(limits().find("Max data size             134217728            536870912") != std::string::npos);
  CHECK(provider->stop("sized", soon()));
}

TEST_CASE("usage tells of work and connections") {
  if (!installed()) return;
  const ProcessWorld world;
  const auto bench = world.bench();
  Stay stay(bench);
  const auto busy = of({"/bin/sh", "-c", "while :; do :; done"});
  REQUIRE(stay.start("busy", busy));
  const auto web = stay.ready("web");
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(web.reach.port);
  inet_pton(AF_INET, web.reach.addresses[0].to_string().c_str(), &to.sin_addr);
  REQUIRE(connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0);
  CHECK(wait_until([&] { return stay->usage("web", soon())->connections == 1; }));
  CHECK(stay->usage("web", soon())->knows_connections);
  CHECK(wait_until([&] { return stay->usage("busy", soon())->cpus > 0.05; }));
  close(socket);
}

TEST_CASE("what an instance writes is kept, but not without end") {
  const ProcessWorld world;
  const auto provider = world.make({{"log_kb", "4"}});
  const auto what = of({"/bin/sh", "-c", "while :; do echo a line of the log; done"});
  REQUIRE(provider->start({.id = "loud", .what = &what, .size = what.size, .deadline = soon()}, {}));
  const auto old = world.folder_of("loud") + "/log.old";
  CHECK(wait_until([&] { return provider->look("loud", soon()) && std::filesystem::exists(old); }));
  CHECK(std::filesystem::file_size(old) <= 2048);
  CHECK(provider->stop("loud", soon()));
}

TEST_CASE("no more processes than `most` are started") {
  const ProcessWorld world;
  const auto provider = world.make({{"most", "1"}});
  const auto what = of({"/bin/sleep", "1000"});
  REQUIRE(provider->start({.id = "one", .what = &what, .size = what.size, .deadline = soon()}, {}));
  const auto two = provider->start({.id = "two", .what = &what, .size = what.size, .deadline = soon()}, {});
  REQUIRE_FALSE(two);
  CHECK(two.error().code == ErrorCode::too_large);
  CHECK(provider->stop("one", soon()));
}

TEST_CASE("words of a provider that are wrong are refused with what would be right") {
  const LocalWorld world;
  const auto error_of = [&](const std::string& word, const std::string& value) {
    const auto made = provision::make_process_provider(world.world({{word, value}}));
    return made ? std::string() : made.error().to_string();
  };
  CHECK(error_of("nice", "20") == "provider process: nice '20' would be a number from 0 to 19");
  CHECK(error_of("nicer", "2") == "provider process: no word 'nicer'; there are addresses, cost, log_kb, most, nice");
  CHECK(error_of("addresses", "home").find("would be addresses of this machine") != std::string::npos);
  CHECK(error_of("most", "10").empty());
}
