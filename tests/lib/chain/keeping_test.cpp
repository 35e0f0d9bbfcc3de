// How long answers are kept, refreshed and given stale; and how misses share one flight.
#include "tests/support/memory_server.h"
#include "tests/support/probe_plugin.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

// Serves when the test says so: each question waits in line.
struct Line {
  struct Waiting {
    Name name;
    std::function<void(Reply)> answer;
  };
  std::vector<Waiting> waiting;

  ProbeRoles roles(std::function<void(const Query&)> look = {}) {
    ProbeRoles made;
    made.serve = [this, look](const Query& query, Next) -> Task<Reply> {
      if (look) look(query);
      return wait_for(query);
    };
    return made;
  }

  void answer_all(const Reply& reply) {
    const auto now = std::exchange(waiting, {});
    for (const auto& each : now) each.answer(reply);
  }

 private:
  Task<Reply> wait_for(const Query& query) {
    std::optional<Reply> reply;
    auto begin = [&](std::function<void()> resume) {
      waiting.push_back({query.name(), [&reply, resume](Reply given) {
                           reply.emplace(std::move(given));
                           resume();
                         }});
    };
    co_await Suspend(std::move(begin));
    co_return std::move(*reply);
  }
};

Reply with_answer(std::uint32_t ttl, const std::string& text = "x") {
  Reply reply = Reply::with(Rcode::NOERROR);
  reply.add_answer({Name::parse("example.org.").value(), RRType::TXT, RRClass::IN, ttl, txt_rdata(text)});
  return reply;
}

Reply negative(Rcode rcode, std::uint32_t soa_ttl, std::uint32_t minimum) {
  Reply reply = Reply::with(rcode);
  Soa soa;
  soa.minimum = minimum;
  reply.add_authority({Name::parse("org.").value(), RRType::SOA, RRClass::IN, soa_ttl, soa.to_rdata()});
  return reply;
}

ProbeRoles replying(int& served, std::function<Reply()> make) {
  ProbeRoles roles;
  roles.serve = [&served, make = std::move(make)](const Query&, Next) {
    ++served;
    return ready(make());
  };
  return roles;
}

std::uint32_t ttl_of(const Letter& letter) { return letter.message().answers.at(0).ttl; }

}  // namespace

TEST_CASE("TTLs count down while an answer is kept, and it is gone at zero") {
  int served = 0;
  MemoryServer server(". {\n cache { refresh 0 }\n what\n}", {probe("what", replying(served, [] { return with_answer(60); }))});
  CHECK(ttl_of(*server.ask("example.org. TXT")) == 60);
  server.advance(10s);
  CHECK(ttl_of(*server.ask("example.org. TXT")) == 50);
  server.advance(49s);
  CHECK(ttl_of(*server.ask("example.org. TXT")) == 1);
  CHECK(served == 1);
  server.advance(1s);
  CHECK(ttl_of(*server.ask("example.org. TXT")) == 60);
  CHECK(served == 2);
}

TEST_CASE("our own data keeps its TTL however long it is kept") {
  int served = 0;
  const auto own = [] { return std::move(with_answer(60).keep(Reply::Keeping::until_changed)); };
  MemoryServer server(". {\n what\n}", {probe("what", replying(served, own))});
  server.ask("example.org. TXT");
  server.advance(24h);
  CHECK(ttl_of(*server.ask("example.org. TXT")) == 60);
  CHECK(served == 1);
}

TEST_CASE("a TTL of 0 is not kept") {
  int served = 0;
  MemoryServer server(". {\n what\n}", {probe("what", replying(served, [] { return with_answer(0); }))});
  server.ask("example.org. TXT");
  server.ask("example.org. TXT");
  CHECK(served == 2);
}

TEST_CASE("NXDOMAIN and NODATA are kept for the lesser of SOA TTL and MINIMUM") {
  int served = 0;
  const auto rcode = GENERATE(Rcode::NXDOMAIN, Rcode::NOERROR);
  MemoryServer server(". {\n cache { refresh 0 }\n what\n}", {probe("what", replying(served, [&] { return negative(rcode, 300, 20); }))});
  server.ask("example.org. A");
  server.advance(19s);
  CHECK(server.ask("example.org. A")->rcode() == rcode);
  CHECK(served == 1);
  server.advance(1s);
  server.ask("example.org. A");
  CHECK(served == 2);
}

TEST_CASE("NODATA at the end of a CNAME is kept for no longer than the SOA allows") {
  int served = 0;
  MemoryServer server(". {\n what\n}", {probe("what", replying(served, [] {
                        Reply reply = negative(Rcode::NOERROR, 3600, 60);
                        reply.add_answer(record_from_text("example.org. 3600 CNAME www.example.org.").value());
                        return reply;
                      }))});
  server.ask("example.org. TXT");
  server.advance(50s);
  server.ask("example.org. TXT");
  CHECK(served == 1);
  server.advance(11s);
  server.ask("example.org. TXT");
  CHECK(served == 2);
}

TEST_CASE("a negative answer without SOA is not kept") {
  int served = 0;
  MemoryServer server(". {\n what\n}", {probe("what", replying(served, [] { return Reply::with(Rcode::NXDOMAIN); }))});
  server.ask("example.org. A");
  server.ask("example.org. A");
  CHECK(served == 2);
}

TEST_CASE("a failure is kept for one second") {
  int served = 0;
  const auto fails = [] { return Reply::failure(EdeCode::network_error, "all upstreams are silent"); };
  MemoryServer server(". {\n what\n}", {probe("what", replying(served, fails))});
  CHECK(server.ask("example.org. A")->ede() == EdeCode::network_error);
  server.ask("example.org. A");
  CHECK(served == 1);
  server.advance(1s);
  server.ask("example.org. A");
  CHECK(served == 2);
}

TEST_CASE("limits of the cache directive apply") {
  int served = 0;
  MemoryServer server(". {\n cache 30 {\n min_ttl 5\n refresh 0\n }\n what\n}",
                      {probe("what", replying(served, [] { return with_answer(3600); }))});
  CHECK(ttl_of(*server.ask("example.org. TXT")) == 30);
  server.advance(30s);
  server.ask("example.org. TXT");
  CHECK(served == 2);
}

TEST_CASE("with the cache off every query is served") {
  int served = 0;
  MemoryServer server(". {\n cache off\n what\n}", {probe("what", replying(served, [] { return with_answer(3600); }))});
  server.ask("example.org. TXT");
  server.ask("example.org. TXT");
  CHECK(served == 2);
}

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
  for (int i = 0; i < 200; ++i) letters.push_back(server.ask("example.org. TXT", i % 2 ? "198.51.100.2" : "198.51.100.3"));
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

TEST_CASE("an answer asked for near its end is refreshed once, in the background") {
  Line line;
  MemoryServer server(". {\n what\n}", {probe("what", line.roles())});
  server.ask("example.org. TXT");
  line.answer_all(with_answer(100));
  server.advance(89s);
  CHECK(ttl_of(*server.ask("example.org. TXT")) == 11);
  CHECK(line.waiting.empty());
  server.advance(2s);
  for (int i = 0; i < 10; ++i) CHECK(ttl_of(*server.ask("example.org. TXT")) == 9);
  CHECK(line.waiting.size() == 1);
  line.answer_all(with_answer(100, "newer"));
  CHECK(ttl_of(*server.ask("example.org. TXT")) == 100);
  CHECK(server.count("harbinger_cache_prefetch_total") == 1);
}

TEST_CASE("a refresh that fails leaves the answer that still holds, and is not tried again at once") {
  int served = 0;
  const auto make = [&] { return served == 1 ? with_answer(100) : Reply::failure(EdeCode::network_error, "down"); };
  MemoryServer server(". {\n what\n}", {probe("what", replying(served, make))});
  server.ask("example.org. TXT");
  server.advance(95s);
  for (int i = 0; i < 10; ++i) CHECK(server.ask("example.org. TXT")->rcode() == Rcode::NOERROR);
  CHECK(served == 2);
}

TEST_CASE("a client that waits too long for a fresh answer gets the stale one, and later the fresh one is kept") {
  Line line;
  MemoryServer server(". {\n cache {\n serve_stale 1h\n refresh 0\n }\n what\n}", {probe("what", line.roles())});
  server.ask("example.org. TXT");
  line.answer_all(with_answer(10, "old"));
  server.advance(11s);
  const auto letter = server.ask("example.org. TXT");
  server.advance(1700ms);
  CHECK_FALSE(letter->arrived);
  server.advance(200ms);
  REQUIRE(letter->arrived);
  CHECK(letter->answers() == "example.org. 30 IN TXT \"old\"\n");
  CHECK(letter->ede() == EdeCode::stale_answer);
  line.answer_all(with_answer(10, "new"));
  CHECK(server.ask("example.org. TXT")->answers() == "example.org. 10 IN TXT \"new\"\n");
}

TEST_CASE("after a failed refresh stale answers are given at once for thirty seconds") {
  int served = 0;
  bool broken = false;
  const auto make = [&] { return broken ? Reply::failure(EdeCode::network_error, "down") : with_answer(10); };
  MemoryServer server(". {\n cache {\n serve_stale 1h\n refresh 0\n }\n what\n}", {probe("what", replying(served, make))});
  server.ask("example.org. TXT");
  broken = true;
  server.advance(11s);
  for (int i = 0; i < 5; ++i) CHECK(server.ask("example.org. TXT")->ede() == EdeCode::stale_answer);
  CHECK(served == 2);
  server.advance(31s);
  broken = false;
  CHECK(ttl_of(*server.ask("example.org. TXT")) == 10);
  CHECK(served == 3);
}

TEST_CASE("stale answers end when they are too old, and at once when their name changed") {
  int served = 0;
  bool broken = false;
  Answers* answers = nullptr;
  auto roles = replying(served, [&] { return broken ? Reply::failure(EdeCode::network_error, "down") : with_answer(10); });
  roles.start = [&](const PluginContext& context) { answers = context.answers; };
  MemoryServer server(". {\n cache {\n serve_stale 60s\n refresh 0\n }\n what\n}", {probe("what", roles)});
  server.ask("example.org. TXT");
  broken = true;
  SECTION("too old") {
    server.advance(71s);
    CHECK(server.ask("example.org. TXT")->rcode() == Rcode::SERVFAIL);
  }
  SECTION("changed") {
    server.advance(11s);
    answers->changed_all();
    CHECK(server.ask("example.org. TXT")->rcode() == Rcode::SERVFAIL);
  }
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

TEST_CASE("memory stays bounded under a flood of names, and what is asked for often survives it") {
  int served = 0;
  MemoryServer server("{\n cache_size 1MiB\n}\n. {\n what\n}", {probe("what", replying(served, [] { return with_answer(3600); }))});
  server.ask("popular.example. TXT");
  for (int i = 0; i < 20000; ++i) {
    server.ask("flood" + std::to_string(i) + ".example. TXT");
    if (i % 50 == 0) server.ask("popular.example. TXT");
  }
  CHECK(served == 20001);
  for (const auto& sample : server.metrics.collect()) {
    if (sample.name == "harbinger_cache_size_bytes") CHECK(sample.value <= 1 << 20);
    if (sample.name == "harbinger_cache_evictions") CHECK(sample.value > 0);
  }
}
