#include "plugins/reload/source_watch.h"

#include "tests/support/scratch.h"

using namespace harbinger;
using reload::SourceWatch;

TEST_CASE("a change is told once, when two looks see the same") {
  const test::Scratch scratch;
  const auto file = scratch.write("Harbingerfile", ". { whoami }");
  SourceWatch watch({file});
  CHECK_FALSE(watch.changed());

  scratch.write("Harbingerfile", ". { who");
  CHECK_FALSE(watch.changed());
  CHECK(watch.settling());
  scratch.write("Harbingerfile", ". { whoami\n}");
  CHECK_FALSE(watch.changed());
  CHECK(watch.changed());
  CHECK_FALSE(watch.settling());
  CHECK_FALSE(watch.changed());
}

TEST_CASE("writing the same content again is no change") {
  const test::Scratch scratch;
  const auto file = scratch.write("Harbingerfile", ". { whoami }");
  SourceWatch watch({file});
  scratch.write("Harbingerfile", ". { whoami }");
  CHECK_FALSE(watch.changed());
  CHECK_FALSE(watch.changed());
}

TEST_CASE("an imported file counts, and so does one that vanishes") {
  const test::Scratch scratch;
  const auto file = scratch.write("Harbingerfile", "import zones");
  const auto imported = scratch.write("zones", ". { whoami }");
  SourceWatch watch({file, imported});
  std::filesystem::remove(imported);
  CHECK_FALSE(watch.changed());
  CHECK(watch.changed());
  scratch.write("zones", ". { whoami }");
  CHECK_FALSE(watch.changed());
  CHECK(watch.changed());
}

TEST_CASE("a folder in the place of a file is a file that vanished") {
  const test::Scratch scratch;
  const auto file = scratch.write("Harbingerfile", ". { whoami }");
  SourceWatch watch({file});
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  CHECK_FALSE(watch.changed());
  CHECK(watch.changed());
}
