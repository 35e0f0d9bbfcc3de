// harbingerctl as a process: what it prints, and its exit codes.
#include <catch2/catch.hpp>

#include <harbinger/http.h>

#include "tests/support/ctl.h"
#include "tests/support/dns_client.h"
#include "tests/support/hinting_server.h"
#include "tests/support/process.h"

using namespace harbinger;
using namespace harbinger::test;
using Catch::Contains;

namespace {

std::string at(const SocketAddress& server) { return "@" + server.to_string(); }

const std::vector<Hint> kHints{
    {.resource = "img.hinting.example", .confidence = 0.8f, .size_bytes = 14208, .in_ms = 350},
    {.resource = "https://www.hinting.example/film", .range = ByteRange{65536, 65536}, .confidence = 0.25f}};

// A web server with one page.
struct Page {
  std::shared_ptr<HttpServer> server = HttpServer::listen(loopback(0)).value();
  HttpServer::Route route;
  std::string asked;
  Page(std::string path, HttpResponse response) {
    route = server->route(std::move(path), [this, response](const HttpRequest& request) {
      asked = request.query;
      return response;
    });
  }
};

}  // namespace

TEST_CASE("ctl hints prints them as a table") {
  HintingServer server(kHints);
  const auto ran = ctl({"hints", "www.hinting.example", at(server.address())});
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.output, Contains("www.hinting.example. A from " + server.address().to_string() + ": NOERROR\n"));
  CHECK_THAT(ran.output, Contains("for this client: 2 hints in "));
  CHECK_THAT(ran.output, Contains("\n  RESOURCE                          CONFIDENCE     SIZE      IN        OCTETS\n"
                                  "  img.hinting.example                     80 %  14.2 kB  350 ms\n"
                                  "  https://www.hinting.example/film        25 %                   65536-131071\n"));
}

TEST_CASE("ctl hints tells the server what the flags say, over UDP and over TCP") {
  HintingServer server(kHints);
  const auto ran = ctl({"hints", "www.hinting.example", at(server.address()), "--max", "1", "--floor", "20", "--bytes",
                        "1000", "--fragments", "--network", "metered", "--tcp"});
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.output, Contains("1 hint in "));
  CHECK(server.last_request() == HintRequest{1, 20, 1000, false, true, NetworkClass::metered});
}

TEST_CASE("ctl hints shows those within HTTPS records") {
  HintingServer server({});
  const auto ran = ctl({"hints", "www.hinting.example", at(server.address()), "--type", "HTTPS"});
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.output, Contains("for everybody, in www.hinting.example. HTTPS: 1 hint in ") &&
                             Contains("\n  shared.hinting.example        50 %\n"));
}

TEST_CASE("ctl hints exits with 1 when there are none, and with 3 when they are malformed") {
  HintingServer none({}), broken({}, {0x81, 9, 9});
  const auto nothing = ctl({"hints", "www.hinting.example", at(none.address())});
  CHECK(nothing.exit_code == 1);
  CHECK_THAT(nothing.output, Contains("no hints"));
  const auto malformed = ctl({"hints", "www.hinting.example", at(broken.address())});
  CHECK(malformed.exit_code == 3);
  CHECK_THAT(malformed.output, Contains("malformed"));
}

TEST_CASE("ctl says who did not answer, and exits with 3") {
  const auto nobody = loopback(free_port());
  for (const auto& words : {std::vector<std::string>{"hints", "a.example", at(nobody)},
                            {"why", "a.example", "--client", "192.0.2.1", "--url", url(nobody)},
                            {"status", "--url", url(nobody)}}) {
    const auto ran = ctl(words);
    CHECK(ran.exit_code == 3);
    CHECK_THAT(ran.output, Contains(nobody.to_string()));
  }
}

TEST_CASE("ctl why asks the admin address and prints what it says") {
  Page page("/prefetch/why", {.body = "context: a -> b"});
  const auto good =
      ctl({"why", "a\\&b.example", "--client", "2001:db8::1", "--url", url(page.server->address()) + "/"});
  CHECK(good.exit_code == 0);
  CHECK(good.output == "context: a -> b\n");
  CHECK(page.asked == "name=a%26b.example.&client=2001%3Adb8%3A%3A1");
}

TEST_CASE("ctl why passes on what the server has against it, and says which plugin is missing") {
  Page refusing("/prefetch/why", {.status = 503, .body = "the learner is busy"});
  const auto busy = ctl({"why", "a.example", "--client", "192.0.2.1", "--url", url(refusing.server->address())});
  CHECK(busy.exit_code == 1);
  CHECK_THAT(busy.output, Contains("503: the learner is busy"));
  HintingServer without({});
  const auto missing = ctl({"why", "a.example", "--client", "192.0.2.1", "--url", url(without.web_address())});
  CHECK(missing.exit_code == 1);
  CHECK_THAT(missing.output, Contains("`prefetch`"));
}

TEST_CASE("ctl status sums up a running server") {
  HintingServer server(kHints);
  for (int i = 0; i < 4; ++i) REQUIRE(ask(server.address(), "www.hinting.example", RRType::A));
  const auto ran = ctl({"status", "--url", url(server.web_address())});
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.output, Contains("queries         4\n") && Contains("answer cache    75.0 % of 4 queries from it\n"));
}

TEST_CASE("ctl status shows what hints and refreshes were worth") {
  Page page("/metrics", {.body = "# HELP x y\nharbinger_prefetch_hinted_total{kind=\"hint\",zone=\".\"} 120\n"
                                 "harbinger_prefetch_hinted_total{zone=\"x.\",kind=\"hint\"} 3\n"
                                 "harbinger_prefetch_useful_total{kind=\"hint\"} 80\n"
                                 "harbinger_prefetch_wasted_total{kind=\"refresh\"} 2\n"
                                 "harbinger_prefetch_model_hit_rate 0.41\nharbinger_prefetch_markov_hit_rate 0.42\n"
                                 "harbinger_prefetch_below_markov 1\n"});
  const auto ran = ctl({"status", "--url", url(page.server->address())});
  CHECK(ran.output ==
        "hints           hinted 123, useful 80\n"
        "refresh         wasted 2\n"
        "model           first guess right in 41.0 %, a Markov chain in 42.0 %\n"
        "                below the Markov chain: hints are worth little at present\n");
  Page other("/metrics", {.body = "go_goroutines 7\n"});
  CHECK(ctl({"status", "--url", url(other.server->address())}).exit_code == 3);
}

TEST_CASE("ctl tells what is wrong with its flags, and exits with 2") {
  const std::pair<std::vector<std::string>, const char*> wrong[] = {
      {{}, "subcommand"},
      {{"guess"}, "subcommand"},
      {{"hints"}, "NAME"},
      {{"hints", "a..b"}, "'a..b' is no name"},
      {{"hints", "a.example", "@somewhere"}, "@192.0.2.1:5300"},
      {{"hints", "a.example", "--type", "NONE"}, "TYPE65"},
      {{"hints", "a.example", "--floor", "101"}, "floor"},
      {{"why", "a.example"}, "--client"},
      {{"why", "a.example", "--client", "me"}, "192.0.2.1"},
  };
  for (const auto& [words, complaint] : wrong) {
    const auto ran = ctl(words);
    INFO(ran.output);
    CHECK(ran.exit_code == 2);
    CHECK_THAT(ran.output, Contains(complaint));
  }
  CHECK(ctl({"status", "--url", "ftp://x"}).exit_code == 3);
}

TEST_CASE("ctl explains itself") {
  const auto help = ctl({"--help"});
  CHECK(help.exit_code == 0);
  CHECK_THAT(help.output, Contains("hints") && Contains("why") && Contains("status") && Contains("Exit codes"));
  CHECK_THAT(ctl({"hints", "--help"}).output, Contains("--save-data"));
  CHECK_THAT(ctl({"--version"}).output, Contains("harbingerctl "));
}
