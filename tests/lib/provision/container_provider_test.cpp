#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <tests/lib/provision/local_world.h>

using namespace harbinger;
using namespace harbinger::test;
using namespace harbinger::test::conformance;
using provision::Template;

namespace {

namespace fs = std::filesystem;

/// All control groups that are there now. Other tests make and remove some meanwhile.
std::vector<fs::path> control_groups() {
  std::error_code error;
  for (int attempt = 0; attempt < 100; ++attempt) {
    std::vector<fs::path> all;
    for (fs::recursive_directory_iterator each("/sys/fs/cgroup", error), end; !error && each != end;
         each.increment(error))
      all.push_back(each->path());
    if (!error) return all;
  }
  FAIL("the control groups cannot be read: " << error.message());
  return {};
}

/// A root folder with nothing but busybox in it.
struct ContainerWorld : LocalWorld {
  ContainerWorld() {
    for (const char* folder : {"bin", "proc", "dev", "sys", "tmp", "run"}) fs::create_directories(root() / folder);
    fs::copy_file(*find_program("busybox"), root() / "bin/busybox");
    fs::create_symlink("busybox", root() / "bin/sh");
    for (const auto& folder : {state().parent_path(), root() / "tmp"}) fs::permissions(folder, fs::perms::all);
  }
  fs::path root() const { return state().parent_path() / "root"; }

  Template of(std::vector<std::string> command) const {
    Template what;
    what.name = "box";
    what.provider = "container";
    what.image = root().string();
    what.size = {.cpus = 0.5, .memory_mb = 64};
    what.command = std::move(command);
    return what;
  }
  Template serving() const { return of({"busybox", "httpd", "-f", "-p", "{address}:{port}", "-h", "/"}); }

  std::unique_ptr<Provider> make() const {
    auto made = provision::make_container_provider(world());
    if (!made) FAIL(made.error().to_string());
    return *std::move(made);
  }

  /// Besides processes, mounts and folders: groups, and what runc knows.
  std::vector<std::string> left_of_containers() const {
    auto left = LocalWorld::left();
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(state() / "runc", error)) left.push_back(entry.path().string());
    const auto group = "harbinger-" + std::to_string(std::hash<std::string_view>()(state().string()) % 1'000'000'000);
    for (const auto& path : control_groups())
      if (path.filename().string().starts_with(group)) left.push_back(path.string());
    return left;
  }

  ProviderBench bench() const {
    ProviderBench bench;
    bench.make = [this] { return make(); };
    bench.serving = serving();
    bench.broken = of({"/no/such/program"});
    bench.brief = of({"busybox", "true"});
    bench.stubborn = of({"busybox", "sh", "-c", "trap 'echo no' TERM; while :; do busybox sleep 1; done"});
    bench.busy = serving();
    bench.busy->port = busy.port();
    bench.kill_tree = [this](const std::string& id) { kill_all(id); };
    bench.left = [this] { return left_of_containers(); };
    return bench;
  }

  BusyPort busy;
};

bool possible() {
  const bool is_possible = geteuid() == 0 && find_program("runc") && find_program("busybox");
  if (!is_possible) WARN("containers need root, runc and busybox");
  return is_possible;
}

}  // namespace

TEST_CASE("the container provider keeps to what providers promise") {
  if (!possible()) return;
  const ContainerWorld world;
  check_provider(world.bench());
}

TEST_CASE("a container sees neither our processes nor our files, cannot write to its root, and has no powers") {
  if (!possible()) return;
  const ContainerWorld world;
  const auto provider = world.make();
  const auto what = world.of(
      {"busybox", "sh", "-c",
       "echo processes $(busybox ls /proc | busybox grep -c '^[0-9]'); busybox test -e /root && echo root; "
       "echo x >/file || echo read-only; echo x >/tmp/file && echo tmp; busybox grep CapBnd /proc/self/status; "
       "busybox hostname; echo end; busybox sleep 1000"});
  const auto started = provider->start({.id = "jail", .what = &what, .size = what.size, .deadline = soon()}, {});
  if (!started) FAIL(started.error().to_string());
  const auto log = [&] { return read_text(world.folder_of("jail") + "/log"); };
  CHECK(wait_until([&] { return log().ends_with("end\n"); }));
  INFO(log());
  CHECK(log().find("root\n") == std::string::npos);
  CHECK(log().find("read-only\ntmp\nCapBnd:\t0000000000000000\njail\n") != std::string::npos);
  CHECK(log().find('\n') < std::string("processes 123").size());
  CHECK(provider->stop("jail", soon()));
  CHECK(world.left_of_containers().empty());
}

TEST_CASE("a container has the limits of its size, and another size when it is resized") {
  if (!possible()) return;
  const ContainerWorld world;
  const auto bench = world.bench();
  Stay stay(bench);
  if (!stay->traits().resizes) {
    WARN("the machine's control groups allow no limits");
    return;
  }
  stay.started("sized");
  const auto limit = [] {
    for (const auto& path : control_groups()) {
      if (!path.filename().string().ends_with("-sized")) continue;
      for (const char* name : {"memory.limit_in_bytes", "memory.max"})
        if (fs::exists(path / name)) return read_text(path / name);
    }
    return std::string();
  };
  CHECK(limit() == "67108864\n");
  const auto resized = stay->resize("sized", {.cpus = 1, .memory_mb = 128}, soon());
  if (!resized) FAIL(resized.error().to_string());
  CHECK(limit() == "134217728\n");
}

TEST_CASE(
    "a provider that is killed in the midst of making a container leaves nothing that the next one does not find") {
  if (!possible()) return;
  const ContainerWorld world;
  const auto what = world.serving();
  for (int i = 0; i < 8; ++i) {
    const pid_t killed = fork();
    if (killed == 0) {
      const auto provider = world.make();
      (void)provider->start({.id = "halfway", .what = &what, .size = what.size, .deadline = soon()}, {});
      _exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(8 * i));
    ::kill(killed, SIGKILL);
    waitpid(killed, nullptr, 0);
    const auto next = world.make();
    const auto listed = next->list(soon());
    for (const auto& one : listed.value()) CHECK(next->stop(one.id, soon()));
    wait_until([&] { return world.left_of_containers().empty(); }, std::chrono::seconds(2));
    for (const auto& one : world.left_of_containers()) UNSCOPED_INFO("left behind: " << one);
    CHECK(world.left_of_containers().empty());
  }
}

TEST_CASE("a container that was made while its maker was killed is found, and can be stopped") {
  if (!possible()) return;
  const ContainerWorld world;
  const auto what = world.serving();
  {
    const auto provider = world.make();
    REQUIRE(provider->start({.id = "orphan", .what = &what, .size = what.size, .deadline = soon()}, {}));
  }
  fs::remove(world.folder_of("orphan") + "/process");
  const auto provider = world.make();
  CHECK(provider->look("orphan", soon())->condition == Condition::running);
  fs::remove(world.folder_of("orphan") + "/process");
  CHECK(provider->stop("orphan", soon()));
  CHECK(world.left_of_containers().empty());
}

TEST_CASE("a container whose root is no folder is denied") {
  if (!possible()) return;
  const ContainerWorld world;
  const auto provider = world.make();
  auto what = world.serving();
  what.image = "/no/such/folder";
  const auto started = provider->start({.id = "rootless", .what = &what, .size = what.size, .deadline = soon()}, {});
  REQUIRE_FALSE(started);
  CHECK(started.error().code == ErrorCode::denied);
  CHECK(world.left_of_containers().empty());
}
