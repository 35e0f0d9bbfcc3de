// harbingerd as a process: flags, signals, exit codes, and trouble with the system.
#include <sys/resource.h>
#include <atomic>
#include <csignal>
#include <thread>

#include "tests/support/dns_client.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

const std::string kProgram = HARBINGER_BINARY_DIR "/server/harbingerd";

std::string serving(const std::string& global = "", const std::string& more = "") {
  return "{\n workers 2\n" + global + "}\n.:0 {\n bind 127.0.0.1\n whoami\n" + more + "}\n";
}

// The port in "listening on 127.0.0.1:PORT", once it stands there.
SocketAddress address_of(const Process& process) {
  std::uint16_t port = 0;
  const bool listening = wait_until([&] {
    const auto output = process.output();
    constexpr std::string_view kBefore = "listening on 127.0.0.1:";
    const auto at = output.find(kBefore);
    if (at != std::string::npos) port = static_cast<std::uint16_t>(std::stoul(output.substr(at + kBefore.size())));
    return port != 0;
  });
  if (!listening) throw std::runtime_error("harbingerd does not listen: " + process.output());
  return loopback(port);
}

struct Ran {
  int exit_code;
  std::string output;
};

Ran run(std::vector<std::string> flags, const std::filesystem::path& folder = ".") {
  flags.insert(flags.begin(), kProgram);
  Process::Options options;
  options.directory = folder;
  Process process(flags, options);
  const auto ending = process.wait();
  return {ending ? ending->exit_code : -2, process.output()};
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("flags are taken with one dash and with two") {
  const Scratch folder;
  const auto file = folder.write("one", serving()).string();
  for (const auto& flags :
       {std::vector<std::string>{"-conf", file, "-check"}, {"--conf", file, "--check"}, {"-conf=" + file, "-check"}}) {
    const auto ran = run(flags);
    CHECK(ran.exit_code == 0);
    CHECK(ran.output == "ok\n");
  }
}

TEST_CASE("the Harbingerfile of the current folder is the default") {
  const Scratch folder;
  folder.write("Harbingerfile", serving());
  CHECK(run({"-check"}, folder.path()).output == "ok\n");
}

TEST_CASE("a check tells every error with its place, and exits with 1") {
  const Scratch folder;
  folder.write("Harbingerfile", ".:0 {\n  whoam\n  whoami extra\n}\n");
  const auto ran = run({"-check"}, folder.path());
  CHECK(ran.exit_code == 1);
  CHECK(contains(ran.output, "Harbingerfile:2:3: "));
  CHECK(contains(ran.output, "whoami"));
  CHECK(contains(ran.output, "Harbingerfile:3:"));
  CHECK_FALSE(contains(ran.output, "ok"));
}

TEST_CASE("a missing configuration and unknown flags have exit codes of their own") {
  const Scratch folder;
  const auto missing = run({}, folder.path());
  CHECK(missing.exit_code == 1);
  CHECK(contains(missing.output, "Harbingerfile"));
  CHECK(run({"-nonsense"}).exit_code == 2);
  CHECK(run({"-version"}).exit_code == 0);
  CHECK(contains(run({"-help"}).output, "Exit codes"));
}

TEST_CASE("the plugins are listed with their options, and with a configuration in their order") {
  const Scratch folder;
  CHECK(contains(run({"-plugins"}, folder.path()).output, "whoami"));
  folder.write("Harbingerfile", serving());
  const auto ran = run({"-plugins"}, folder.path());
  CHECK(ran.exit_code == 0);
  CHECK(contains(ran.output, "serve    whoami"));
}

TEST_CASE("SIGTERM stops the server with exit code 0, and the pidfile goes") {
  const Scratch folder;
  folder.write("Harbingerfile", serving());
  for (const int number : {SIGTERM, SIGINT, SIGQUIT}) {
    Process::Options options;
    options.directory = folder.path();
    Process server({kProgram, "-pidfile", "pid"}, options);
    CHECK(answers(address_of(server)));
    CHECK(wait_until([&] { return read_text(folder / "pid") == std::to_string(server.pid()) + "\n"; }));
    server.signal(number);
    const auto ending = server.wait();
    REQUIRE(ending);
    CHECK(ending->exit_code == 0);
    CHECK_FALSE(std::filesystem::exists(folder / "pid"));
  }
}

TEST_CASE("a second SIGTERM ends the lame-duck time") {
  const Scratch folder;
  const auto file = folder.write("Harbingerfile", serving(" lameduck 10m\n"));
  Process server({kProgram, "-conf", file.string()});
  CHECK(answers(address_of(server)));
  server.signal(SIGTERM);
  CHECK(wait_until([&] { return contains(server.output(), "stopping"); }));
  CHECK(answers(address_of(server)));
  server.signal(SIGTERM);
  const auto ending = server.wait();
  REQUIRE(ending);
  CHECK(ending->exit_code == 0);
}

TEST_CASE("a hundred reloads under load lose no query") {
  const Scratch folder;
  const auto file = folder.write("Harbingerfile", serving());
  Process server({kProgram, "-conf", file.string()});
  const auto address = address_of(server);
  REQUIRE(answers(address));

  std::atomic<bool> done = false;
  std::atomic<int> asked = 0, lost = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i)
    clients.emplace_back([&, i] {
      for (int n = 0; !done || n < 100; ++n) {
        Wishes wishes;
        wishes.tcp = i == 3;
        if (!ask(address, "example.org.", RRType::A, wishes)) ++lost;
        ++asked;
      }
    });
  for (int i = 0; i < 100; ++i) {
    folder.write("Harbingerfile", serving("", i % 3 == 0 ? " acl {\n allow\n }\n" : i % 3 == 1 ? "" : " nonsense\n"));
    const auto before = asked.load();
    server.signal(i % 2 ? SIGHUP : SIGUSR1);
    wait_until([&] { return asked >= before + 10; });
  }
  done = true;
  for (auto& client : clients) client.join();
  CHECK(lost == 0);
  CHECK(asked >= 1000);
  CHECK(contains(server.output(), "new configuration in use"));
  CHECK(server.running());
}

TEST_CASE("without descriptors the server rests, says so a few times, and recovers") {
  const auto prlimit = find_program("prlimit");
  REQUIRE(prlimit);
  const Scratch folder;
  const auto file = folder.write("Harbingerfile", serving());
  Process server({prlimit->string(), "--nofile=48:48", kProgram, "-conf", file.string()});
  const auto address = address_of(server);
  {
    std::vector<Stream> streams;
    for (int i = 0; i < 64; ++i) {
      auto stream = Stream::connect(address);
      if (stream) streams.push_back(std::move(*stream));
    }
    CHECK(wait_until([&] { return contains(server.output(), "no more TCP clients for 100 ms"); }));
    CHECK(answers(address));
    CHECK(count(server.output(), "no more TCP clients") < 40);
  }
  CHECK(wait_until([&] {
    Wishes wishes;
    wishes.tcp = true;
    wishes.patience = 500ms;
    return ask(address, "example.org.", RRType::A, wishes).has_value();
  }));
}
