#include "mirror/sealed_file.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include <tests/support/scratch.h>

using namespace harbinger;
using mirror::SealedFile;
using test::Scratch;

namespace {

constexpr Secret kSecret{1, 2, 3}, kOther{4, 5, 6};

std::vector<std::uint8_t> octets(std::string_view text) { return {text.begin(), text.end()}; }

struct Bench {
  Scratch scratch;
  SealedFile file{scratch / "state", kSecret, "the settings"};

  std::string text() const {
    const auto read = file.read();
    return read ? std::string(read->begin(), read->end()) : read.error().message;
  }
  ErrorCode refusal() const {
    const auto read = file.read();
    REQUIRE_FALSE(read);
    CHECK(read.error().message.find(file.path().string()) != std::string::npos);
    return read.error().code;
  }
};

// What the system says when a disk is full, for as long as this lives: no file may grow beyond `most`.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t most) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{most, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace

TEST_CASE("a sealed file gives back what was written last, and shows none of it to who looks at the disk") {
  Bench bench;
  CHECK(bench.file.write(octets("a resource that nobody shall know of")));
  CHECK(bench.file.write(octets("video.example.org is wanted")));
  CHECK(bench.text() == "video.example.org is wanted");
  CHECK(test::read_text(bench.file.path()).find("video") == std::string::npos);

  struct stat about{};
  REQUIRE(stat(bench.file.path().c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
  CHECK(bench.file.write({}));
  CHECK(bench.text().empty());
}

TEST_CASE("the same content written twice looks different on the disk") {
  Bench bench;
  CHECK(bench.file.write(octets("same")));
  const auto first = test::read_text(bench.file.path());
  CHECK(bench.file.write(octets("same")));
  CHECK(test::read_text(bench.file.path()).substr(64) != first.substr(64));
}

TEST_CASE("a sealed file that was never written is told apart from one that is damaged") {
  Bench bench;
  CHECK(bench.refusal() == ErrorCode::not_found);
  bench.scratch.write("state", "");
  CHECK(bench.refusal() == ErrorCode::truncated);
}

TEST_CASE("no octet of a sealed file can be changed or left out unnoticed") {
  Bench bench;
  CHECK(bench.file.write(octets("thirty mirrors")));
  const auto whole = test::read_text(bench.file.path());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto damaged = whole;
    damaged[i] ^= 0x10;
    bench.scratch.write("state", damaged);
    INFO("octet " << i);
    CHECK(bench.refusal() == ErrorCode::malformed);
    bench.scratch.write("state", whole.substr(0, i));
    CHECK_FALSE(bench.file.read());
  }
  bench.scratch.write("state", whole + "x");
  CHECK(bench.refusal() == ErrorCode::malformed);
}

TEST_CASE("another installation's file, and one that holds something else, are named as that") {
  Bench bench;
  CHECK(SealedFile(bench.file.path(), kOther, "the settings").write(octets("theirs")));
  CHECK(bench.refusal() == ErrorCode::denied);
  CHECK(bench.text().find("sealed with another secret") != std::string::npos);

  CHECK(SealedFile(bench.file.path(), kSecret, "the forecasts").write(octets("else")));
  CHECK(bench.refusal() == ErrorCode::conflict);
  CHECK(bench.text().find("something else than the settings") != std::string::npos);
}

TEST_CASE("a disk that is full is an error, the old content stays, and nothing half-written is left") {
  Bench bench;
  CHECK(bench.file.write(octets("old")));
  {
    const SmallDisk disk(4096);
    const auto written = bench.file.write(std::vector<std::uint8_t>(8192, 7));
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ErrorCode::too_large);
    CHECK(written.error().message.find("the old content stays") != std::string::npos);
  }
  CHECK(bench.text() == "old");
  CHECK_FALSE(std::filesystem::exists(bench.scratch / "state.unfinished"));
  CHECK(bench.file.write(std::vector<std::uint8_t>(8192, 7)));
  CHECK(bench.file.read()->size() == 8192);
}

TEST_CASE("what a crash left half-written disturbs nobody, and is overwritten") {
  Bench bench;
  CHECK(bench.file.write(octets("old")));
  bench.scratch.write("state.unfinished", std::string(100'000, 'x'));
  CHECK(bench.text() == "old");
  CHECK(bench.file.write(octets("new")));
  CHECK(bench.text() == "new");
  CHECK_FALSE(std::filesystem::exists(bench.scratch / "state.unfinished"));
}

TEST_CASE("a folder that is not there is an error that names it") {
  Scratch scratch;
  const SealedFile file(scratch / "nowhere" / "state", kSecret, "the settings");
  const auto written = file.write(octets("x"));
  REQUIRE_FALSE(written);
  CHECK(written.error().message.find("nowhere") != std::string::npos);
}
