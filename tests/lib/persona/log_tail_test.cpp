#include "persona/log_tail.h"

#include <fstream>

#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::persona;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

using Lines = std::vector<std::string>;

// A log in a folder of its own, and who follows it.
struct World {
  LogTail tail(LogTail::Settings settings = {}) {
    settings.file = scratch / "log";
    return LogTail(
        std::move(settings), clock,
        {[this] { lines.push_back("<begin>"); }, [this](std::string_view line) { lines.emplace_back(line); }});
  }
  void append(std::string_view text, const char* name = "log") const {
    std::ofstream(scratch / name, std::ios::app) << text;
  }
  void rename(const char* from, const char* to) const { std::filesystem::rename(scratch / from, scratch / to); }
  // What a poll hands over.
  Lines poll(LogTail& tail) {
    lines.clear();
    while (tail.poll().value()) {
    }
    return lines;
  }
  Lines rest(LogTail& tail) {
    poll(tail);
    clock.advance(6s);
    auto before = lines;
    for (const auto& line : poll(tail)) before.push_back(line);
    return before;
  }

  Scratch scratch;
  FakeClock clock;
  Lines lines;
};

}  // namespace

TEST_CASE("a log that was there is followed from its end, at a whole line") {
  World world;
  world.append("old\nhalf ");
  auto tail = world.tail();
  CHECK(world.poll(tail) == Lines{"<begin>"});
  world.append("a line\nnew\r\n\nnewer\n");
  CHECK(world.poll(tail) == Lines{"new", "newer"});
}

TEST_CASE("a log that comes later is read from its beginning") {
  World world;
  auto tail = world.tail();
  CHECK(world.poll(tail).empty());
  world.append("first\n");
  CHECK(world.poll(tail) == Lines{"<begin>", "first"});
}

TEST_CASE("the header of a log that is followed from its end is handed over") {
  World world;
  world.append("#separator\n#fields\tts\nold\n");
  auto tail = world.tail();
  CHECK(world.poll(tail) == Lines{"<begin>", "#separator", "#fields\tts"});
}

TEST_CASE("a line counts once its end is there") {
  World world;
  auto tail = world.tail({.file = {}, .from_start = true});
  world.append("first\nsec");
  CHECK(world.poll(tail) == Lines{"<begin>", "first"});
  world.append("ond");
  CHECK(world.poll(tail).empty());
  world.append("\n");
  CHECK(world.poll(tail) == Lines{"second"});
}

TEST_CASE("a long line is counted and left out, in whatever pieces it comes") {
  World world;
  auto tail = world.tail({.file = {}, .from_start = true, .most_line = 100});
  world.append("a\n" + std::string(100, 'f') + "\n" + std::string(200'000, 'x'));
  CHECK(world.poll(tail) == Lines{"<begin>", "a", std::string(100, 'f')});
  world.append(std::string(50, 'y') + "\nb\n" + std::string(101, 'z') + "\nc\n");
  CHECK(world.poll(tail) == Lines{"b", "c"});
  CHECK(tail.counts().too_long == 2);
}

TEST_CASE("a log that is renamed and made anew loses no line, though the writer is late to notice") {
  World world;
  world.append("");
  auto tail = world.tail();
  world.poll(tail);
  world.append("1\n");
  world.rename("log", "log.1");
  world.append("2\n", "log.1");
  CHECK(world.poll(tail) == Lines{"1", "2"});
  world.append("4\n");
  CHECK(world.poll(tail).empty());
  world.clock.advance(3s);
  world.append("3\n", "log.1");
  CHECK(world.poll(tail) == Lines{"3"});
  world.clock.advance(3s);
  CHECK(world.poll(tail).empty());
  world.clock.advance(3s);
  CHECK(world.poll(tail) == Lines{"<begin>", "4"});
  CHECK(tail.counts().rotations == 1);
}

TEST_CASE("a last line without an end in a log that was renamed away is cut") {
  World world;
  auto tail = world.tail();
  world.poll(tail);
  world.append("1\nhal");
  world.poll(tail);
  world.rename("log", "log.1");
  world.append("2\n");
  CHECK(world.rest(tail) == Lines{"<begin>", "2"});
  CHECK(tail.counts().cut == 1);
}

TEST_CASE("a log that is copied and truncated is read from its beginning again") {
  World world;
  auto tail = world.tail({.file = {}, .from_start = true});
  world.append("1\n2\n");
  world.poll(tail);
  world.scratch.write("log", "");
  CHECK(world.poll(tail) == Lines{"<begin>"});
  world.append("3\n");
  CHECK(world.poll(tail) == Lines{"3"});
  // It has grown beyond the old place before anybody looked.
  world.scratch.write("log", "another beginning\n4\n");
  CHECK(world.poll(tail) == Lines{"<begin>", "another beginning", "4"});
  CHECK(tail.counts().truncations == 2);
}

TEST_CASE("a restart goes on where it was, a half line from its beginning") {
  World world;
  const auto place = world.scratch / "place";
  world.append("1\n2\nha");
  {
    auto tail = world.tail({.file = {}, .place = place, .from_start = true});
    CHECK(world.poll(tail) == Lines{"<begin>", "1", "2"});
    REQUIRE(tail.remember());
  }
  world.append("lf\n3\n");
  auto tail = world.tail({.file = {}, .place = place});
  CHECK(world.poll(tail) == Lines{"<begin>", "half", "3"});
}

TEST_CASE("a restart after a rotation reads the rest of the old log, then the new one") {
  World world;
  const auto place = world.scratch / "place";
  world.append("1\n");
  {
    auto tail = world.tail({.file = {}, .place = place, .from_start = true});
    world.poll(tail);
    REQUIRE(tail.remember());
  }
  world.append("2\n");
  world.rename("log", "log.1");
  world.append("3\n");
  auto tail = world.tail({.file = {}, .place = place});
  CHECK(world.rest(tail) == Lines{"<begin>", "2", "<begin>", "3"});
}

TEST_CASE("a restart that finds another log, or no sense in its place, reads the whole new log or begins at the end") {
  World world;
  const auto place = world.scratch / "place";
  world.append("1\n2\n");
  {
    auto tail = world.tail({.file = {}, .place = place, .from_start = true});
    world.poll(tail);
    REQUIRE(tail.remember());
  }
  world.scratch.write("log", "other\n");
  auto other = world.tail({.file = {}, .place = place});
  CHECK(world.poll(other) == Lines{"<begin>", "other"});
  world.scratch.write("place", "harbinger-log-place-1 7 -1 nonsense");
  auto confused = world.tail({.file = {}, .place = place});
  CHECK(world.poll(confused) == Lines{"<begin>"});
}

TEST_CASE("what is no plain file is an error, and tried again") {
  World world;
  std::filesystem::create_directory(world.scratch / "log");
  auto tail = world.tail();
  CHECK(tail.poll().error().code == ErrorCode::denied);
  std::filesystem::remove(world.scratch / "log");
  CHECK(tail.poll().value() == false);
  world.append("1\n");
  CHECK(world.poll(tail) == Lines{"<begin>", "1"});
}

TEST_CASE("a poll reads no more than it may, and says that there is more") {
  World world;
  auto tail = world.tail({.file = {}, .from_start = true, .most_per_poll = 1});
  for (int i = 0; i < 20'000; ++i) world.append(std::to_string(100'000 + i) + "\n");
  REQUIRE(tail.poll().value());
  CHECK(world.lines.size() < 20'001);
  while (tail.poll().value()) {
  }
  CHECK(world.lines.size() == 20'001);
  CHECK(world.lines.back() == "119999");
}
