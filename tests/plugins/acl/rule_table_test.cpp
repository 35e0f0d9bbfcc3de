#include "plugins/acl/rule_table.h"

#include <algorithm>
#include <random>

using namespace harbinger;
using acl::Action;
using acl::Rule;
using acl::RuleTable;

namespace {

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }
IpPrefix net(std::string_view text) { return IpPrefix::parse(text).value(); }

Action by_trying_all(const std::vector<Rule>& rules, const IpAddress& client, RRType type) {
  for (const auto& rule : rules) {
    const bool type_fits = rule.types.empty() || std::ranges::count(rule.types, type) != 0;
    const auto holds = [&](const IpPrefix& prefix) { return prefix.contains(client); };
    if (type_fits && (rule.nets.empty() || std::ranges::any_of(rule.nets, holds))) return rule.action;
  }
  return Action::allow;
}

}  // namespace

TEST_CASE("a table without rules allows everything") {
  CHECK(RuleTable({}).decide(ip("192.0.2.1"), RRType::A) == Action::allow);
}

TEST_CASE("the first matching rule decides, whichever net is smaller") {
  const RuleTable small_first(
      {{Action::allow, {}, {net("192.168.1.0/24")}}, {Action::block, {}, {net("192.168.0.0/16")}}});
  CHECK(small_first.decide(ip("192.168.1.5"), RRType::A) == Action::allow);
  CHECK(small_first.decide(ip("192.168.2.5"), RRType::A) == Action::block);
  CHECK(small_first.decide(ip("192.169.0.0"), RRType::A) == Action::allow);

  const RuleTable large_first(
      {{Action::block, {}, {net("192.168.0.0/16")}}, {Action::allow, {}, {net("192.168.1.0/24")}}});
  CHECK(large_first.decide(ip("192.168.1.5"), RRType::A) == Action::block);
}

TEST_CASE("a rule with types lets other types fall to the next rule") {
  const RuleTable table({{Action::filter, {RRType::AAAA, RRType::ANY}, {}}, {Action::drop, {}, {net("10.0.0.0/8")}}});
  CHECK(table.decide(ip("10.1.1.1"), RRType::ANY) == Action::filter);
  CHECK(table.decide(ip("10.1.1.1"), RRType::A) == Action::drop);
  CHECK(table.decide(ip("2001:db8::1"), RRType::AAAA) == Action::filter);
  CHECK(table.decide(ip("2001:db8::1"), RRType::A) == Action::allow);
}

TEST_CASE("all of one family does not mean the other") {
  const RuleTable no_v6({{Action::block, {}, {net("::/0")}}});
  CHECK(no_v6.decide(ip("2001:db8::1"), RRType::A) == Action::block);
  CHECK(no_v6.decide(ip("::1"), RRType::A) == Action::block);
  CHECK(no_v6.decide(ip("255.255.255.255"), RRType::A) == Action::allow);
  CHECK(no_v6.decide(ip("0.0.0.0"), RRType::A) == Action::allow);

  const RuleTable no_v4({{Action::block, {}, {net("0.0.0.0/0")}}});
  CHECK(no_v4.decide(ip("255.255.255.255"), RRType::A) == Action::block);
  CHECK(no_v4.decide(ip("ffff::"), RRType::A) == Action::allow);
}

TEST_CASE("the edges of a net belong to it and their neighbours do not") {
  const RuleTable table({{Action::block, {}, {net("2001:db8:0:1::/64"), net("192.0.2.4/30"), net("ffff::/16")}}});
  CHECK(table.decide(ip("2001:db8:0:1::"), RRType::A) == Action::block);
  CHECK(table.decide(ip("2001:db8:0:1:ffff:ffff:ffff:ffff"), RRType::A) == Action::block);
  CHECK(table.decide(ip("2001:db8:0:2::"), RRType::A) == Action::allow);
  CHECK(table.decide(ip("2001:db8::ffff:ffff:ffff:ffff"), RRType::A) == Action::allow);
  CHECK(table.decide(ip("192.0.2.3"), RRType::A) == Action::allow);
  CHECK(table.decide(ip("192.0.2.7"), RRType::A) == Action::block);
  CHECK(table.decide(ip("192.0.2.8"), RRType::A) == Action::allow);
  CHECK(table.decide(ip("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), RRType::A) == Action::block);
}

TEST_CASE("random rules decide as trying them one after the other would") {
  std::mt19937 random(20240501);
  const auto number = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
  const auto address = [&] {
    if (number(2) != 0) return ip("10." + std::to_string(number(4)) + ".0." + std::to_string(number(8) * 36));
    return ip("2001:db8:" + std::to_string(number(3)) + "::" + std::to_string(number(4)));
  };
  const auto prefix = [&] {
    const auto base = address();
    const auto bits = static_cast<int>(base.is_v4() ? number(33) : number(129));
    return IpPrefix{base.truncated(bits), bits};
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<Rule> rules(number(12));
    for (auto& rule : rules) {
      rule.action = static_cast<Action>(number(4));
      for (auto n = number(3); n > 0; --n) rule.types.push_back(number(2) != 0 ? RRType::A : RRType::MX);
      for (auto n = number(4); n > 0; --n) rule.nets.push_back(prefix());
    }
    const RuleTable table(rules);
    for (int i = 0; i < 50; ++i) {
      const auto client = address();
      const auto type = number(2) != 0 ? RRType::A : RRType::TXT;
      REQUIRE(table.decide(client, type) == by_trying_all(rules, client, type));
    }
  }
}
