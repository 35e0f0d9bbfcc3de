// Answers that are computed before anybody asks.
#include "tests/support/line.h"
#include "tests/support/memory_server.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

using Outcome = AheadAnswer::Outcome;

// A server with one plugin that waits, and the world as that plugin sees it.
struct Ahead {
  explicit Ahead(
      const std::string& cache = "", const std::function<void(const Query&)>& look = [](const Query&) {})
      : server(". {\n" + cache + " what\n}", {probe("what", roles(look))}) {}

  ProbeRoles roles(const std::function<void(const Query&)>& look) {
    auto made = line.roles(look);
    made.start = [this](const PluginContext& given) { context = &given; };
    return made;
  }
  void resolve(const std::string& name, bool dnssec_ok = false) {
    AheadQuestion question{Name::parse(name).value(), RRType::TXT};
    question.dnssec_ok = dnssec_ok;
    REQUIRE(context->resolve_ahead(question, [this](const AheadAnswer& answer) { answers.push_back(answer); }));
    server.loop.run();
  }

  Line line;
  const PluginContext* context = nullptr;
  std::vector<AheadAnswer> answers;
  MemoryServer server;
};

}  // namespace

TEST_CASE("an answer resolved ahead is there when the first client asks, and no client was seen") {
  Ahead ahead;
  ahead.resolve("example.org.");
  REQUIRE(ahead.line.waiting.size() == 1);
  CHECK(ahead.answers.empty());
  ahead.line.answer_all(with_answer(60));
  REQUIRE(ahead.answers.size() == 1);
  CHECK(ahead.answers[0].outcome == Outcome::kept);
  CHECK(ahead.answers[0].ages);
  CHECK(ahead.answers[0].ttl_s == 60);

  const auto letter = ahead.server.ask("example.org. TXT");
  REQUIRE(letter->arrived);
  CHECK(letter->message().answers.size() == 1);
  CHECK(ahead.server.count("harbinger_cache_hits_total") == 1);
  CHECK(ahead.server.count("harbinger_cache_misses_total") == 0);
  CHECK(ahead.server.count("harbinger_cache_resolved_ahead_total") == 1);
}

TEST_CASE("a client that comes while an answer is resolved ahead waits for that answer") {
  Ahead ahead;
  ahead.resolve("example.org.");
  const auto letter = ahead.server.ask("example.org. TXT");
  CHECK_FALSE(letter->arrived);
  CHECK(ahead.line.waiting.size() == 1);
  ahead.line.answer_all(with_answer(60));
  CHECK(letter->arrived);
  CHECK(ahead.answers.size() == 1);
}

TEST_CASE("what a client waits for already is not resolved ahead a second time") {
  Ahead ahead;
  const auto letter = ahead.server.ask("example.org. TXT");
  ahead.resolve("example.org.");
  REQUIRE(ahead.answers.size() == 1);
  CHECK(ahead.answers[0].outcome == Outcome::under_way);
  CHECK(ahead.line.waiting.size() == 1);
  ahead.line.answer_all(with_answer(60));
}

TEST_CASE("a kept answer is made fresh ahead, and is given until then") {
  Ahead ahead;
  ahead.server.ask("example.org. TXT");
  ahead.line.answer_all(with_answer(60, "old"));
  ahead.server.advance(30s);
  ahead.resolve("example.org.");
  CHECK(ahead.server.ask("example.org. TXT")->answers().find("old") != std::string::npos);
  ahead.line.answer_all(with_answer(60, "new"));
  ahead.server.advance(45s);
  CHECK(ahead.server.ask("example.org. TXT")->answers().find("new") != std::string::npos);
}

TEST_CASE("an attempt to resolve ahead that fails takes no kept answer away") {
  Ahead ahead;
  ahead.server.ask("example.org. TXT");
  ahead.line.answer_all(with_answer(60, "old"));
  ahead.resolve("example.org.");
  ahead.line.answer_all(Reply::failure(EdeCode::network_error, "silence"));
  REQUIRE(ahead.answers.size() == 1);
  CHECK(ahead.answers[0].outcome == Outcome::failed);
  CHECK(ahead.server.ask("example.org. TXT")->answers().find("old") != std::string::npos);
}

TEST_CASE("an answer that depends on the client is told as of no use to others") {
  Ahead ahead("", [](const Query& query) { (void)query.client(); });
  ahead.resolve("example.org.");
  ahead.line.answer_all(with_answer(60));
  REQUIRE(ahead.answers.size() == 1);
  CHECK(ahead.answers[0].outcome == Outcome::not_kept);
  CHECK_FALSE(ahead.server.ask("example.org. TXT")->arrived);
  ahead.line.answer_all(with_answer(60));
}

TEST_CASE("an answer is resolved ahead for clients with the same flags") {
  Ahead ahead;
  ahead.resolve("example.org.", true);
  ahead.line.answer_all(with_answer(60));
  CHECK(ahead.server.ask("example.org. TXT", MemoryServer::Asking{.dnssec_ok = true})->arrived);
  CHECK_FALSE(ahead.server.ask("example.org. TXT")->arrived);
  ahead.line.answer_all(with_answer(60));
}

TEST_CASE("nothing is resolved ahead without a server") {
  const PluginContext* context = nullptr;
  ProbeRoles roles = answering("300 A 192.0.2.1");
  roles.start = [&](const PluginContext& given) { context = &given; };
  Metrics metrics;
  World world;
  world.metrics = &metrics;
  world.clock = &system_clock();
  world.random = &system_random();
  const auto file = config::parse(". {\n what\n}", "Harbingerfile");
  const std::vector<PluginSpec> plugins{probe("what", roles)};
  const auto chains = build_chains(*file, plugins, world);
  REQUIRE(chains);
  CHECK_FALSE(context->resolve_ahead({Name(), RRType::A}, [](const AheadAnswer&) {}));
}
