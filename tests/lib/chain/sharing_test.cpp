// Who may see whose answer: the answer cache and the facts.
#include "tests/support/memory_server.h"
#include "tests/support/probe_plugin.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

constexpr Fact<std::uint32_t> kPersona{FactId::persona};

// The last octet of the client's address is its persona.
ProbeRoles persona_from_address() {
  ProbeRoles roles;
  roles.identify = [](Query& query) { query.set(kPersona, std::uint32_t(query.client().ip.octets().back())); };
  return roles;
}

// Answers TXT with `what(query)` and counts how often it had to.
ProbeRoles counting(int& served, std::function<std::string(const Query&)> what, std::uint32_t ttl = 300) {
  ProbeRoles roles;
  roles.serve = [&served, what = std::move(what), ttl](const Query& query, Next) {
    ++served;
    Reply reply = Reply::to(query);
    reply.add_answer({query.name(), RRType::TXT, RRClass::IN, ttl, txt_rdata(what(query))});
    return ready(std::move(reply));
  };
  return roles;
}

}  // namespace

TEST_CASE("an answer that read no fact is shared by all clients") {
  int served = 0;
  MemoryServer server(". {\n who\n what\n}", {probe("who", persona_from_address()),
                                              probe("what", counting(served, [](auto&) { return "same"; }))});

  CHECK(server.ask("example.org. TXT", "198.51.100.1")->answers() == "example.org. 300 IN TXT \"same\"\n");
  CHECK(server.ask("example.org. TXT", "198.51.100.2")->answers() == "example.org. 300 IN TXT \"same\"\n");
  CHECK(served == 1);
  CHECK(server.count("harbinger_cache_hits_total") == 1);
}

TEST_CASE("two clients with different facts never see each other's answer") {
  int served = 0;
  const auto by_persona = [](const Query& query) { return "persona " + std::to_string(*query.get(kPersona)); };
  MemoryServer server(". {\n who\n what\n}",
                      {probe("who", persona_from_address()), probe("what", counting(served, by_persona))});

  for (int round = 0; round < 3; ++round) {
    for (int client = 1; client <= 5; ++client) {
      const auto answer = server.ask("example.org. TXT", "198.51.100." + std::to_string(client))->answers();
      CHECK(answer == "example.org. 300 IN TXT \"persona " + std::to_string(client) + "\"\n");
    }
  }
  CHECK(served == 5);
}

TEST_CASE("clients with equal facts share an answer") {
  int served = 0;
  const auto by_persona = [](const Query& query) { return std::to_string(*query.get(kPersona)); };
  MemoryServer server(". {\n who\n what\n}",
                      {probe("who", persona_from_address()), probe("what", counting(served, by_persona))});
  server.ask("example.org. TXT", "198.51.100.7");
  server.ask("example.org. TXT", "203.0.113.7");
  CHECK(served == 1);
}

TEST_CASE("an answer may read more facts for one client than for another") {
  int served = 0;
  const auto what = [](const Query& query) -> std::string {
    if (*query.get(kPersona) != 1) return "plain";
    return "bucket " + std::to_string(query.bucket(16));
  };
  MemoryServer server(". {\n who\n what\n}",
                      {probe("who", persona_from_address()), probe("what", counting(served, what))});
  for (int round = 0; round < 2; ++round) {
    CHECK(server.ask("example.org. TXT", "198.51.100.2")->answers().find("plain") != std::string::npos);
    CHECK(server.ask("example.org. TXT", "203.0.113.2")->answers().find("plain") != std::string::npos);
    CHECK(server.ask("example.org. TXT", "198.51.100.1")->answers().find("bucket") != std::string::npos);
  }
  CHECK(served == 2);
}

TEST_CASE("a bucket is the same for a client every time") {
  int served = 0;
  MemoryServer server(". {\n what\n}",
                      {probe("what", counting(served, [](const Query& q) { return std::to_string(q.bucket(16)); }))});
  for (int client = 0; client < 200; ++client) server.ask("example.org. TXT", "10.1.2." + std::to_string(client));
  CHECK(served > 8);
  CHECK(served <= 16);
}

TEST_CASE("ECS: an answer read by subnet goes to that subnet, and the reply tells the scope") {
  int served = 0;
  const auto what = [](const Query& query) { return query.subnet(24, 56).address.to_string(); };
  MemoryServer server(". {\n what\n}", {probe("what", counting(served, what))});
  const auto ask = [&](const char* subnet) {
    return server.ask("example.org. TXT",
                      MemoryServer::Asking{.subnet = ClientSubnet{IpAddress::parse(subnet).value(), 24, 0}});
  };
  CHECK(ask("192.0.2.0")->answers().find("192.0.2.0") != std::string::npos);
  CHECK(ask("192.0.2.0")->answers().find("192.0.2.0") != std::string::npos);
  const auto other = ask("203.0.113.0");
  CHECK(other->answers().find("203.0.113.0") != std::string::npos);
  CHECK(served == 2);
  const auto whole = other->message();
  REQUIRE(whole.edns);
  const auto ecs = ClientSubnet::parse(whole.edns->option(OptionCode::ECS).value()).value();
  CHECK(ecs.source_bits == 24);
  CHECK(ecs.scope_bits == 24);
}

TEST_CASE("ECS: an upstream's wider scope lets more clients share the answer") {
  int served = 0;
  ProbeRoles roles;
  roles.serve = [&](const Query& query, Next) {
    ++served;
    (void)query.subnet(24, 56);
    Reply reply = Reply::to(query);
    reply.limit_subnet(16).add_answer(record_from_text("example.org. 60 A 192.0.2.1").value());
    return ready(std::move(reply));
  };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  server.ask("example.org. A", "10.1.2.3");
  server.ask("example.org. A", "10.1.99.3");
  CHECK(served == 1);
  server.ask("example.org. A", "10.2.2.3");
  CHECK(served == 2);
}

TEST_CASE("ECS: the scope covers everything that the answer made of the subnet") {
  ProbeRoles roles;
  roles.serve = [](const Query& query, Next) {
    if (query.type() == RRType::A) (void)query.subnet(16, 48), (void)query.subnet(24, 56);
    if (query.type() == RRType::TXT) (void)query.bucket(16);
    return ready(Reply::to(query));
  };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  const auto scope_of = [&](const std::string& question) {
    const ClientSubnet subnet{IpAddress::parse("192.0.2.0").value(), 24, 0};
    const auto letter = server.ask(question, MemoryServer::Asking{.subnet = subnet});
    const auto whole = letter->message();
    return ClientSubnet::parse(whole.edns->option(OptionCode::ECS).value()).value().scope_bits;
  };
  CHECK(scope_of("example.org. A") == 24);
  CHECK(scope_of("example.org. TXT") == 24);
  CHECK(scope_of("example.org. MX") == 0);
}

TEST_CASE("DNSSEC OK, CD and RD are part of the key") {
  int served = 0;
  MemoryServer server(". {\n what\n}", {probe("what", counting(served, [](auto&) { return "x"; }))});
  server.ask("example.org. TXT", MemoryServer::Asking{.dnssec_ok = true});
  server.ask("example.org. TXT", MemoryServer::Asking{.dnssec_ok = false});
  server.ask("example.org. TXT", MemoryServer::Asking{.recursion_desired = false});
  CHECK(served == 3);
}

TEST_CASE("admit runs before the answer cache: a blocked client gets nothing that others put there") {
  int served = 0;
  ProbeRoles blocking;
  blocking.admit = [](const Query& query) {
    return query.client().ip.octets().back() == 66 ? Verdict::refuse() : Verdict::pass();
  };
  // The gate stands last in the file; its role comes first all the same.
  MemoryServer server(". {\n what\n gate\n}",
                      {probe("gate", blocking), probe("what", counting(served, [](auto&) { return "secret"; }))});
  CHECK(server.ask("example.org. TXT", "198.51.100.1")->rcode() == Rcode::NOERROR);
  const auto refused = server.ask("example.org. TXT", "198.51.100.66");
  CHECK(refused->rcode() == Rcode::REFUSED);
  CHECK(refused->ede() == EdeCode::prohibited);
  CHECK(refused->message().answers.empty());
}

TEST_CASE("what decorate adds for one client is not kept for the next") {
  int served = 0;
  ProbeRoles decorating;
  decorating.decorate = [](const Query& query, ReplyEditor& editor) {
    const auto octet = query.client().ip.octets().back();
    editor.add_option(OptionCode::PERSONA, {&octet, 1});
  };
  MemoryServer server(". {\n what\n mark\n}",
                      {probe("mark", decorating), probe("what", counting(served, [](auto&) { return "x"; }))});
  for (const std::uint8_t client : {1, 2, 3}) {
    const auto letter = server.ask("example.org. TXT", "198.51.100." + std::to_string(client));
    const auto whole = letter->message();
    const auto mark = whole.edns->option(OptionCode::PERSONA);
    REQUIRE(mark);
    CHECK((*mark)[0] == client);
  }
  CHECK(served == 1);
}

TEST_CASE("a change makes kept answers disappear at once") {
  int served = 0;
  Answers* answers = nullptr;
  auto roles = counting(served, [&](auto&) { return std::to_string(served); });
  roles.start = [&](const PluginContext& context) { answers = context.answers; };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  server.ask("a.example. TXT");
  server.ask("b.example. TXT");
  REQUIRE(served == 2);

  SECTION("of one name") {
    answers->changed(Name::parse("A.Example.").value());
    server.ask("a.example. TXT");
    CHECK(served == 3);
    server.ask("b.example. TXT");
    CHECK(served == 3);
  }
  SECTION("of all names of the chain") {
    answers->changed_all();
    server.ask("a.example. TXT");
    server.ask("b.example. TXT");
    CHECK(served == 4);
  }
}

TEST_CASE("an answer that depends on another name goes when that name changes") {
  int served = 0;
  Answers* answers = nullptr;
  ProbeRoles roles;
  roles.serve = [&](const Query& query, Next) {
    ++served;
    Reply reply = Reply::to(query);
    reply.depends_on(Name::parse("endpoint-1.").value())
        .add_answer(record_from_text("example.org. 60 A 192.0.2.1").value());
    return ready(std::move(reply));
  };
  roles.start = [&](const PluginContext& context) { answers = context.answers; };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  server.ask("example.org. A");
  server.ask("example.org. A");
  CHECK(served == 1);
  answers->changed(Name::parse("endpoint-1.").value());
  server.ask("example.org. A");
  CHECK(served == 2);
}

TEST_CASE("a change while an answer is computed makes that answer wrong at birth") {
  int served = 0;
  Answers* answers = nullptr;
  ProbeRoles roles;
  roles.start = [&](const PluginContext& context) { answers = context.answers; };
  roles.serve = [&](const Query& query, Next) {
    ++served;
    if (served == 1) answers->changed(query.name());
    Reply reply = Reply::to(query);
    reply.add_answer(record_from_text("example.org. 60 A 192.0.2.1").value());
    return ready(std::move(reply));
  };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  server.ask("example.org. A");
  server.ask("example.org. A");
  server.ask("example.org. A");
  CHECK(served == 2);
}

TEST_CASE("who asks after a change gets no answer that was begun before it") {
  std::vector<std::function<void()>> waiting;
  Answers* answers = nullptr;
  int served = 0;
  ProbeRoles roles;
  roles.start = [&](const PluginContext& context) { answers = context.answers; };
  struct Serving {
    static Task<Reply> serve(const Query& query, std::vector<std::function<void()>>& line, int turn) {
      auto begin = [&](std::function<void()> resume) { line.push_back(std::move(resume)); };
      co_await Suspend(std::move(begin));
      Reply reply = Reply::to(query);
      reply.add_answer({query.name(), RRType::TXT, RRClass::IN, 60, txt_rdata(std::to_string(turn))});
      co_return reply;
    }
  };
  roles.serve = [&](const Query& query, Next) { return Serving::serve(query, waiting, ++served); };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  const auto go_on = [&] {
    const auto all = std::exchange(waiting, {});
    for (const auto& resume : all) resume();
  };

  const auto before = server.ask("example.org. TXT");
  answers->changed(Name::parse("example.org.").value());
  const auto after = server.ask("example.org. TXT");
  go_on();
  go_on();
  REQUIRE(before->arrived);
  REQUIRE(after->arrived);
  CHECK(after->answers() == "example.org. 60 IN TXT \"2\"\n");
}

TEST_CASE("an answer for clients with a proved address is not given to others") {
  int served = 0;
  const auto by_proof = [](const Query& query) { return query.address_proved() ? "all of it" : "little"; };
  MemoryServer server(". {\n what\n}", {probe("what", counting(served, by_proof))});

  for (int round = 0; round < 2; ++round) {
    CHECK(server.ask("example.org. TXT")->answers() == "example.org. 300 IN TXT \"little\"\n");
    CHECK(server.ask("example.org. TXT", {.transport = Transport::tcp})->answers() ==
          "example.org. 300 IN TXT \"all of it\"\n");
  }
  CHECK(served == 2);
}
