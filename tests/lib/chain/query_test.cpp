#include <harbinger/query.h>

#include "chain/query_parser.h"

using namespace harbinger;

namespace {

// A query with one option of so many octets.
std::vector<std::uint8_t> query_with_option(std::size_t size) {
  std::vector<std::uint8_t> options{0xff, 0x21, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
  options.resize(4 + size, 0x55);
  return make_query(7, {Name::parse("example.org.").value(), RRType::A, RRClass::IN}, true, 1232, false, options);
}

Query parse(std::span<const std::uint8_t> bytes) {
  Query query = QueryParser::empty();
  QueryParser parser;
  const auto parsed = parser.parse({bytes, {}, Transport::tcp, {}}, std::chrono::seconds(5), query);
  REQUIRE(parsed == Parsed::query);
  return query;
}

}  // namespace

TEST_CASE("an owned query outlives its packet, options included") {
  auto bytes = query_with_option(16);
  const OwnedQuery owned(parse(bytes));
  std::ranges::fill(bytes, std::uint8_t{0});
  CHECK(owned->name() == Name::parse("example.org.").value());
  const auto option = owned->option(static_cast<OptionCode>(0xff21));
  REQUIRE(option);
  CHECK(option->size() == 16);
  CHECK((*option)[15] == 0x55);
}

TEST_CASE("of a huge query only the beginning is kept while it waits") {
  const auto bytes = query_with_option(60000);
  const auto query = parse(bytes);
  CHECK(query.option(static_cast<OptionCode>(0xff21)));
  const OwnedQuery owned(query);
  CHECK(owned->wire().size() == OwnedQuery::kMostWire);
  CHECK_FALSE(owned->option(static_cast<OptionCode>(0xff21)));
  CHECK(owned->id() == 7);
}

TEST_CASE("an address is proved by a connection, or by a plugin that says so") {
  const auto name = Name::parse("example.org.").value();
  for (const auto transport : {Transport::tcp, Transport::tls, Transport::https, Transport::internal})
    CHECK(QueryBuilder(name, RRType::A).over(transport).build().address_proved());

  auto query = QueryBuilder(name, RRType::A).over(Transport::udp).build();
  CHECK_FALSE(query.address_proved());
  CHECK(query.value_of({FactId::proved}) != QueryBuilder(name, RRType::A).build().value_of({FactId::proved}));
  query.prove_address();
  CHECK(query.address_proved());
  CHECK(query.asking(Name::parse("example.net.").value()).address_proved());
  CHECK(query.value_of({FactId::proved}) == QueryBuilder(name, RRType::A).build().value_of({FactId::proved}));
}
