// How long answers are kept, refreshed and given stale.
#include "tests/support/line.h"
#include "tests/support/memory_server.h"
#include "tests/support/probe_plugin.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

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
  MemoryServer server(". {\n cache { refresh 0 }\n what\n}",
                      {probe("what", replying(served, [] { return with_answer(60); }))});
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
  MemoryServer server(". {\n cache { refresh 0 }\n what\n}",
                      {probe("what", replying(served, [&] { return negative(rcode, 300, 20); }))});
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
  MemoryServer server(". {\n what\n}",
                      {probe("what", replying(served, [] {
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
  MemoryServer server(". {\n cache {\n serve_stale 1h\n refresh 0\n }\n what\n}",
                      {probe("what", replying(served, make))});
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
  auto roles =
      replying(served, [&] { return broken ? Reply::failure(EdeCode::network_error, "down") : with_answer(10); });
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

TEST_CASE("memory stays bounded under a flood of names, and what is asked for often survives it") {
  int served = 0;
  MemoryServer server("{\n cache_size 1MiB\n}\n. {\n what\n}",
                      {probe("what", replying(served, [] { return with_answer(3600); }))});
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

TEST_CASE("memory stays bounded under a flood of large answers") {
  int served = 0;
  const auto large = [] {
    Reply reply = Reply::with(Rcode::NOERROR);
    for (int i = 0; i < 60; ++i)
      reply.add_answer({Name::parse("example.org.").value(), RRType::TXT, RRClass::IN, 3600,
                        txt_rdata(std::to_string(i) + std::string(250, 'x'))});
    return reply;
  };
  MemoryServer server("{\n cache_size 1MiB\n}\n. {\n what\n}", {probe("what", replying(served, large))});
  for (int i = 0; i < 600; ++i)
    for (int twice = 0; twice < 2; ++twice) server.ask("flood" + std::to_string(i) + ".example. TXT");
  for (const auto& sample : server.metrics.collect())
    if (sample.name == "harbinger_cache_size_bytes") CHECK(sample.value <= 1 << 20);
}
