#include "plugins/forward/scrub.h"

#include <catch2/catch.hpp>

#include <string>

using namespace harbinger;
using namespace harbinger::forward;

namespace {

Name name(std::string_view text) { return Name::parse(text).value(); }

Message reply(std::string_view question, RRType type, std::initializer_list<std::string> answers,
              std::initializer_list<std::string> authorities = {}) {
  Message message;
  message.question = Question{name(question), type, RRClass::IN};
  for (const auto& text : answers) message.answers.push_back(record_from_text(text).value());
  for (const auto& text : authorities) message.authorities.push_back(record_from_text(text).value());
  return message;
}

std::string text_of(const std::vector<Record>& records) {
  std::string text;
  for (const auto& record : records) text += record.to_string() + "\n";
  return text;
}

bool scrubbed(Message& message, bool dnssec_ok = false) {
  return scrub(message, *message.question, dnssec_ok).has_value();
}

constexpr const char* kSignature = " 20400101000000 20200101000000 1 example.org. AAAA";

}  // namespace

TEST_CASE("a chain of aliases is kept in its order, whatever order it came in") {
  auto message = reply("www.example.org.", RRType::A,
                       {"b.example.net. 60 IN A 192.0.2.1", "a.example.net. 60 IN CNAME b.example.net.",
                        "www.example.org. 60 IN CNAME a.example.net."});
  REQUIRE(scrubbed(message));
  CHECK(text_of(message.answers) ==
        "www.example.org. 60 IN CNAME a.example.net.\na.example.net. 60 IN CNAME b.example.net.\nb.example.net. 60 IN "
        "A 192.0.2.1\n");
}

TEST_CASE("records of other names and types are dropped") {
  auto message =
      reply("www.example.org.", RRType::A,
            {"www.example.org. 60 IN A 192.0.2.1", "victim.example. 60 IN A 203.0.113.1",
             "www.example.org. 60 IN MX 1 mail.example.", "www.example.org. 60 CH TXT \"x\"",
             "www.example.org. 60 IN A 192.0.2.2"},
            {"example. 60 IN NS ns.attacker.example.", "org. 60 IN NS ns.org.", "example.org. 60 IN A 203.0.113.1"});
  message.additionals.push_back(record_from_text("ns.org. 60 IN A 203.0.113.1").value());
  REQUIRE(scrubbed(message));
  CHECK(text_of(message.answers) == "www.example.org. 60 IN A 192.0.2.1\nwww.example.org. 60 IN A 192.0.2.2\n");
  CHECK(text_of(message.authorities) == "org. 60 IN NS ns.org.\n");
  CHECK(message.additionals.empty());
}

TEST_CASE("a second alias of the same name is dropped") {
  auto message = reply("www.example.org.", RRType::A,
                       {"www.example.org. 60 IN CNAME a.example.", "www.example.org. 60 IN CNAME b.example.",
                        "b.example. 60 IN A 192.0.2.2", "a.example. 60 IN A 192.0.2.1"});
  REQUIRE(scrubbed(message));
  CHECK(text_of(message.answers) == "www.example.org. 60 IN CNAME a.example.\na.example. 60 IN A 192.0.2.1\n");
}

TEST_CASE("an alias that was asked for is not followed") {
  auto message = reply("www.example.org.", RRType::CNAME,
                       {"www.example.org. 60 IN CNAME a.example.", "a.example. 60 IN CNAME b.example."});
  REQUIRE(scrubbed(message));
  CHECK(message.answers.size() == 1);
}

TEST_CASE("rings and endless chains of aliases are malformed") {
  auto ring =
      reply("a.example.", RRType::A, {"a.example. 60 IN CNAME b.example.", "b.example. 60 IN CNAME a.example."});
  auto self = reply("a.example.", RRType::A, {"a.example. 60 IN CNAME a.example."});
  CHECK_FALSE(scrubbed(ring));
  CHECK_FALSE(scrubbed(self));

  Message endless;
  endless.question = Question{name("n0.example."), RRType::A, RRClass::IN};
  for (int i = 0; i < 40; ++i)
    endless.answers.push_back(
        record_from_text("n" + std::to_string(i) + ".example. 60 IN CNAME n" + std::to_string(i + 1) + ".example.")
            .value());
  CHECK_FALSE(scrubbed(endless));
}

TEST_CASE("a DNAME travels in front of the alias made from it") {
  auto message = reply("www.old.example.", RRType::A,
                       {"www.old.example. 0 IN CNAME www.new.example.", "old.example. 60 IN DNAME new.example.",
                        "other.example. 60 IN DNAME new.example.", "www.new.example. 60 IN A 192.0.2.1"});
  REQUIRE(scrubbed(message));
  CHECK(text_of(message.answers) ==
        "old.example. 60 IN DNAME new.example.\nwww.old.example. 0 IN CNAME www.new.example.\nwww.new.example. 60 IN A "
        "192.0.2.1\n");
}

TEST_CASE("the SOA of a negative answer stays when it is of a zone around the last name") {
  auto message = reply(
      "www.example.org.", RRType::A, {"www.example.org. 60 IN CNAME gone.example.net."},
      {"example.net. 60 IN SOA ns.example.net. hm.example.net. 1 2 3 4 5", "example.com. 60 IN SOA ns. hm. 1 2 3 4 5"});
  REQUIRE(scrubbed(message));
  REQUIRE(message.authorities.size() == 1);
  CHECK(message.authorities[0].name == name("example.net."));
}

TEST_CASE("signatures and signed proofs stay for those who can use them") {
  const auto make = [] {
    return reply(
        "www.example.org.", RRType::A,
        {"www.example.org. 60 IN A 192.0.2.1", std::string("www.example.org. 60 IN RRSIG A 8 3 60") + kSignature,
         std::string("www.example.org. 60 IN RRSIG MX 8 3 60") + kSignature},
        {"a.example.org. 60 IN NSEC z.example.org. A",
         std::string("a.example.org. 60 IN RRSIG NSEC 8 3 60") + kSignature,
         "b.example.org. 60 IN NSEC z.example.org. A"});
  };
  auto with = make(), without = make();
  REQUIRE(scrubbed(with, true));
  CHECK(with.answers.size() == 2);
  CHECK(with.authorities.size() == 2);
  REQUIRE(scrubbed(without, false));
  CHECK(without.answers.size() == 1);
  CHECK(without.authorities.empty());
}

TEST_CASE("TTLs are cut to seven days") {
  auto message = reply("www.example.org.", RRType::A, {"www.example.org. 2000000000 IN A 192.0.2.1"});
  REQUIRE(scrubbed(message));
  CHECK(message.answers[0].ttl == kMostTtl);
}

TEST_CASE("a reply to another question is malformed") {
  auto message = reply("www.example.org.", RRType::A, {});
  CHECK_FALSE(scrub(message, {name("www.example.org."), RRType::AAAA, RRClass::IN}, false));
  CHECK_FALSE(scrub(message, {name("ww.example.org."), RRType::A, RRClass::IN}, false));
  CHECK(scrub(message, {name("WWW.example.org."), RRType::A, RRClass::IN}, false));
  message.question.reset();
  CHECK_FALSE(scrub(message, {name("www.example.org."), RRType::A, RRClass::IN}, false));
}

TEST_CASE("everything at the name answers ANY, and nothing else") {
  auto message = reply("example.org.", RRType::ANY,
                       {"example.org. 60 IN A 192.0.2.1", "example.org. 60 IN TXT x", "b.example. 60 IN A 192.0.2.1"});
  REQUIRE(scrubbed(message));
  CHECK(message.answers.size() == 2);
}
