#include "plugins/mirroring/event_file.h"

#include <atomic>
#include <fstream>
#include <mutex>

#include <catch2/catch.hpp>

#include "tests/support/drive.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace harbinger::mirroring;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

// A file that is looked at all the time, and what came of it.
struct Watched {
  Scratch folder;
  FakeClock clock;
  RememberedLog log;
  std::mutex lock;
  std::vector<std::string> heard;
  std::unique_ptr<EventFile> file;

  void write(std::string_view text) const {
    folder.write("beside", text);
    std::filesystem::rename(folder / "beside", folder / "events");
  }
  void watch() {
    file = std::make_unique<EventFile>(
        folder / "events", clock, Logger(log, "mirroring"),
        [this](const auto& events) {
          const std::lock_guard guard(lock);
          for (const auto& each : events) heard.push_back(each.tag);
        },
        1ms);
  }
  bool hears(const std::vector<std::string>& tags) {
    return wait_until([&] {
      const std::lock_guard guard(lock);
      return heard == tags;
    });
  }
};

std::string event(const std::string& tag) {
  return R"({"tag": ")" + tag + R"(", "resources": "*.video.example", "lift": 5})";
}

}  // namespace

TEST_CASE_METHOD(Watched, "events of a file are told once, also when the file changes and they are still there") {
  write("[" + event("premiere") + "]");
  watch();
  REQUIRE(hears({"premiere"}));
  clock.advance(1h);  // events that tell no time are of now
  write("[" + event("premiere") + "," + event("release") + "]");
  CHECK(hears({"premiere", "release"}));
}

TEST_CASE_METHOD(Watched, "a file that comes later is read then, and a single event needs no array") {
  watch();
  write(event("premiere"));
  CHECK(hears({"premiere"}));
}

TEST_CASE_METHOD(Watched,
                 "of a file with a wrong event nothing is told, and the log says which and what would be right") {
  write("[" + event("premiere") + R"(, {"tag": "sale", "lift": -1}])");
  watch();
  REQUIRE(wait_until([&] { return log.text().find("/1/lift") != std::string::npos; }));
  write("{");
  REQUIRE(wait_until([&] { return log.text().find("no JSON") != std::string::npos; }));
  const std::lock_guard guard(lock);
  CHECK(heard.empty());
  CHECK_THAT(log.text(), Contains("/1/resources"));
}
