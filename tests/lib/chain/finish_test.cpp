// What leaves the server: header bits, EDNS, sizes, truncation, errors; and what does not.
#include "tests/support/memory_server.h"
#include "tests/support/probe_plugin.h"

using namespace harbinger;
using namespace harbinger::test;

namespace {

std::vector<std::uint8_t> query_for(const std::string& name, std::uint16_t udp_size = 1232) {
  return make_query(7, {Name::parse(name).value(), RRType::A, RRClass::IN}, true, udp_size);
}

// So many addresses; additionally so many in the additional section.
ProbeRoles many(int answers, int additionals) {
  ProbeRoles roles;
  roles.serve = [=](const Query& query, Next) {
    Reply reply = Reply::to(query);
    for (int i = 0; i < answers; ++i)
      reply.add_answer({query.name(), RRType::A, RRClass::IN, 60, {10, 0, 0, static_cast<std::uint8_t>(i)}});
    for (int i = 0; i < additionals; ++i)
      reply.add_additional({query.name(), RRType::AAAA, RRClass::IN, 60, Rdata(16, static_cast<std::uint8_t>(i))});
    return ready(std::move(reply));
  };
  return roles;
}

}  // namespace

TEST_CASE("a reply repeats id, question in the client's case, RD and CD") {
  MemoryServer server(". {\n what\n}", {probe("what", answering("60 A 192.0.2.1"))});
  for (int round = 0; round < 2; ++round) {
    const auto letter = server.send(query_for("ExAmPlE.oRg."), {});
    const auto whole = letter->message();
    CHECK(whole.header.id == 7);
    CHECK(whole.header.qr);
    CHECK(whole.header.rd);
    CHECK_FALSE(whole.header.tc);
    CHECK(whole.question->name.identical(Name::parse("ExAmPlE.oRg.").value()));
    CHECK(whole.answers.at(0).name.identical(Name::parse("ExAmPlE.oRg.").value()));
  }
}

TEST_CASE("CD comes back, but not in authoritative replies") {
  const bool authoritative = GENERATE(false, true);
  ProbeRoles roles;
  roles.serve = [=](const Query& query, Next) {
    return ready(std::move(Reply::to(query).set_authoritative(authoritative)));
  };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  auto query = query_for("example.org.");
  query[3] |= 0x10;
  CHECK(server.send(query, {})->message().header.cd == !authoritative);
}

TEST_CASE("OPT comes back only to those who sent one") {
  MemoryServer server(". {\n what\n}", {probe("what", answering("60 A 192.0.2.1"))});
  CHECK(server.ask("example.org. A")->message().edns);
  CHECK_FALSE(server.ask("example.org. A", MemoryServer::Asking{.edns = false})->message().edns);
  CHECK(server.ask("example.org. A", MemoryServer::Asking{.dnssec_ok = true})->message().edns->dnssec_ok);
}

TEST_CASE("without EDNS a reply has at most 512 octets over UDP, and says so") {
  MemoryServer server(". {\n what\n}", {probe("what", many(60, 0))});
  const auto udp = server.ask("example.org. A", MemoryServer::Asking{.edns = false});
  CHECK(udp->bytes.size() <= 512);
  CHECK(udp->message().header.tc);
  CHECK(udp->message().answers.empty());
  const auto tcp = server.ask("example.org. A", MemoryServer::Asking{.transport = Transport::tcp, .edns = false});
  CHECK_FALSE(tcp->message().header.tc);
  CHECK(tcp->message().answers.size() == 60);
}

TEST_CASE("a client's UDP size counts up to our own limit") {
  MemoryServer server(". {\n what\n}", {probe("what", many(70, 0))});
  const auto small = server.ask("example.org. A", MemoryServer::Asking{.udp_size = 600});
  CHECK(small->message().header.tc);
  const auto large = server.ask("example.org. A", MemoryServer::Asking{.udp_size = 65535});
  CHECK(large->bytes.size() <= 1232);
  CHECK_FALSE(large->message().header.tc);
  CHECK(large->message().answers.size() == 70);
}

TEST_CASE("additional records go first, without TC") {
  MemoryServer server(". {\n what\n}", {probe("what", many(10, 40))});
  const auto letter = server.ask("example.org. A", MemoryServer::Asking{.udp_size = 512});
  CHECK_FALSE(letter->message().header.tc);
  CHECK(letter->message().answers.size() == 10);
  CHECK(letter->message().additionals.empty());
}

TEST_CASE("a referral that lost its glue sets TC") {
  ProbeRoles roles;
  roles.serve = [](const Query& query, Next) {
    Reply reply = Reply::to(query);
    for (int i = 0; i < 10; ++i) {
      const auto server_name = "ns" + std::to_string(i) + ".child.example.";
      reply.add_authority(record_from_text("child.example. 60 NS " + server_name).value());
      for (int j = 0; j < 4; ++j)
        reply.add_additional(record_from_text(server_name + " 60 AAAA 2001:db8::" + std::to_string(j)).value());
    }
    return ready(std::move(reply));
  };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  CHECK(server.ask("www.child.example. A", MemoryServer::Asking{.udp_size = 512})->message().header.tc);
  CHECK_FALSE(
      server.ask("www.child.example. A", MemoryServer::Asking{.transport = Transport::tcp})->message().header.tc);
}

TEST_CASE("optional options are dropped first when a reply would not fit, and never set TC") {
  auto roles = many(65, 0);
  roles.decorate = [](const Query&, ReplyEditor& editor) {
    editor.add_option(OptionCode::HINTS, std::vector<std::uint8_t>(250));
  };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  const auto full = server.ask("example.org. A");
  CHECK_FALSE(full->message().header.tc);
  CHECK(full->message().answers.size() == 65);
  CHECK_FALSE(full->message().edns->option(OptionCode::HINTS));

  MemoryServer roomy(". {\n what\n}", {probe("what", [&] {
                       auto r = many(1, 0);
                       r.decorate = roles.decorate;
                       return r;
                     }())});
  const auto letter = roomy.ask("example.org. A");
  const auto whole = letter->message();
  CHECK(whole.edns->option(OptionCode::HINTS)->size() == 250);
}

TEST_CASE("decorate may drop a reply, or send the client to TCP") {
  auto roles = many(1, 0);
  roles.decorate = [](const Query& query, ReplyEditor& editor) {
    if (query.client().ip.octets().back() == 1) editor.drop();
    if (query.client().ip.octets().back() == 2) editor.truncate();
  };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  CHECK(server.ask("example.org. A", "10.0.0.1")->bytes.empty());
  CHECK(server.ask("example.org. A", "10.0.0.2")->message().header.tc);
  CHECK(server.ask("example.org. A", "10.0.0.3")->message().answers.size() == 1);
}

TEST_CASE("admit may send a client to TCP before anything is looked up") {
  int served = 0;
  ProbeRoles roles = answering("300 A 192.0.2.1");
  roles.admit = [](const Query& query) { return query.address_proved() ? Verdict::pass() : Verdict::truncate(); };
  roles.serve = [&served, serve = roles.serve](const Query& query, Next next) {
    ++served;
    return serve(query, next);
  };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  const auto sent_away = server.ask("example.org. A")->message();
  CHECK(sent_away.header.tc);
  CHECK(sent_away.rcode() == Rcode::NOERROR);
  CHECK(sent_away.answers.empty());
  CHECK(served == 0);
  CHECK(server.ask("example.org. A", {.transport = Transport::tcp})->answers() == "example.org. 300 IN A 192.0.2.1\n");
  CHECK(served == 1);
}

TEST_CASE("a name in no zone is REFUSED, and so is one that no plugin answers") {
  MemoryServer server("example.org {\n pass\n}", {probe("pass", [] {
                        ProbeRoles r;
                        r.serve = [](const Query& q, Next n) { return n(q); };
                        return r;
                      }())});
  CHECK(server.ask("example.com. A")->rcode() == Rcode::REFUSED);
  CHECK(server.ask("www.example.org. A")->rcode() == Rcode::REFUSED);
}

TEST_CASE("the longest zone wins, and DS records belong to the parent") {
  MemoryServer server("example.org {\n parent\n}\nsub.example.org {\n child\n}",
                      {probe("parent", answering("60 TXT parent")), probe("child", answering("60 TXT child"))});
  CHECK(server.ask("sub.example.org. TXT")->answers().find("child") != std::string::npos);
  CHECK(server.ask("a.SUB.example.org. TXT")->answers().find("child") != std::string::npos);
  CHECK(server.ask("notsub.example.org. TXT")->answers().find("parent") != std::string::npos);
  CHECK(server.ask("sub.example.org. DS")->answers().find("parent") != std::string::npos);
}

TEST_CASE("broken messages get the answer the RFCs ask for, or none") {
  MemoryServer server(". {\n what\n}", {probe("what", answering("60 A 192.0.2.1"))});
  auto query = query_for("example.org.");
  const auto answer = [&](const std::vector<std::uint8_t>& bytes) { return server.send(bytes, {}); };

  SECTION("less than a header: nothing") { CHECK(answer({1, 2, 3}).get()->bytes.empty()); }
  SECTION("a reply: nothing") {
    query[2] |= 0x80;
    CHECK(answer(query)->bytes.empty());
  }
  SECTION("another opcode: NOTIMP, with that opcode") {
    query[2] = 5 << 3;
    query[2] |= 1;
    query[3] |= 0x10;
    const auto header = answer(query)->message().header;
    CHECK(header.rcode == static_cast<int>(Rcode::NOTIMP));
    CHECK(header.opcode == Opcode::UPDATE);
    CHECK_FALSE(header.rd);
    CHECK_FALSE(header.cd);
  }
  SECTION("no question: FORMERR") {
    query[5] = 0;
    CHECK(answer(query)->rcode() == Rcode::FORMERR);
  }
  SECTION("octets left over: FORMERR") {
    query.push_back(0);
    CHECK(answer(query)->rcode() == Rcode::FORMERR);
  }
  SECTION("cut short anywhere: FORMERR or nothing") {
    for (std::size_t size = 0; size < query.size(); ++size) {
      const auto letter = answer({query.begin(), query.begin() + static_cast<std::ptrdiff_t>(size)});
      if (size < 12)
        CHECK(letter->bytes.empty());
      else
        CHECK(letter->rcode() == Rcode::FORMERR);
    }
  }
  SECTION("a compressed question: FORMERR") {
    query[12] = 0xc0;
    CHECK(answer(query)->rcode() == Rcode::FORMERR);
  }
  SECTION("EDNS version 1: BADVERS with OPT of version 0") {
    query[query.size() - 5] = 1;
    const auto whole = answer(query)->message();
    CHECK(whole.rcode() == Rcode::BADVERS);
    CHECK(whole.edns->version == 0);
  }
  SECTION("two OPT records: FORMERR") {
    const std::vector<std::uint8_t> opt(query.end() - 11, query.end());
    query.insert(query.end(), opt.begin(), opt.end());
    query[11] = 2;
    CHECK(answer(query)->rcode() == Rcode::FORMERR);
  }
  SECTION("another class: REFUSED") {
    query[query.size() - 11 - 1] = 3;
    CHECK(answer(query)->rcode() == Rcode::REFUSED);
  }
}

TEST_CASE("a reply with more than a message can hold becomes SERVFAIL") {
  ProbeRoles roles;
  roles.serve = [](const Query& query, Next) {
    Reply reply = Reply::to(query);
    for (int i = 0; i < 300; ++i)
      reply.add_answer({query.name(), RRType::TXT, RRClass::IN, 60, txt_rdata(std::string(250, 'x'))});
    return ready(std::move(reply));
  };
  MemoryServer server(". {\n what\n}", {probe("what", roles)});
  CHECK(server.ask("example.org. TXT", MemoryServer::Asking{.transport = Transport::tcp})->rcode() == Rcode::SERVFAIL);
}

TEST_CASE("observe sees every reply with its source and the plugin behind it") {
  std::vector<std::pair<Source, std::string>> seen;
  auto watching = ProbeRoles{};
  watching.observe = [&](const Query&, const ReplyView& view) { seen.emplace_back(view.source, view.made_by); };
  MemoryServer server(". {\n watch\n what\n}", {probe("watch", watching), probe("what", answering("60 A 192.0.2.1"))});
  server.ask("example.org. A");
  server.ask("example.org. A");
  REQUIRE(seen.size() == 2);
  CHECK(seen[0] == std::pair(Source::served, std::string("what")));
  CHECK(seen[1] == std::pair(Source::cache, std::string("what")));
}
