#include "persona/checkpoint.h"

#include <catch2/catch.hpp>
#include <fstream>

#include <tests/support/persona_bench.h>
#include <tests/support/scratch.h>

using namespace harbinger;
using namespace harbinger::persona;
using namespace std::chrono_literals;
using test::EngineBench;
using test::Scratch;

namespace fs = std::filesystem;

namespace {

void write_file(const fs::path& file, const std::string& octets) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(octets.data(), static_cast<std::streamsize>(octets.size()));
}

// An engine with a state folder; two benches on one folder are one engine before and after a restart.
struct Kept : EngineBench {
  explicit Kept(const Scratch& scratch) { settings.state = scratch / "state"; }
};

}  // namespace

TEST_CASE("an engine that starts again knows its clients, their tokens and its personas") {
  Scratch scratch;
  PersonaAssignment before;
  {
    Kept bench(scratch);
    bench.start();
    bench.acts(7, "video.example", 10);
    before = bench.ask(7);
    CHECK(bench.engine->rename("viewer", "cinema"));
  }
  Kept bench(scratch);
  bench.start();
  CHECK(bench.engine->state().clients == 1);
  CHECK(bench.engine->state().events == 10);
  CHECK(bench.engine->list().at(0).name == "cinema");
  const auto after = bench.ask(7, before.token);
  CHECK(after.token == before.token);
  CHECK(after.persona == 1);
  CHECK(after.expires == before.expires);
  bench.acts(7, "game.example", 1);
  CHECK(bench.ask(7).persona == 2);
}

TEST_CASE("what was not saved before a crash is lost, what was is there, and a half-written file disturbs nobody") {
  Scratch scratch;
  Kept first(scratch);
  first.start();
  first.acts(7, "video.example", 10);
  CHECK(first.engine->save());
  first.acts(8, "video.example", 10);
  // What a kill leaves behind, taken to another folder: the first engine still has this one.
  fs::create_directories(scratch / "left");
  fs::copy(scratch / "state", scratch / "left/state", fs::copy_options::recursive);
  write_file(scratch / "left/state/unfinished.checkpoint", "harbpers");

  EngineBench second;
  second.settings.state = scratch / "left/state";
  second.start();
  CHECK(second.engine->state().clients == 1);
  CHECK(second.ask(7).persona == 1);
}

TEST_CASE("a checkpoint with a flipped bit is an error that names file and octet, and stays as it is") {
  Scratch scratch;
  {
    Kept bench(scratch);
    bench.start();
    for (ClientKey client = 1; client <= 20; ++client) bench.acts(client, "video.example", 5);
    CHECK(bench.engine->save());
    bench.acts(1, "game.example", 1);
  }
  const auto there = checkpoints_in(scratch / "state");
  REQUIRE(there.size() == 2);
  const auto whole = test::read_text(there[0]);
  for (std::size_t at = 0; at < whole.size(); at += 97) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1 << at % 8);
    write_file(there[0], damaged);
    Kept bench(scratch);
    const auto started = bench.try_start();
    REQUIRE_FALSE(started);
    CHECK(started.error().message.find(there[0].string() + " cannot be read at octet ") != std::string::npos);
    CHECK(started.error().message.find(there[1].string()) != std::string::npos);
    CHECK(started.error().position.file == there[0].string());
    CHECK(test::read_text(there[0]) == damaged);
  }
  fs::remove(there[0]);
  Kept bench(scratch);
  bench.start();
  CHECK(bench.engine->state().clients == 20);
}

TEST_CASE("a checkpoint that was cut is an error wherever it was cut") {
  Scratch scratch;
  {
    Kept bench(scratch);
    bench.start();
    for (ClientKey client = 1; client <= 20; ++client) bench.acts(client, "video.example", 5);
  }
  const auto file = checkpoints_in(scratch / "state").at(0);
  const auto whole = test::read_text(file);
  for (std::size_t size = 0; size < whole.size(); size += 61) {
    write_file(file, whole.substr(0, size));
    Kept bench(scratch);
    CHECK_FALSE(bench.try_start());
  }
  write_file(file, whole);
  Kept bench(scratch);
  bench.start();
  CHECK(bench.engine->state().clients == 20);
}

TEST_CASE("a checkpoint does not show whom it is about, and needs its secret") {
  Scratch scratch;
  {
    Kept bench(scratch);
    bench.start();
    bench.acts(0x6b6579206f66206d, "video.example", 5);
  }
  const auto file = checkpoints_in(scratch / "state").at(0);
  CHECK(test::read_text(file).find("m fo yek") == std::string::npos);
  CHECK((fs::status(file).permissions() & fs::perms::others_read) == fs::perms::none);
  Secret another{};
  fs::remove(scratch / "state/key");
  CHECK(write_secret(scratch / "state/key", another));
  Kept bench(scratch);
  const auto started = bench.try_start();
  REQUIRE_FALSE(started);
  CHECK(started.error().code == ErrorCode::denied);
}

TEST_CASE("two checkpoints are kept, one is made as often as the settings say, and two engines do not share a folder") {
  Scratch scratch;
  Kept bench(scratch);
  bench.start();
  for (int i = 0; i < 4; ++i) {
    bench.acts(7, "video.example", 1);
    CHECK(bench.engine->save());
  }
  CHECK(checkpoints_in(scratch / "state").size() == 2);
  const auto newest = checkpoints_in(scratch / "state").at(0);
  bench.clock.advance(61s);
  bench.engine->catch_up();
  CHECK(bench.engine->save());  // follows the one that was due
  bench.engine->catch_up();
  CHECK(bench.metric("checkpoints_total", "written") == 6);
  CHECK(checkpoints_in(scratch / "state").at(0) != newest);

  Kept other(scratch);
  const auto started = other.try_start();
  REQUIRE_FALSE(started);
  CHECK(started.error().code == ErrorCode::conflict);
}

TEST_CASE("a checkpoint that cannot be written is trouble, and no end") {
  Scratch scratch;
  Kept bench(scratch);
  bench.start();
  bench.acts(7, "video.example", 5);
  fs::remove_all(scratch / "state");
  CHECK_FALSE(bench.engine->save());
  CHECK(bench.ask(7).persona == 1);
  bench.engine->catch_up();
  CHECK_FALSE(bench.engine->state().trouble.empty());
}

TEST_CASE("an engine without a folder says so when it shall save") {
  EngineBench bench;
  bench.start();
  CHECK(bench.engine->save().error().code == ErrorCode::unsupported);
}
