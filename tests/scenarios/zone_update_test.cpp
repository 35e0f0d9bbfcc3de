// Zones that clients change, by nsupdate and knsupdate from Debian: what was acknowledged is there, whatever happens.
#include <signal.h>
#include <sys/mount.h>
#include <fstream>
#include <random>
#include <set>

#include <catch2/catch.hpp>
#include "tests/support/dns_client.h"
#include "tests/support/peers.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

const std::string kSecret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const std::string kZone = "$TTL 60\n@ SOA ns a 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.53\nwww A 192.0.2.1\n";

struct House {
  explicit House(std::filesystem::path journal = {}) {
    std::filesystem::permissions(
        scratch.write("keys", "hmac-sha256:boss.:" + kSecret + "\nhmac-sha256:few.:" + kSecret + "\n"),
        std::filesystem::perms::owner_read);
    scratch.write("zone", kZone);
    const auto own = [&](const char* file) { return (scratch / file).string(); };
    if (journal.empty()) journal = scratch / "journal";
    server.emplace(
        start_harbinger(scratch, "example.org:{port} {\n file " + own("zone") + " {\n  keys " + own("keys") +
                                     "\n  update boss.\n  update few. name *.dyn.example.org. type A\n  journal " +
                                     journal.string() + "\n  reload 1s\n }\n}\n"));
  }

  // What nsupdate says; empty when all is well.
  std::string nsupdate(const std::string& lines, const std::string& key = "boss.",
                       const std::string& secret = kSecret) {
    const auto file = scratch.write("update", "server 127.0.0.1 " + std::to_string(server->address().port) +
                                                  "\nzone example.org\n" + lines + "send\n");
    Process process({"nsupdate", "-t", "5", "-y", "hmac-sha256:" + key + ":" + secret, file.string()});
    const auto ending = process.wait();
    if (ending && ending->exit_code == 0) return process.output();
    return process.output().empty() ? "failed" : process.output();
  }
  // The first record's text of an answer, or its rcode.
  std::string ask(const std::string& name, RRType type = RRType::A) {
    const auto answer = harbinger::test::ask(server->address(), name, type);
    if (!answer) return answer.error().to_string();
    if (answer->message.answers.empty()) return to_string(answer->rcode());
    return answer->message.answers.front().to_string();
  }

  const Scratch scratch;
  std::optional<DnsServer> server;
};

std::size_t replies_in(const std::string& said) {
  std::size_t replies = 0;
  for (auto at = said.find("Reply from update query"); at != std::string::npos; at = said.find("Reply from", at + 1))
    ++replies;
  return replies;
}

}  // namespace

TEST_CASE("a change is in the next answer, and in those after a power cut and a restart") {
  House house;
  CHECK(house.ask("new.example.org") == "NXDOMAIN");
  CHECK(house.nsupdate("update add new.example.org 60 A 192.0.2.7\nupdate delete www.example.org\n") == "");
  CHECK(house.ask("new.example.org") == "new.example.org. 60 IN A 192.0.2.7");
  CHECK(house.ask("www.example.org") == "NXDOMAIN");
  CHECK_THAT(house.nsupdate("prereq nxdomain new.example.org\nupdate add new.example.org 60 A 192.0.2.8\n"),
             Contains("YXDOMAIN"));
  house.server->kill();
  house.server->start();
  CHECK(house.ask("new.example.org") == "new.example.org. 60 IN A 192.0.2.7");
  CHECK(house.ask("www.example.org") == "NXDOMAIN");
  CHECK_THAT(house.ask("example.org", RRType::SOA), Contains(" 2 3600 600 86400 60"));
}

TEST_CASE("who may not change something hears why, and changes nothing") {
  House house;
  CHECK_THAT(house.nsupdate("update add a.example.org 60 A 192.0.2.7\n", "nobody."),
             Contains("BADKEY") || Contains("NOTAUTH"));
  CHECK_THAT(house.nsupdate("update add a.example.org 60 A 192.0.2.7\n", "boss.", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
             Contains("BADSIG") || Contains("NOTAUTH"));
  CHECK_THAT(house.nsupdate("update add a.example.org 60 A 192.0.2.7\n", "few."), Contains("REFUSED"));
  CHECK_THAT(house.nsupdate("update add a.dyn.example.org 60 TXT x\n", "few."), Contains("REFUSED"));
  CHECK_THAT(house.nsupdate("update add a.example.net 60 A 192.0.2.7\n"), Contains("NOTZONE"));
  CHECK(house.ask("a.example.org") == "NXDOMAIN");
  CHECK(house.nsupdate("update add a.dyn.example.org 60 A 192.0.2.7\n", "few.") == "");
  CHECK(house.ask("a.dyn.example.org") == "a.dyn.example.org. 60 IN A 192.0.2.7");
}

TEST_CASE("of a thousand changes under kill -9, none that was acknowledged is lost") {
  House house;
  std::mt19937 chance(5);  // NOLINT(cert-msc51-cpp)
  std::set<int> acknowledged;
  int next = 0;
  while (next < 1000) {
    const int until = std::min(1000, next + 100 + static_cast<int>(chance() % 150));
    std::string lines;
    for (int i = next; i < until; ++i)
      lines += "update add n" + std::to_string(i) + ".example.org 60 A 192.0.2.7\nsend\n";
    const auto file = house.scratch.write("stream", "server 127.0.0.1 " + std::to_string(house.server->address().port) +
                                                        "\nzone example.org\n" + lines + "answer\n");
    Process client({"nsupdate", "-d", "-t", "2", "-y", "hmac-sha256:boss.:" + kSecret, file.string()});
    const auto enough = 5 + chance() % 40;
    wait_until([&] { return !client.running() || replies_in(client.output()) >= enough; });
    house.server->kill();
    client.kill();
    // Each reply that came tells that one more was acknowledged.
    const auto said = client.output();
    int replies = 0;
    for (std::size_t at = said.find("Reply from update query"); at != std::string::npos;
         at = said.find("Reply from update query", at + 1)) {
      const auto head = said.find("status: ", at);
      if (head == std::string::npos || said.compare(head + 8, 7, "NOERROR") != 0) continue;
      acknowledged.insert(next + replies++);
    }
    next = until;
    house.server->start();
  }
  CHECK(acknowledged.size() > 20);
  for (const int i : acknowledged) {
    INFO("n" << i << " of " << acknowledged.size());
    REQUIRE_THAT(house.ask("n" + std::to_string(i) + ".example.org"), Contains("192.0.2.7"));
  }
}

TEST_CASE("on a full disk changes are refused, not lost; with space again they go well") {
  House* kept = nullptr;
  const Scratch disk;
  if (::mount("tmpfs", disk.path().c_str(), "tmpfs", 0, "size=64k") != 0) {
    WARN("skipped: a small tmpfs cannot be mounted here");
    return;
  }
  {
    House house(disk.path() / "journal");
    kept = &house;
    std::set<int> acknowledged;
    int refused = 0;
    for (int i = 0; i < 60; ++i) {
      std::string lines;
      for (int k = 0; k < 40; ++k)
        lines += "update add t" + std::to_string(i) + ".example.org 60 TXT \"" + std::to_string(k) +
                 std::string(60, 'x') + "\"\n";
      const auto said = kept->nsupdate(lines);
      if (said.empty()) {
        acknowledged.insert(i);
      } else {
        CHECK_THAT(said, Contains("SERVFAIL"));
        ++refused;
      }
    }
    CHECK(refused > 10);
    CHECK(acknowledged.size() > 5);
    WARN("full disk: " << acknowledged.size() << " acknowledged, " << refused << " refused");
    house.server->kill();
    ::mount("tmpfs", disk.path().c_str(), "tmpfs", MS_REMOUNT, "size=1m");
    house.server->start();
    for (int i = 0; i < 60; ++i)
      CHECK((house.ask("t" + std::to_string(i) + ".example.org", RRType::TXT) == "NXDOMAIN") ==
            !acknowledged.contains(i));
    CHECK(house.nsupdate("update add after.example.org 60 A 192.0.2.7\n") == "");
    house.server->kill();
  }
  ::umount2(disk.path().c_str(), MNT_DETACH);
}

TEST_CASE("an edited master file of a changed zone keeps the server from starting, and says what to do") {
  House house;
  CHECK(house.nsupdate("update add new.example.org 60 A 192.0.2.7\n") == "");
  house.server->kill();
  auto edited = kZone;
  edited.replace(edited.find(" 1 3600"), 2, " 5");
  house.scratch.write("zone", edited);
  CHECK_THROWS_WITH(house.server->start(), Contains("move the journal away"));
}
