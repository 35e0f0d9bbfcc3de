// harbingerctl persona as a process, against an engine's pages on a web server of their own.
#include <catch2/catch.hpp>

#include <future>
#include <nlohmann/json.hpp>

#include <harbinger/secret_file.h>

#include "persona/admin_pages.h"
#include "tests/support/ctl.h"
#include "tests/support/dns_client.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"
#include "tests/support/scripted_persona_engine.h"

using namespace harbinger;
using namespace harbinger::test;
using Catch::Contains;

namespace {

constexpr const char* kToken = "0123456789abcdef0";

struct Fixture {
  ScriptedPersonaEngine engine;
  FakeClock clock;
  ClientKeys keys{Secret{}};
  Scratch scratch;
  std::shared_ptr<HttpServer> server = HttpServer::listen(loopback(0)).value();
  std::vector<HttpServer::Route> routes;

  Fixture() { serve({}); }
  void serve(persona::ReporterTokens tokens, bool engine_is_here = true) {
    const persona::AdminPages::World world{&engine, engine_is_here ? &engine : nullptr,
                                           [this] { return engine.list(); }, &keys, &clock};
    routes = serve_admin(*server, std::make_shared<persona::AdminPages>(world, std::move(tokens)));
  }
  void want_token() { serve(persona::ReporterTokens::load(scratch.write("server", kToken)).value()); }
  ClientKey key_of(const char* address) const {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(clock.calendar().time_since_epoch());
    return keys.key_of(IpAddress::parse(address).value(), {}, now.count());
  }

  Ran persona(std::vector<std::string> words) const {
    words.insert(words.begin(), {"persona", "--url", url(server->address())});
    return ctl(std::move(words));
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "ctl persona list prints all personas, those with most clients first") {
  const auto ran = persona({"list"});
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.output, Catch::StartsWith("PERSONA "));
  CHECK(ran.output.find("\ncrawler ") < ran.output.find("\ngamer "));
  const auto json = nlohmann::json::parse(persona({"list", "--json"}).output);
  CHECK(json["personas"].size() == 2);
}

TEST_CASE_METHOD(Fixture, "ctl persona show prints one persona, and exits with 1 when there is none of this name") {
  const auto ran = persona({"show", "gamer"});
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.output, Contains("distinguished by  asks for play.example (90 %)\n") && !Contains("crawler"));
  const auto json = nlohmann::json::parse(persona({"show", "gamer", "--json"}).output);
  CHECK(json["personas"][0]["clients"] == 3);
  const auto none = persona({"show", "nobody"});
  CHECK(none.exit_code == 1);
  CHECK(none.output == "harbingerctl: there is no persona nobody\n");
}

TEST_CASE_METHOD(Fixture, "ctl persona explain tells why a client is who it is, by its address or its key") {
  for (const auto* address : {"192.0.2.7", "2001:db8::7"}) {
    engine.known = key_of(address);
    const auto ran = persona({"explain", address});
    CHECK(ran.exit_code == 0);
    CHECK_THAT(ran.output, Contains("gamer\n") && Contains("because           asks for play.example (90 %)\n"));
  }
  engine.known = 0xff;
  CHECK(nlohmann::json::parse(persona({"explain", "00000000000000ff", "--json"}).output)["persona"] == "gamer");
  const auto unknown = persona({"explain", "192.0.2.8"});
  CHECK(unknown.exit_code == 1);
  CHECK(unknown.output == "harbingerctl: this client is not known\n");
}

TEST_CASE_METHOD(Fixture, "ctl persona renames, pins, splits and merges, and says what has been done") {
  const auto tell = [&](const std::vector<std::string>& words) {
    const auto ran = persona(words);
    CHECK(ran.exit_code == 0);
    return engine.told() + ": " + ran.output;
  };
  CHECK(tell({"rename", "gamer", "player"}) == "rename gamer player: gamer is called player now\n");
  CHECK(tell({"pin", "gamer"}) == "pin gamer: gamer is pinned: it is never merged, split or renamed by itself\n");
  CHECK(tell({"unpin", "gamer"}) == "unpin gamer: gamer is pinned no more\n");
  CHECK(tell({"split", "gamer", "other"}) == "split gamer other: gamer is two personas now, itself and other\n");
  CHECK(tell({"merge", "crawler", "gamer"}) == "merge crawler gamer: crawler is gone; its clients are of gamer now\n");
  CHECK(persona({"pin", "crawler", "--json"}).output == "{}\n");
  CHECK(engine.told() == "pin crawler");
}

TEST_CASE_METHOD(Fixture, "ctl persona takes commands' words for names of personas") {
  CHECK(persona({"rename", "list", "status"}).output == "list is called status now\n");
  CHECK(engine.told() == "rename list status");
}

TEST_CASE_METHOD(Fixture, "ctl persona passes on why a change cannot be, and exits with 1") {
  const auto unknown = persona({"pin", "nobody"});
  CHECK(unknown.exit_code == 1);
  CHECK(unknown.output == "harbingerctl: there is no persona nobody\n");
  const auto taken = persona({"rename", "crawler", "gamer", "--json"});
  CHECK(taken.exit_code == 1);
  CHECK(taken.output == "harbingerctl: there is a persona gamer already\n");
  serve({}, false);
  const auto elsewhere = persona({"pin", "gamer"});
  CHECK(elsewhere.exit_code == 1);
  CHECK_THAT(elsewhere.output, Contains("ask the engine's own address"));
  CHECK(engine.told().empty());
}

TEST_CASE_METHOD(Fixture, "ctl persona presents the token of a file, and says when one is missing or wrong") {
  want_token();
  const auto missing = persona({"pin", "gamer"});
  CHECK(missing.exit_code == 1);
  CHECK_THAT(missing.output, Contains("--token-file"));
  const auto wrong_file = scratch.write("wrong", "fedcba9876543210\n").string();
  const auto wrong = persona({"pin", "gamer", "--token-file", wrong_file});
  CHECK(wrong.exit_code == 1);
  CHECK_THAT(wrong.output, Contains("does not take the token in " + wrong_file));
  CHECK(engine.told().empty());
  const auto right_file = scratch.write("right", "# of the night shift\n\n  " + std::string(kToken) + "  # mine\n");
  CHECK(persona({"pin", "gamer", "--token-file", right_file.string()}).exit_code == 0);
  CHECK(engine.told() == "pin gamer");
  CHECK(persona({"list"}).exit_code == 0);
}

TEST_CASE_METHOD(Fixture, "ctl persona sends nothing when its token cannot be read") {
  const auto pin = [&](const std::string& file) { return persona({"pin", "gamer", "--token-file", file}); };
  const auto absent = (scratch / "absent").string();
  for (const auto& ran :
       {pin(absent), pin(scratch.write("empty", "# nothing\n").string()),
        pin(scratch.write("two", "one-token another-token\n").string()), pin(scratch.path().string())})
    CHECK(ran.exit_code == 2);
  CHECK_THAT(pin(absent).output, Contains(absent));
  CHECK_THAT(pin((scratch / "two").string()).output, Contains("two:1: a token has no spaces"));
  CHECK(engine.told().empty());
}

TEST_CASE_METHOD(Fixture, "ctl persona asks whether there is an engine, where a server has no such pages") {
  routes.clear();
  for (const auto& words : {std::vector<std::string>{"list"}, {"explain", "192.0.2.1"}, {"pin", "gamer"}}) {
    const auto ran = persona(words);
    CHECK(ran.exit_code == 1);
    CHECK_THAT(ran.output, Contains("is there a persona engine at " + url(server->address()) + "?"));
  }
}

TEST_CASE_METHOD(Fixture, "ctl persona does not take another server's page for an answer") {
  const auto chatty = [](const HttpRequest&) { return HttpResponse{.body = "<html>welcome</html>"}; };
  routes = {server->route("/v1/personas", chatty), server->route("/v1/personas/pin", {.most_body = 4096}, chatty)};
  for (const auto& words : {std::vector<std::string>{"list", "--json"}, {"pin", "gamer"}}) {
    const auto ran = persona(words);
    CHECK(ran.exit_code == 3);
    CHECK_THAT(ran.output, !Contains("pinned") && !Contains("html"));
  }
}

TEST_CASE_METHOD(Fixture, "ctl persona exits with 1 when the engine is silent, and with 3 when nobody answers") {
  engine.silent = true;
  const auto silent = persona({"explain", "192.0.2.7"});
  CHECK(silent.exit_code == 1);
  CHECK_THAT(silent.output, Contains("the engine does not answer"));
  const auto nobody = loopback(free_port());
  const auto ran = ctl({"persona", "list", "--url", url(nobody)});
  CHECK(ran.exit_code == 3);
  CHECK_THAT(ran.output, Contains(nobody.to_string()));
}

TEST_CASE("ctl persona gives up after --timeout") {
  std::promise<void> end;
  auto server = HttpServer::listen(loopback(0)).value();
  const auto route = server->route("/v1/personas", [over = end.get_future().share()](const HttpRequest&) {
    over.wait();
    return HttpResponse();
  });
  const auto ran = ctl({"persona", "list", "--timeout", "0.1", "--url", url(server->address())});
  end.set_value();
  CHECK(ran.exit_code == 3);
  CHECK_THAT(ran.output, Contains("has not answered within 100 ms"));
}

TEST_CASE("ctl persona tells what is wrong with its flags, and exits with 2") {
  const std::pair<std::vector<std::string>, const char*> wrong[] = {
      {{"persona"}, "subcommand"},
      {{"persona", "delete", "gamer"}, "subcommand"},
      {{"persona", "show"}, "NAME"},
      {{"persona", "rename", "gamer"}, "NEW"},
      {{"persona", "merge", "gamer"}, "INTO"},
      {{"persona", "list", "gamer"}, "gamer"},
      {{"persona", "rename", "gamer", "Player One"}, "'Player One' is no persona's name: write 1 to 31 of a-z"},
      {{"persona", "show", ""}, "'' is no persona's name"},
      {{"persona", "pin", std::string(32, 'a')}, "1 to 31"},
      {{"persona", "explain", "gamer"}, "192.0.2.1"},
      {{"persona", "explain", "00ff"}, "192.0.2.1"},
  };
  for (const auto& [words, complaint] : wrong) {
    const auto ran = ctl(words);
    INFO(ran.output);
    CHECK(ran.exit_code == 2);
    CHECK_THAT(ran.output, Contains(complaint));
  }
}

TEST_CASE("ctl persona explains itself") {
  const auto help = ctl({"persona", "--help"});
  CHECK(help.exit_code == 0);
  CHECK_THAT(help.output, Contains("http://127.0.0.1:9154") && Contains("--token-file") && Contains("explain"));
  CHECK_THAT(ctl({"persona", "merge", "--help"}).output, Contains("FROM") && Contains("INTO"));
}
