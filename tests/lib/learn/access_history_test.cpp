#include <harbinger/access_history.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <set>

#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <harbinger/secret_file.h>
#include <tests/support/process.h>
#include <tests/support/scratch.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

using namespace harbinger;
using namespace std::chrono_literals;
using test::read_text;
using test::Scratch;

namespace fs = std::filesystem;

namespace {

constexpr UnixMillis kNow = 1'700'000'000'000;
constexpr UnixMillis kHour = 60 * 60 * 1000;

std::unique_ptr<AccessHistory> open_in(const fs::path& directory, UnixMillis now = kNow) {
  auto history = open_access_history({.directory = directory}, now);
  if (!history) FAIL(history.error().to_string());
  return std::move(*history);
}

std::string error_in(const fs::path& directory) {
  auto history = open_access_history({.directory = directory}, kNow);
  return history ? "" : history.error().message;
}

Access access(int number, UnixMillis at = kNow) {
  static std::string text;
  text = "name-" + std::to_string(number) + ".example.org";
  return {.at = at, .client = static_cast<ClientKey>(number % 7 + 1), .resource = text, .type = 28};
}

void append(AccessHistory& history, int first, int count, UnixMillis at = kNow) {
  for (int i = first; i < first + count; ++i) history.append(access(i, at));
}

std::vector<std::string> resources(const AccessHistory& history, UnixMillis since = INT64_MIN) {
  std::vector<std::string> found;
  const auto read = history.read(since, [&](const Access& one) { found.emplace_back(one.resource); });
  CHECK(read);
  return found;
}

// How many of access(0), access(1), ... are there, in this order; -1 when others are.
int count_in_order(const AccessHistory& history) {
  int count = 0;
  bool right = true;
  const auto read =
      history.read(INT64_MIN, [&](const Access& one) { right = right && one.resource == access(count++).resource; });
  return right && read ? count : -1;
}

std::vector<fs::path> segments(const fs::path& directory) {
  std::set<fs::path> found;
  for (const auto& entry : fs::directory_iterator(directory))
    if (entry.path().extension() == ".accesses") found.insert(entry.path());
  return {found.begin(), found.end()};
}

void write_file(const fs::path& path, const std::string& octets) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << octets;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// Each turn is a run of the program of its own.
void keep(const fs::path& directory, int first, int count, UnixMillis at = kNow) {
  const auto history = open_in(directory, at);
  append(*history, first, count, at);
}

// What `body` returns, in a process of its own.
int in_child(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("accesses are there after a restart, in the order in which they came and with all they say") {
  const Scratch scratch;
  const Access full{.at = kNow + 5,
                    .client = 0xfedcba9876543210,
                    .resource = "https://example.org/video#0+100",
                    .persona = 9,
                    .outcome = Outcome::from_cache,
                    .type = 65,
                    .ttl_s = 300,
                    .size_bytes = 123'456,
                    .latency_us = 789};
  {
    const auto history = open_in(scratch / "history");
    CHECK(history->opened().accesses == 0);
    append(*history, 0, 2);
    history->append(full);
  }
  const auto history = open_in(scratch / "history");
  CHECK(history->opened().accesses == 3);
  CHECK(history->opened().segments == 1);
  CHECK(history->opened().damage.empty());
  std::vector<Access> found;
  REQUIRE(history->read(kNow + 1, [&](const Access& one) {
    found.push_back(one);
    CHECK(one.resource == full.resource);
  }));
  REQUIRE(found.size() == 1);
  const Access& one = found[0];
  CHECK(std::tie(one.at, one.client, one.persona, one.outcome, one.type) ==
        std::tie(full.at, full.client, full.persona, full.outcome, full.type));
  CHECK(std::tie(one.ttl_s, one.size_bytes, one.latency_us) == std::tie(full.ttl_s, full.size_bytes, full.latency_us));
  CHECK(resources(*history).size() == 3);
}

TEST_CASE("what waits to be written is read as well") {
  const Scratch scratch;
  const auto history = open_in(scratch / "history");
  append(*history, 0, 3);
  history->tend(kNow, true);
  append(*history, 3, 3);
  CHECK(history->state().written == 3);
  CHECK(count_in_order(*history) == 6);
}

TEST_CASE("the journal shows nothing of names and clients, and is for its owner only") {
  const Scratch scratch;
  keep(scratch / "history", 0, 100);
  for (const auto& file : segments(scratch / "history")) {
    CHECK_FALSE(contains(read_text(file), "example"));
    CHECK((fs::status(file).permissions() & fs::perms(077)) == fs::perms::none);
  }
  CHECK((fs::status(scratch / "history").permissions() & fs::perms(077)) == fs::perms::none);
  CHECK((fs::status(scratch / "history" / "key").permissions() & fs::perms(077)) == fs::perms::none);
}

TEST_CASE("many restarts keep everything") {
  const Scratch scratch;
  for (int turn = 0; turn < 20; ++turn) keep(scratch / "history", turn * 10, 10);
  const auto history = open_in(scratch / "history");
  CHECK(history->opened().damage.empty());
  CHECK(count_in_order(*history) == 200);
}

TEST_CASE("a server that is killed loses only what was not due yet") {
  const Scratch scratch;
  struct Progress {
    std::atomic<int> appended, flushed;
  };
  auto* const progress = static_cast<Progress*>(
      mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(progress != MAP_FAILED);
  int recovered = 0;
  for (int turn = 0; turn < 5; ++turn) {
    const pid_t child = fork();
    if (child == 0) {
      auto history = open_access_history({.directory = scratch / "history", .max_bytes = 64 << 20}, kNow);
      if (!history) _exit(1);
      for (int i = recovered, ticks = 0;; ++ticks) {
        for (const int stop = i + 997; i < stop; ++i) (*history)->append(access(i));
        progress->appended = i;
        (*history)->tend(kNow + ticks * 500);
        if (ticks % 2 == 0) progress->flushed = i;  // by then it was due
      }
    }
    const int goal = recovered + 20'000 + 1000 * turn;
    const bool reached = test::wait_until([&] { return progress->flushed > goal; });
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    REQUIRE(reached);

    const auto history = open_in(scratch / "history");
    const int count = count_in_order(*history);
    CHECK(count >= progress->flushed);
    // It was killed within the turn after `appended`.
    CHECK(count <= progress->appended + 997);
    recovered = count;
  }
  munmap(progress, sizeof(Progress));
}

TEST_CASE("a flipped bit anywhere is noticed, said where, and costs only what came after it") {
  const Scratch scratch;
  const auto home = scratch / "history";
  {
    const auto history = open_in(home);
    for (int frame = 0; frame < 4; ++frame) {
      append(*history, frame * 3, 3);
      history->tend(kNow, true);
    }
  }
  REQUIRE(segments(home).size() == 1);
  const auto file = segments(home)[0];
  const auto good = read_text(file);
  std::map<int, int> survivors;
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1 << at % 8);
    write_file(file, bad);
    const auto history = open_in(home);
    INFO("octet " << at);
    const int count = count_in_order(*history);
    REQUIRE(count >= 0);
    REQUIRE(count % 3 == 0);
    REQUIRE(history->opened().damage.size() == 1);
    REQUIRE(contains(history->opened().damage[0], file.string() + ": octet "));
    REQUIRE(history->opened().cut_bytes > 0);
    ++survivors[count];
  }
  // Damage in the k-th frame leaves the frames before it; behind the last one only the end is lost.
  CHECK(survivors.size() == 5);
}

TEST_CASE("a journal cut anywhere is read up to the cut, and written on") {
  const Scratch scratch;
  const auto home = scratch / "history";
  {
    const auto history = open_in(home);
    for (int frame = 0; frame < 3; ++frame) {
      append(*history, frame * 2, 2);
      history->tend(kNow, true);
    }
  }
  const auto file = segments(home)[0];
  const auto good = read_text(file);
  int most = 0;
  for (std::size_t size = 0; size < good.size(); ++size) {
    for (const auto& old : segments(home)) fs::remove(old);
    write_file(file, good.substr(0, size));
    int count = 0;
    const bool write_on = size % 16 == 0;  // which syncs, and takes its time
    {
      const auto history = open_in(home);
      count = count_in_order(*history);
      REQUIRE(count >= most);
      most = count;
      if (write_on) append(*history, count, 1);
    }
    if (!write_on) continue;
    const auto history = open_in(home);
    REQUIRE(history->opened().damage.empty());
    REQUIRE(count_in_order(*history) == count + 1);
  }
  CHECK(most == 6);
}

TEST_CASE("frames cannot be left out, exchanged, repeated, or moved to another file") {
  const Scratch scratch;
  const auto home = scratch / "history";
  {
    const auto history = open_in(home);
    for (int frame = 0; frame < 3; ++frame) {
      append(*history, frame, 1);  // names of one length: frames of one length after the first
      history->tend(kNow, true);
    }
  }
  keep(home, 3, 1);
  const auto file = segments(home)[0];
  const auto good = read_text(file);
  // 96 octets of header, and 52 around each frame's data, whose size comes first.
  constexpr std::size_t head = 96;
  std::vector<std::string> frames;
  for (std::size_t at = head; at < good.size();) {
    std::uint32_t size = 0;
    std::memcpy(&size, good.data() + at, sizeof size);
    frames.push_back(good.substr(at, size + 52));
    at += size + 52;
  }
  REQUIRE(frames.size() == 4);
  const auto header = good.substr(0, head);
  const auto other = read_text(segments(home)[1]).substr(head);
  const std::vector<std::pair<std::string, int>> forgeries = {
      {header + frames[1] + frames[2] + frames[3], 0},              // the first is left out
      {header + frames[0] + frames[2] + frames[3], 1},              // one between is left out
      {header + frames[0] + frames[2] + frames[1] + frames[3], 1},  // two are exchanged
      {header + frames[0] + frames[0] + frames[1], 1},              // one comes twice
      {header + frames[0] + other, 1},                              // one of another segment
      {header + frames[0] + frames[1], 2},                          // the last are left out
  };
  for (const auto& [forged, kept] : forgeries) {
    const Scratch copy;
    fs::copy(home, copy.path(), fs::copy_options::recursive);
    write_file(copy / file.filename(), forged);
    const auto history = open_in(copy.path());
    const auto found = resources(*history);
    CHECK(found.size() == static_cast<std::size_t>(kept) + 1);
    CHECK(found.back() == access(3).resource);
    CHECK_FALSE(history->opened().damage.empty());
  }
}

TEST_CASE("a segment that is missing in between, or has another's name, is noticed") {
  const Scratch scratch;
  for (int turn = 0; turn < 3; ++turn) keep(scratch / "history", turn, 1);
  const auto files = segments(scratch / "history");
  REQUIRE(files.size() == 3);

  SECTION("missing") {
    fs::remove(files[1]);
    const auto history = open_in(scratch / "history");
    REQUIRE(history->opened().damage.size() == 1);
    CHECK(contains(history->opened().damage[0], "segment 2 should come before it and is missing"));
    CHECK(resources(*history).size() == 2);
  }
  SECTION("renamed") {
    fs::copy_file(files[0], scratch / "history" / "000000000009.accesses");
    const auto history = open_in(scratch / "history");
    REQUIRE(history->opened().damage.size() == 1);
    CHECK(contains(history->opened().damage[0], "it is segment 1 under another name"));
    CHECK(resources(*history).size() == 3);
    CHECK(fs::exists(scratch / "history" / "000000000009.accesses"));
  }
  SECTION("the oldest may go") {
    fs::remove(files[0]);
    CHECK(open_in(scratch / "history")->opened().damage.empty());
  }
}

TEST_CASE("a wrong or missing key is refused by its file's name, and nothing is deleted") {
  const Scratch scratch;
  const auto home = scratch / "history";
  keep(home, 0, 10);
  const auto before = read_text(segments(home)[0]);
  const auto key = read_text(home / "key");

  write_file(home / "key", std::string(32, 'x'));
  CHECK(contains(error_in(home), "sealed with another secret than the one in key file " + (home / "key").string()));
  fs::remove(home / "key");
  CHECK(contains(error_in(home), "without its key file " + (home / "key").string() + ", which is missing"));
  CHECK_FALSE(fs::exists(home / "key"));
  write_file(home / "key", "too short");
  CHECK(contains(error_in(home), "must hold exactly 32 octets"));
  CHECK(read_text(segments(home)[0]) == before);

  write_file(home / "key", key);
  CHECK(count_in_order(*open_in(home)) == 10);
}

TEST_CASE("a journal of a later version is refused and stays as it is") {
  const Scratch scratch;
  const auto home = scratch / "history";
  keep(home, 0, 1);
  const auto file = segments(home)[0];
  auto octets = read_text(file);
  octets[8] = 2;  // the version; behind the header's first 88 octets comes their checksum
  const auto checksum = XXH3_64bits(octets.data(), 88);
  std::memcpy(octets.data() + 88, &checksum, sizeof checksum);
  write_file(file, octets);
  CHECK(contains(error_in(home), "format 2, which this version cannot read"));
  CHECK(read_text(file) == octets);
}

TEST_CASE("one directory is for one process, and the refusal names it") {
  const Scratch scratch;
  const auto home = scratch / "history";
  const auto history = open_in(home);
  const auto error = open_access_history({.directory = home}, kNow);
  REQUIRE_FALSE(error);
  CHECK(error.error().code == ErrorCode::conflict);
  CHECK(contains(error.error().message, home.string() + " is in use by process " + std::to_string(getpid())));
  CHECK(in_child([&] { return open_access_history({.directory = home}, kNow).has_value() ? 1 : 0; }) == 0);
}

TEST_CASE("the journal is bounded in size: the oldest goes first") {
  const Scratch scratch;
  AccessHistory::Settings settings{.directory = scratch / "history", .max_bytes = 256 << 10};
  auto history = *open_access_history(settings, kNow);
  const int count = 200'000;
  for (int i = 0; i < count; ++i) {
    history->append(access(i));
    if (i % 1000 == 0) {
      history->tend(kNow + i / 10);
      REQUIRE(history->state().bytes <= settings.max_bytes + (16 << 10));
    }
  }
  history.reset();
  std::uintmax_t on_disk = 0;
  for (const auto& file : segments(scratch / "history")) on_disk += fs::file_size(file);
  CHECK(on_disk <= settings.max_bytes + (16 << 10));
  CHECK(on_disk >= settings.max_bytes / 2);

  history = *open_access_history(settings, kNow + count);
  CHECK(history->opened().damage.empty());
  const auto found = resources(*history);
  REQUIRE(found.size() > 1000);
  CHECK(found.back() == access(count - 1).resource);
  CHECK(found.front() == access(count - static_cast<int>(found.size())).resource);
}

TEST_CASE("the journal is bounded in age") {
  const Scratch scratch;
  AccessHistory::Settings settings{.directory = scratch / "history", .max_age = 16h};
  auto history = *open_access_history(settings, kNow);
  for (int hour = 0; hour < 48; ++hour) {
    for (UnixMillis minute = 0; minute < 60; ++minute) {
      const auto at = kNow + hour * kHour + minute * 60'000;
      append(*history, hour, 1, at);
      history->tend(at);
    }
  }
  const auto end = kNow + 48 * kHour;
  UnixMillis oldest = INT64_MAX, newest = 0;
  REQUIRE(history->read(INT64_MIN, [&](const Access& one) {
    oldest = std::min(oldest, one.at);
    newest = std::max(newest, one.at);
  }));
  CHECK(newest == end - 60'000);
  CHECK(oldest <= end - 15 * kHour);
  CHECK(oldest >= end - 18 * kHour);

  history.reset();
  history = *open_access_history(settings, end + 40 * kHour);
  CHECK(resources(*history).empty());
}

TEST_CASE("a clock that jumps ahead and comes back costs nothing") {
  const Scratch scratch;
  const auto history = open_in(scratch / "history");
  append(*history, 0, 10);
  history->tend(kNow, true);
  history->tend(kNow + 10'000 * kHour, true);
  history->tend(kNow + 10'000 * kHour + 60'000, true);
  append(*history, 10, 10);
  history->tend(kNow, true);
  CHECK(count_in_order(*history) == 20);
  history->tend(INT64_MIN, true);
  history->tend(INT64_MAX, true);
  history->tend(kNow, true);
  CHECK(count_in_order(*history) == 20);
}

TEST_CASE("a clock that is wrong at the start deletes nothing until it was right for a while") {
  const Scratch scratch;
  keep(scratch / "history", 0, 10);
  const auto later = kNow + 10'000 * kHour;
  {
    const auto history = open_in(scratch / "history", later);
    history->tend(later + 60'000, true);
    CHECK(resources(*history).empty());  // too old, if it were true
  }
  CHECK(count_in_order(*open_in(scratch / "history")) == 10);
  const auto history = open_in(scratch / "history", later);
  history->tend(later + 9 * 60'000, true);
  CHECK(segments(scratch / "history").size() == 1);
  history->tend(later + 11 * 60'000, true);
  CHECK(segments(scratch / "history").empty());
}

TEST_CASE("with a full disk accesses are dropped and counted, and kept again when there is room") {
  const Scratch scratch;
  const auto history = open_in(scratch / "history");
  append(*history, 0, 100);
  history->tend(kNow, true);
  REQUIRE(history->state().written == 100);

  // The system refuses to let any file grow, as it would on a full disk.
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto old_handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &none);
  append(*history, 1000, 50);
  history->tend(kNow + 1000);
  const auto full = history->state();
  append(*history, 2000, 50);
  history->tend(kNow + 2000);
  const auto still_full = history->state();
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, old_handler);

  CHECK(contains(full.trouble, "cannot write"));
  CHECK(full.lost == 50);
  CHECK_FALSE(still_full.trouble.empty());
  CHECK(still_full.lost == 100);
  CHECK(still_full.written == 100);

  history->tend(kNow + 3000);
  CHECK(history->state().trouble.empty());
  append(*history, 100, 100);
  history->tend(kNow + 4000, true);
  CHECK(history->state().written == 200);
  CHECK(count_in_order(*history) == 200);
}

TEST_CASE("a disk that is really full is overcome when files are deleted") {
  const Scratch scratch;
  const auto disk = scratch / "disk";
  fs::create_directory(disk);
  const int result = in_child([&] {
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("none", disk.c_str(), "tmpfs", 0, "size=1m") != 0)
      return 77;
    auto history = *open_access_history({.directory = disk / "history"}, kNow);
    write_file(disk / "ballast", std::string(900'000, 'x'));
    int next = 0;
    for (UnixMillis now = kNow; history->state().trouble.empty(); now += 1000) {
      if (next > 1'000'000) return 1;
      append(*history, next, 1000);
      next += 1000;
      history->tend(now);
    }
    if (!contains(history->state().trouble, "No space left")) return 2;
    const auto lost = history->state().lost;
    append(*history, 0, 10);
    history->tend(kNow + 10 * kHour);
    if (history->state().trouble.empty() || history->state().lost != lost + 10) return 3;
    fs::remove(disk / "ballast");
    history->tend(kNow + 10 * kHour + 1000);
    if (!history->state().trouble.empty()) return 4;
    append(*history, next, 1000);
    history->tend(kNow + 10 * kHour + 2000, true);
    const auto state = history->state();
    history.reset();
    history = *open_access_history({.directory = disk / "history"}, kNow + 11 * kHour);
    return history->opened().accesses == state.written && history->opened().damage.empty() ? 0 : 5;
  });
  if (result == 77) {
    WARN("no right to mount a small file system: not tested here");
    return;
  }
  CHECK(result == 0);
}

TEST_CASE("a directory that is deleted under a running server comes back") {
  const Scratch scratch;
  const auto home = scratch / "history";
  {
    const auto history = open_in(home);
    append(*history, 0, 10);
    history->tend(kNow, true);
    fs::remove_all(home);
    append(*history, 10, 10);
    history->tend(kNow + 1000);
    CHECK(contains(history->state().trouble, "was deleted"));
    history->tend(kNow + 2000);
    CHECK(history->state().trouble.empty());
    append(*history, 0, 5);
    history->tend(kNow + 3000);
  }
  CHECK(count_in_order(*open_in(home)) == 5);
}

TEST_CASE("a directory that cannot be made is an error that names it") {
  const Scratch scratch;
  scratch.write("file", "");
  CHECK(contains(error_in(scratch / "file"), (scratch / "file").string()));
  CHECK(contains(error_in(scratch / "file" / "below"), (scratch / "file" / "below").string()));
}

TEST_CASE("a read-only directory is read, and trouble says that nothing is written") {
  if (geteuid() == 0) {
    // Root may write anywhere, so the file system itself has to refuse.
    const Scratch scratch;
    keep(scratch / "history", 0, 10);
    const int result = in_child([&] {
      const auto home = scratch / "history";
      if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
          mount(home.c_str(), home.c_str(), nullptr, MS_BIND, nullptr) != 0 ||
          mount("none", home.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) != 0)
        return 77;
      auto history = open_access_history({.directory = home}, kNow);
      if (!history || (*history)->opened().accesses != 10) return 1;
      append(**history, 10, 10);
      (*history)->tend(kNow + 1000);
      return contains((*history)->state().trouble, "Read-only") && (*history)->state().lost == 10 ? 0 : 2;
    });
    if (result == 77)
      WARN("no right to mount: not tested here");
    else
      CHECK(result == 0);
    return;
  }
  const Scratch scratch;
  keep(scratch / "history", 0, 10);
  fs::permissions(scratch / "history", fs::perms::owner_read | fs::perms::owner_exec);
  const auto history = open_in(scratch / "history");
  CHECK(history->opened().accesses == 10);
  append(*history, 10, 10);
  history->tend(kNow + 1000);
  CHECK(contains(history->state().trouble, "Permission denied"));
  CHECK(history->state().lost == 10);
  fs::permissions(scratch / "history", fs::perms::owner_all);
}

TEST_CASE("a resource that is too long is dropped and counted") {
  const Scratch scratch;
  const auto history = open_in(scratch / "history");
  const std::string long_text(65'535, 'x'), too_long(65'536, 'x');
  history->append({.at = kNow, .resource = long_text});
  history->append({.at = kNow, .resource = too_long});
  history->tend(kNow, true);
  CHECK(history->state().written == 1);
  CHECK(history->state().lost == 1);
  const bool the_long_one = resources(*history) == std::vector{long_text};
  CHECK(the_long_one);
}

TEST_CASE("a copy of a journal, written on at both places, shares no key") {
  const Scratch scratch;
  keep(scratch / "one", 0, 1);
  fs::copy(scratch / "one", scratch / "two");
  keep(scratch / "one", 1, 1);
  keep(scratch / "two", 1, 1);
  const auto one = segments(scratch / "one"), two = segments(scratch / "two");
  REQUIRE(one.size() == 2);
  REQUIRE(two.size() == 2);
  // The same number and the same accesses, sealed under different salts.
  CHECK(one[1].filename() == two[1].filename());
  CHECK(read_text(one[1]).substr(48, 32) != read_text(two[1]).substr(48, 32));
  // Nor does a segment of the one pass for the other's.
  fs::copy_file(one[1], two[1], fs::copy_options::overwrite_existing);
  CHECK(open_in(scratch / "two")->opened().accesses == 2);
}
