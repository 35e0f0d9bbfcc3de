// Misses: who shares a flight with whom, when waiting ends, and what a plugin's exception costs.
#include "tests/support/line.h"
#include "tests/support/memory_server.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

TEST_CASE("identical questions that meet share one flight") {
  Line line;
  MemoryServer server(". {\n what\n}", {probe("what", line.roles())});
  std::vector<std::shared_ptr<Letter>> letters;
  for (int i = 0; i < 200; ++i) letters.push_back(server.ask("example.org. TXT", "198.51.100." + std::to_string(i)));
  REQUIRE(line.waiting.size() == 1);
  CHECK_FALSE(letters[0]->arrived);
  line.answer_all(with_answer(60));
  for (const auto& letter : letters) {
    REQUIRE(letter->arrived);
    CHECK(letter->message().answers.size() == 1);
  }
}

TEST_CASE("questions that met share no answer when it turns out to depend on who asks") {
  Line line;
  const auto look = [](const Query& query) { (void)query.client(); };
  MemoryServer server(". {\n what\n}", {probe("what", line.roles(look))});
  const auto first = server.ask("example.org. TXT", "198.51.100.1");
  const auto second = server.ask("example.org. TXT", "198.51.100.2");
  REQUIRE(line.waiting.size() == 1);
  line.answer_all(with_answer(60, "for the first"));
  CHECK(first->arrived);
  CHECK_FALSE(second->arrived);
  REQUIRE(line.waiting.size() == 1);
  line.answer_all(with_answer(60, "for the second"));
  CHECK(first->answers().find("for the first") != std::string::npos);
  CHECK(second->answers().find("for the second") != std::string::npos);
}

TEST_CASE("those who have the same facts share the second flight too") {
  Line line;
  const auto look = [](const Query& query) { (void)query.client(); };
  MemoryServer server(". {\n what\n}", {probe("what", line.roles(look))});
  server.ask("example.org. TXT", "198.51.100.1");
  std::vector<std::shared_ptr<Letter>> letters;
  for (int i = 0; i < 200; ++i)
    letters.push_back(server.ask("example.org. TXT", i % 2 ? "198.51.100.2" : "198.51.100.3"));
  line.answer_all(with_answer(60, "for the first"));
  REQUIRE(line.waiting.size() == 2);
  line.answer_all(with_answer(60, "for the others"));
  for (const auto& letter : letters) {
    REQUIRE(letter->arrived);
    CHECK(letter->answers().find("for the others") != std::string::npos);
  }
}

TEST_CASE("questions that met share no answer that read more facts than are written down") {
  Line line;
  const auto look = [](const Query& query) {
    for (std::size_t i = 0; i < FactReads::kMost; ++i)
      (void)query.get(Fact<std::uint32_t>{static_cast<FactId>(static_cast<std::size_t>(FactId::first_custom) + i)});
    (void)query.client();
  };
  MemoryServer server(". {\n what\n}", {probe("what", line.roles(look))});
  const auto first = server.ask("example.org. TXT", "198.51.100.1");
  const auto second = server.ask("example.org. TXT", "198.51.100.2");
  line.answer_all(with_answer(60, "for the first"));
  CHECK(first->arrived);
  REQUIRE_FALSE(second->arrived);
  line.answer_all(with_answer(60, "for the second"));
  CHECK(second->answers().find("for the second") != std::string::npos);
}

TEST_CASE("a query that nobody answers gets SERVFAIL at its deadline") {
  Line line;
  MemoryServer server(". {\n what\n}", {probe("what", line.roles())});
  const auto letter = server.ask("example.org. TXT");
  server.advance(4900ms);
  CHECK_FALSE(letter->arrived);
  server.advance(200ms);
  REQUIRE(letter->arrived);
  CHECK(letter->rcode() == Rcode::SERVFAIL);
  CHECK(letter->ede() == EdeCode::no_reachable_authority);
  line.answer_all(with_answer(60));
}

TEST_CASE("an exception that leaves a plugin costs one SERVFAIL") {
  ProbeRoles roles;
  roles.serve = [](const Query& query, Next) -> Task<Reply> {
    if (query.type() == RRType::A) throw std::runtime_error("bug");
    return ready(with_answer(60));
  };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  CHECK(server.ask("example.org. A")->rcode() == Rcode::SERVFAIL);
  CHECK(server.ask("example.org. TXT")->rcode() == Rcode::NOERROR);
  CHECK(server.count("harbinger_panics_total") == 1);
}

TEST_CASE("whatever is thrown by whichever role costs one SERVFAIL") {
  ProbeRoles roles = answering("60 A 192.0.2.1");
  const auto type = GENERATE(RRType::A, RRType::AAAA, RRType::MX, RRType::NS, RRType::SRV);
  roles.admit = [](const Query& query) -> Verdict {
    if (query.type() == RRType::A) throw std::runtime_error("admit");
    return Verdict::pass();
  };
  roles.identify = [](Query& query) {
    if (query.type() == RRType::AAAA) throw std::runtime_error("identify");
  };
  roles.serve = [serve = roles.serve](const Query& query, Next next) -> Task<Reply> {
    if (query.type() == RRType::MX) throw 42;
    return serve(query, next);
  };
  roles.decorate = [](const Query& query, ReplyEditor&) {
    if (query.type() == RRType::NS) throw std::runtime_error("decorate");
  };
  roles.observe = [](const Query& query, const ReplyView&) {
    if (query.type() == RRType::SRV) throw std::runtime_error("observe");
  };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  CHECK(server.ask("example.org. " + to_string(type))->rcode() == Rcode::SERVFAIL);
  CHECK(server.count("harbinger_panics_total") == 1);
  CHECK(server.ask("example.org. TXT")->rcode() == Rcode::NOERROR);
}

TEST_CASE("an exception over a late reply costs one SERVFAIL, and nobody else's reply") {
  Line line;
  auto roles = line.roles();
  roles.decorate = [](const Query& query, ReplyEditor&) {
    if (query.client().ip.to_string() == "198.51.100.1") throw std::runtime_error("decorate");
  };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  const auto first = server.ask("example.org. TXT", "198.51.100.1");
  const auto second = server.ask("example.org. TXT", "198.51.100.2");
  line.answer_all(with_answer(60));
  REQUIRE(first->arrived);
  REQUIRE(second->arrived);
  CHECK(first->rcode() == Rcode::SERVFAIL);
  CHECK(second->rcode() == Rcode::NOERROR);
}
