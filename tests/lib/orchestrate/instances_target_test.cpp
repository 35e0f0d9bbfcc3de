// Instances of this machine as a target.
#include <catch2/catch.hpp>

#include <tests/lib/orchestrate/target_conformance.h>
#include <tests/lib/provision/local_world.h>

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

struct InstancesWorld : LocalWorld {
  static TargetWorld world(const std::filesystem::path& state) {
    provision::Template web;
    web.name = "web";
    web.provider = "process";
    web.size = {.cpus = 1, .memory_mb = 64};
    web.command = {"busybox", "httpd", "-f", "-p", "{address}:{port}", "-h", "/"};
    auto slow = web;
    slow.name = "slow";
    slow.command = {"busybox", "sh", "-c", "sleep 30"};
    return {.clock = &system_clock(), .installation = "test", .state = state, .options = {}, .templates = {web, slow}};
  }
  std::unique_ptr<Target> make() const {
    auto made = make_instances_target("process", world(state()));
    if (!made) FAIL(made.error().to_string());
    return std::move(*made);
  }
  static Need web(std::uint32_t count) { return {.kind = "machine", .machine = "web", .count = count}; }

  TargetBench bench() const {
    TargetBench bench;
    bench.make = [this] { return make(); };
    bench.need = web(1);
    bench.unknown = Need{.kind = "machine", .machine = "castle"};
    bench.known = "web";
    bench.lose_part = [this](const std::string& id) { kill_all(id + "-1"); };
    bench.left = [this] { return left(); };
    return bench;
  }
};

TargetOrder order(const std::string& id, const Need& need) {
  return {.id = id, .need = need, .settings = {}, .deadline = system_clock().now() + 10s};
}

}  // namespace

TEST_CASE("instances of the process provider keep to what targets promise") {
  const bool possible = find_program("busybox").has_value();
  if (!possible) WARN("processes that serve need busybox");
  const InstancesWorld world;
  if (possible) check_target(world.bench());
}

TEST_CASE("instances that run and do not answer are not ready") {
  const InstancesWorld world;
  const auto target = world.make();
  const Need need{.kind = "machine", .machine = "slow", .count = 2};
  const auto made = target->make(order("slow", need), {});
  REQUIRE(made);
  CHECK(made->condition == Made::Condition::starting);
  CHECK(made->parts == 0);
  REQUIRE(target->remove("slow", system_clock().now() + 10s));
  CHECK(world.left().empty());
}

TEST_CASE("of an order, a target that comes new sees as much as runs, and completes it when it is told the count") {
  const InstancesWorld world;
  {
    const auto first = world.make();
    REQUIRE(first->make(order("some", InstancesWorld::web(3)), {}));
    REQUIRE(wait_until([&] { return first->look("some", system_clock().now() + 5s)->parts == 3; }));
    world.kill_all("some-2");
    REQUIRE(wait_until([&] { return first->look("some", system_clock().now() + 5s)->parts == 2; }));
  }
  const auto target = world.make();
  CHECK(wait_until([&] { return target->look("some", system_clock().now() + 5s)->parts == 2; }));
  REQUIRE(target->make(order("some", InstancesWorld::web(3)), {}));
  CHECK(wait_until([&] { return target->look("some", system_clock().now() + 5s)->parts == 3; }));
  CHECK(target->list(system_clock().now() + 5s)->size() == 1);
  SECTION("another machine is another order") {
    auto other = InstancesWorld::web(3);
    other.machine = "slow";
    CHECK(target->change(order("some", other), {}).error().code == ErrorCode::unsupported);
  }
  REQUIRE(target->remove("some", system_clock().now() + 10s));
  CHECK(world.left().empty());
}
