#include "mirror/config_store.h"

#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "mirror/if_match.h"
#include "tests/lib/mirror/small_disk.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;
using nlohmann::json;

namespace {

namespace fs = std::filesystem;

constexpr Secret kSecret{1, 2, 3};
const Author kOps{"ops", "192.0.2.1:4000"};

MirrorSettings with_horizon(int seconds) {
  MirrorSettings settings;
  settings.horizon = std::chrono::seconds(seconds);
  return settings;
}

struct Home {
  Scratch scratch;
  FakeClock clock;
  fs::path folder = scratch / "mirroring";

  Result<std::shared_ptr<ConfigStore>> open(const Secret& secret = kSecret) const {
    return ConfigStore::shared({.folder = folder, .secret = secret, .clock = &clock});
  }
  std::vector<json> audit() const {
    std::vector<json> lines;
    std::ifstream file(folder / "audit.log");
    for (std::string line; std::getline(file, line);) lines.push_back(json::parse(line));
    return lines;
  }
};

}  // namespace

TEST_CASE_METHOD(Home, "a store that is new has the defaults, at version 0") {
  const auto store = open().value();
  CHECK(store->current()->number == 0);
  CHECK(store->current()->settings == MirrorSettings());
}

TEST_CASE_METHOD(Home, "a change that names the version in force makes the next one, which a restart finds") {
  std::string etag;
  {
    const auto store = open().value();
    const auto changed = store->replace(with_horizon(900), store->current()->etag, kOps);
    REQUIRE(changed);
    CHECK((*changed)->number == 1);
    etag = (*changed)->etag;
  }
  const auto store = open().value();
  CHECK(store->current()->number == 1);
  CHECK(store->current()->settings == with_horizon(900));
  CHECK(store->current()->changed_by == "ops");
  CHECK(store->current()->etag == etag);
}

TEST_CASE_METHOD(Home, "a change from another version, or from none, changes nothing") {
  const auto store = open().value();
  const auto first = store->current()->etag;
  REQUIRE(store->replace(with_horizon(900), first, kOps));
  CHECK(store->replace(with_horizon(1800), first, kOps).error().reason == ConfigStore::Refused::stale);
  CHECK(store->replace(with_horizon(1800), "", kOps).error().reason == ConfigStore::Refused::unconditional);
  CHECK(store->current()->settings == with_horizon(900));
  CHECK(store->replace(with_horizon(1800), "*", kOps));
}

TEST_CASE_METHOD(Home, "settings that are in force already make no new version") {
  const auto store = open().value();
  REQUIRE(store->replace(with_horizon(900), "*", kOps));
  CHECK(store->replace(with_horizon(900), store->current()->etag, kOps).value()->number == 1);
  CHECK(audit().size() == 2);
}

TEST_CASE("If-Match names a version by its strong ETag alone") {
  CHECK(names_version(R"("7-ab")", R"("7-ab")"));
  CHECK(names_version(R"("6-ab" , "7-ab")", R"("7-ab")"));
  CHECK(names_version(" * ", R"("7-ab")"));
  for (const auto* other : {R"("7-a")", R"(W/"7-ab")", "7-ab", R"("")", ",", R"("7-ab"x)"})
    CHECK_FALSE(names_version(other, R"("7-ab")"));
}

TEST_CASE_METHOD(Home, "who asks for the same folder again, as at a reload, gets the same store") {
  const auto old = open().value();
  const auto fresh = open().value();
  REQUIRE(old->replace(with_horizon(900), "*", kOps));
  CHECK(fresh->current()->number == 1);
}

TEST_CASE_METHOD(Home, "the settings are not read off the disk without the secret") {
  REQUIRE(open().value()->replace(with_horizon(987), "*", {"someone special", "nowhere"}));
  const auto octets = read_text(folder / "settings.sealed");
  CHECK(octets.size() > 100);
  for (const auto* word : {"987", "horizon", "someone"}) CHECK(octets.find(word) == std::string::npos);
  struct stat state{};
  stat((folder / "settings.sealed").c_str(), &state);
  CHECK((state.st_mode & 077) == 0);
  CHECK_FALSE(open(Secret{9}));
}

TEST_CASE_METHOD(Home, "a damaged file is an error that names it, and is left as it is") {
  REQUIRE(open().value()->replace(with_horizon(900), "*", kOps));
  const auto file = folder / "settings.sealed";
  const auto whole = read_text(file);
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    std::ofstream(file) << damaged;
    const auto refused = open();
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Contains(file.string()));
    CHECK(read_text(file) == damaged);
  }
  std::ofstream(file) << whole.substr(0, whole.size() / 2);
  CHECK_FALSE(open());
  std::ofstream(file) << "";
  CHECK_FALSE(open());
  std::ofstream(file) << whole;
  CHECK(open().value()->current()->number == 1);
}

TEST_CASE_METHOD(Home, "the audit log tells who changed what from where, and what a start has found") {
  auto store = open().value();
  REQUIRE(store->replace(with_horizon(900), "*", kOps));
  store.reset();
  CHECK(open());
  const auto lines = audit();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0]["what"] == "start");
  CHECK(lines[1]["time"] == "2023-11-14T22:13:21.000Z");
  CHECK(lines[1]["who"] == "ops");
  CHECK(lines[1]["where"] == "192.0.2.1:4000");
  CHECK(lines[1]["from_version"] == 0);
  CHECK(lines[1]["to_version"] == 1);
  CHECK(lines[1]["changes"] == json::parse(R"([{"at": "/horizon_s", "from": 3600, "to": 900}])"));
  CHECK(lines[2]["to_version"] == 1);
}

TEST_CASE_METHOD(Home, "an audit log that was moved away is begun anew, and a line that was cut off is ended") {
  auto store = open().value();
  REQUIRE(store->replace(with_horizon(900), "*", kOps));
  fs::rename(folder / "audit.log", folder / "audit.log.1");
  REQUIRE(store->replace(with_horizon(1800), "*", kOps));
  CHECK(audit().size() == 1);
  store.reset();
  std::ofstream(folder / "audit.log", std::ios::app) << R"({"time": "20)";
  CHECK(open());
  CHECK_THAT(read_text(folder / "audit.log"), Catch::Contains("{\"time\": \"20\n{\"time\":"));
}

TEST_CASE_METHOD(Home, "on a full disk a change is refused and nothing of it holds, until there is room again") {
  const auto outcome = on_small_disk(scratch / "disk", "64k", [&] {
    folder = scratch / "disk/mirroring";
    const auto store = open().value();
    if (!store->replace(with_horizon(900), "*", kOps)) return false;
    fill_disk(scratch / "disk");
    const auto lines = audit().size();
    int refused = 0;
    for (int i = 0; i < 30; ++i) {  // what is left of the log's last page may take some lines
      const auto before = store->current();
      const auto changed = store->replace(with_horizon(1000 + i), "*", kOps);
      if (changed) continue;
      ++refused;
      if (changed.error().reason != ConfigStore::Refused::no_room || store->current() != before) return false;
    }
    if (refused == 0 || audit().size() != lines + static_cast<std::size_t>(30 - refused)) return false;
    make_room(scratch / "disk");
    return store->replace(with_horizon(1800), store->current()->etag, kOps).has_value();
  });
  if (outcome == OnDisk::no_disk) {
    WARN("skipped: no right to mount a small file system");
    return;
  }
  CHECK(outcome == OnDisk::well);
}

TEST_CASE_METHOD(Home, "a folder belongs to one process") {
  const auto store = open().value();
  const auto outcome = on_small_disk(scratch / "unused", "64k", [&] {
    // What the child inherited is the parent's; its own name for the same folder is not known to it.
    const auto link = scratch / "link";
    fs::create_directory_symlink(folder, link);
    const auto second = ConfigStore::shared({.folder = link, .secret = kSecret, .clock = &clock});
    return !second && second.error().code == ErrorCode::conflict;
  });
  if (outcome == OnDisk::no_disk) {
    WARN("skipped: no right to mount a small file system");
    return;
  }
  CHECK(outcome == OnDisk::well);
}
