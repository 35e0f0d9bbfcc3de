#include <catch2/catch.hpp>

#include <tests/lib/provision/local_world.h>
#include "provision/http_look.h"
#include "provision/kvm_probe.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace harbinger::test::conformance;
using namespace std::chrono_literals;
using provision::Template;

namespace {

namespace fs = std::filesystem;

/// A Linux with a web server, made once for all builds' tests.
const fs::path& guest() {
  static const fs::path folder = [] {
    fs::path made = HARBINGER_BINARY_DIR "/guest";
    Process make({in_project("tests/support/guest/make").string(), made.string()});
    const auto ended = make.wait(120s);
    if (ended && ended->exit_code == 0) return made;
    WARN("no guest: " << make.output());
    return fs::path();
  }();
  return folder;
}

bool possible() {
  if (!find_program("qemu-system-x86_64")) WARN("qemu-system-x86 is not installed");
  return find_program("qemu-system-x86_64") && !guest().empty();
}

struct QemuWorld : LocalWorld {
  Template booting() const {
    Template what;
    what.name = "machine";
    what.provider = "qemu";
    what.image = (guest() / "kernel").string();
    what.more["initrd"] = (guest() / "initrd").string();
    what.size = {.cpus = 1, .memory_mb = 128};
    what.health = "/";
    return what;
  }
  Template resuming() const {
    auto what = booting();
    what.more["resume"] = "yes";
    return what;
  }

  std::unique_ptr<Provider> make() const {
    auto made = provision::make_qemu_provider(world({{"accelerator", "tcg"}, {"nice", "0"}}));
    if (!made) FAIL(made.error().to_string());
    return *std::move(made);
  }

  ProviderBench bench() const {
    ProviderBench bench;
    bench.make = [this] { return make(); };
    bench.serving = resuming();
    bench.broken = booting();
    bench.broken->image = "/no/such/kernel";
    bench.busy = resuming();
    bench.busy->port = busy.port();
    bench.busy->more["guest_port"] = "80";
    bench.kill_tree = [this](const std::string& id) { kill_all(id); };
    bench.left = [this] { return left(); };
    bench.answers = [](const provision::Reach& reach) {
      return provision::answers_http({.ip = reach.addresses.at(0), .port = reach.port}, "/", 500ms);
    };
    bench.ready_within = 60s;
    bench.many = 4;
    return bench;
  }

  BusyPort busy;
};

std::string ask(const provision::Reach& reach, const std::string& path) {
  const auto curl = find_program("curl");
  if (!curl) return {};
  Process process({curl->string(), "-s", "-m", "10",
                   "http://" + SocketAddress{reach.addresses.at(0), reach.port}.to_string() + path});
  process.wait();
  return process.output();
}

// Word and value of each line.
std::string value_of(const std::string& text, const std::string& word) {
  std::istringstream in(text);
  for (std::string name, value; in >> name >> value;)
    if (name == word) return value;
  return {};
}

void gives_each_its_own_id_and_chance(const QemuWorld& world) {
  const auto bench = world.bench();
  Stay stay(bench);
  std::set<std::string> chances;
  for (const std::string id : {"first", "second", "third"}) {
    const auto reach = stay.ready(id).reach;
    const auto who = [&] { return ask(reach, "/cgi-bin/who"); };
    CHECK(wait_until([&] { return value_of(who(), "id") == id; }));
    chances.insert(value_of(who(), "random"));
  }
  CHECK(chances.size() == 3);
  CHECK(chances.count("") == 0);
}

void ends_the_frozen(const QemuWorld& world) {
  const auto bench = world.bench();
  Stay stay(bench);
  stay.ready("frozen");
  for (const auto& one : world.processes(world.folder_of("frozen"))) ::kill(one.pid, SIGSTOP);
  CHECK(stay.found("frozen").condition == Condition::running);
  CHECK(stay->stop("frozen", in(1000ms)));
  CHECK(stay.gone("frozen"));
  CHECK(stay.nothing_left());
}

}  // namespace

TEST_CASE(
    "the qemu provider keeps to what providers promise, and each machine that goes on from a saved one is one of its "
    "own",
    "[long]") {
  if (!possible()) return;
  static const QemuWorld world;  // one for all sections, so that one machine is booted and saved for all of them
  check_provider(world.bench());
  SECTION("machines that go on from the same one have ids and chance of their own") {
    gives_each_its_own_id_and_chance(world);
  }
  SECTION("a machine that is frozen is ended all the same") { ends_the_frozen(world); }
}

TEST_CASE("a machine boots, and is gone when it ends by itself, and a saved one that was cut short is made anew") {
  if (!possible()) return;
  const QemuWorld world;
  auto bench = world.bench();
  bench.serving = world.booting();
  {
    Stay stay(bench);
    const auto reach = stay.ready("booted").reach;
    ask(reach, "/cgi-bin/end");
    CHECK(stay.comes_to_be_gone("booted"));
  }
  CHECK(world.left().empty());
  auto what = world.resuming();
  const auto provider = world.make();
  const auto late = provider->start({.id = "late", .what = &what, .size = what.size, .deadline = in(300ms)}, {});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::timeout);
  CHECK(world.left().empty());
}

TEST_CASE("what QEMU says of a kernel that is none is the reason that is given") {
  if (!possible()) return;
  const QemuWorld world;
  const auto provider = world.make();
  auto what = world.booting();
  what.image = in_project("README.md").string();
  const auto started = provider->start({.id = "text", .what = &what, .size = what.size, .deadline = soon()}, {});
  REQUIRE_FALSE(started);
  CHECK(started.error().message.find("kernel") != std::string::npos);
  what = world.resuming();
  what.health.clear();
  const auto blind = provider->start({.id = "blind", .what = &what, .size = what.size, .deadline = soon()}, {});
  REQUIRE_FALSE(blind);
  CHECK(blind.error().message.find("needs `health`") != std::string::npos);
  CHECK(world.left().empty());
}

TEST_CASE("the smallest guest tells an accelerator that works from one that does not") {
  const auto qemu = find_program("qemu-system-x86_64");
  if (!qemu) return;
  const Scratch scratch;
  CHECK(provision::guest_works(qemu->string(), "tcg", scratch.path(), system_clock(), 20s));
  CHECK_FALSE(provision::guest_works(qemu->string(), "abacus", scratch.path(), system_clock(), 20s));
  CHECK_FALSE(provision::guest_works("/no/such/qemu", "tcg", scratch.path(), system_clock(), 20s));
}
