#include "mirror/update_guard.h"

#include <future>

#include <catch2/catch.hpp>

#include <harbinger/records.h>
#include <tests/support/dns_client.h>
#include <tests/support/update_servers.h>

#include "net/dns_updater.h"

using namespace harbinger;
using namespace harbinger::mirror;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

const Name kZone = Name::parse("example.org").value();
const Name kFilm = Name::parse("film", kZone).value();

Record film(std::string_view address) { return a(kFilm, 20s, IpAddress::parse(address).value()); }

UpdateBuilder publication(std::string_view address, const Believed& believed, std::uint64_t version) {
  UpdateBuilder update(kZone);
  CHECK(guard(update, kFilm, believed, version, 20s));
  update.replace_set(kFilm, RRType::A, std::array{film(address)});
  return update;
}

std::vector<Rdata> only(Rdata rdata) { return std::vector<Rdata>(1, std::move(rdata)); }

// A server of which nobody knows but what its answers say.
struct Foreign {
  Scratch scratch;
  DnsServer primary;
  std::unique_ptr<net::DnsUpdater> updater = net::DnsUpdater::make();

  explicit Foreign(Primary which) : primary(start_primary(which, scratch)) {}

  Result<void> change(const UpdateBuilder& update) {
    std::promise<Result<void>> done;
    updater->change({.address = primary.address(), .key = std::make_shared<const TsigKey>(update_key())},
                    update.message(),
                    [&](const auto& result) { done.set_value(result ? Result<void>() : fail(result.error())); });
    return done.get_future().get();
  }
  std::vector<Rdata> records(const Name& name, RRType type) const {
    const auto answer = ask(primary.address(), name.to_string(), type, {.tcp = true});
    REQUIRE(answer);
    std::vector<Rdata> rdatas;
    for (const auto& record : answer->message.answers) rdatas.push_back(record.rdata);
    return rdatas;
  }
  std::optional<std::uint64_t> marked() const {
    return marked_version(records(mark_of(kFilm).value(), RRType::TXT)).value();
  }
};

}  // namespace

TEST_CASE("a change says which version it follows, and leaves its own") {
  const auto update = publication("192.0.2.1", {.version = 17}, 18).message();
  REQUIRE(update.prerequisites.size() == 1);
  CHECK(update.prerequisites[0].kind == Prerequisite::Kind::set_is);
  CHECK(update.prerequisites[0].name == mark_of(kFilm).value());
  CHECK(update.prerequisites[0].rdatas == only(txt_rdata("version=17")));
  const auto first = publication("192.0.2.1", {}, 1).message();
  CHECK(first.prerequisites.at(0).kind == Prerequisite::Kind::set_absent);
  const auto careful = publication(
      "192.0.2.1", {.version = 17, .sets = {{RRType::A, {film("192.0.2.9").rdata}}, {RRType::AAAA, {}}}}, 18);
  CHECK(careful.message().prerequisites.size() == 3);
}

TEST_CASE("a mark is read strictly: what is not ours is no version") {
  const auto read = [](std::vector<Rdata> texts) { return marked_version(texts); };
  CHECK(read({}).value() == std::nullopt);
  CHECK(read({txt_rdata("version=17")}).value() == 17U);
  CHECK(read({txt_rdata("version=18446744073709551615")}).value() == UINT64_MAX);
  for (const auto* text :
       {"", "version=", "version=-1", "version=017", "version=1 ", "version=18446744073709551616", "v=1"})
    CHECK(read({txt_rdata(text)}).error().code == ErrorCode::conflict);
  CHECK_FALSE(read({txt_rdata("version=1"), txt_rdata("version=2")}));
  CHECK_FALSE(read({{}}));
}

TEST_CASE("what a refused change came to is told by the mark") {
  CHECK(settled(18, {.version = 17}, 18) == Settled::made);
  CHECK(settled(17, {.version = 17}, 18) == Settled::possible);
  CHECK(settled(19, {.version = 17}, 18) == Settled::overtaken);
  CHECK(settled(std::nullopt, {.version = 17}, 18) == Settled::overtaken);
  CHECK(settled(std::nullopt, {}, 1) == Settled::possible);
}

TEST_CASE("a name that is too long for a mark is refused before anything is sent") {
  const std::string label(60, 'a');
  const auto longest = Name::parse(label + '.' + label + '.' + label + '.' + label).value();
  UpdateBuilder update(kZone);
  CHECK(guard(update, longest, {}, 1, 20s).error().code == ErrorCode::too_large);
  CHECK(update.message().changes.empty());
}

TEST_CASE("Knot, BIND and PowerDNS refuse the change of an owner that was overtaken, also when all looks as it did") {
  for (const auto which : {Primary::knot, Primary::bind, Primary::powerdns}) {
    if (!installed(which)) continue;
    INFO(to_string(which));
    Foreign foreign(which);
    CHECK(foreign.change(publication("192.0.2.1", {}, 1)));
    const auto late = publication("192.0.2.66", {.version = 1}, 2);  // its sender stands still

    CHECK(foreign.change(publication("192.0.2.2", {.version = 1}, 3)));
    CHECK(foreign.change(late).error().code == ErrorCode::conflict);
    CHECK(foreign.records(kFilm, RRType::A) == only(film("192.0.2.2").rdata));
    CHECK(settled(foreign.marked(), {.version = 1}, 2) == Settled::overtaken);

    // The records are those that the late one knew of once more; the mark is not.
    CHECK(foreign.change(publication("192.0.2.1", {.version = 3}, 4)));
    CHECK(foreign.change(late).error().code == ErrorCode::conflict);

    // A renewal, and the same again.
    CHECK(foreign.change(publication("192.0.2.1", {.version = 4}, 4)));
    CHECK(foreign.change(publication("192.0.2.1", {.version = 4}, 4)));
    CHECK(foreign.marked() == 4U);

    UpdateBuilder withdrawal(kZone);
    CHECK(guard(withdrawal, kFilm, {.version = 4, .sets = {{RRType::A, {film("192.0.2.1").rdata}}}}, 5, 20s));
    withdrawal.remove_set(kFilm, RRType::A);
    CHECK(foreign.change(withdrawal));
    CHECK(foreign.change(publication("192.0.2.66", {}, 2)).error().code == ErrorCode::conflict);
    CHECK(foreign.records(kFilm, RRType::A).empty());

    UpdateBuilder end(kZone);
    CHECK(take_mark(end, kFilm, 5));
    CHECK(foreign.change(end));
    CHECK(foreign.marked() == std::nullopt);
  }
}

TEST_CASE("what somebody changed by hand is not written over") {
  if (!installed(Primary::knot)) return;
  Foreign foreign(Primary::knot);
  CHECK(foreign.change(publication("192.0.2.1", {}, 1)));
  UpdateBuilder by_hand(kZone);
  by_hand.replace_set(kFilm, RRType::A, std::array{film("192.0.2.77")});
  CHECK(foreign.change(by_hand));
  const Believed believed{.version = 1, .sets = {{RRType::A, {film("192.0.2.1").rdata}}}};
  CHECK(foreign.change(publication("192.0.2.2", believed, 2)).error().code == ErrorCode::conflict);
  CHECK(foreign.records(kFilm, RRType::A) == only(film("192.0.2.77").rdata));
}
