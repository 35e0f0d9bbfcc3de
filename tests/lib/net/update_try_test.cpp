#include "net/update_try.h"

#include <harbinger/records.h>

#include "net/update_line.h"
#include "net/visibility.h"
#include "tests/lib/wire/tsig_support.h"

using namespace harbinger;
using namespace harbinger::net;
using namespace harbinger::testing;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

const Name kZone = name("example.org");
Record host(std::string_view of, std::string_view address) {
  return a(name(of), 60s, IpAddress::parse(address).value());
}
UpdateMessage some_change() { return UpdateBuilder(kZone).add(host("a.example.org", "192.0.2.1")).message(); }

Bytes reply(Rcode rcode, const Bytes& options = {}) {
  Bytes bytes(512);
  MessageWriter writer(bytes,
                       {.id = 7, .qr = true, .opcode = Opcode::UPDATE, .rcode = static_cast<std::uint8_t>(rcode)});
  if (!options.empty()) writer.add_opt({.udp_size = 1232, .options = options});
  bytes.resize(writer.finish().size());
  return bytes;
}

// What comes of a try whose server signs this reply.
Result<UpdateDone> judged(const UpdateMessage& update, const Bytes& unsigned_reply) {
  UpdateTry trying(update, shared_key());
  auto server = TsigRequest::check(trying.message(7, kNoon).value(), keys_of(), kNoon).value();
  return trying.judge(signed_by(server, unsigned_reply), kNoon);
}

ErrorCode code_of(Rcode rcode) { return judged(some_change(), reply(rcode)).error().code; }

}  // namespace

TEST_CASE("each refusal has its kind and its words") {
  CHECK(judged(some_change(), reply(Rcode::NOERROR)));
  CHECK(code_of(Rcode::FORMERR) == ErrorCode::malformed);
  CHECK(code_of(Rcode::NOTZONE) == ErrorCode::malformed);
  CHECK(code_of(Rcode::SERVFAIL) == ErrorCode::unreachable);
  CHECK(code_of(Rcode::NOTIMP) == ErrorCode::unsupported);
  for (const auto rcode : {Rcode::NXDOMAIN, Rcode::YXDOMAIN, Rcode::YXRRSET, Rcode::NXRRSET})
    CHECK(code_of(rcode) == ErrorCode::conflict);
  CHECK(code_of(Rcode::REFUSED) == ErrorCode::denied);
  CHECK_THAT(judged(some_change(), reply(Rcode::NOTAUTH)).error().message,
             Contains("NOTAUTH: ") && Contains("example.org."));
}

TEST_CASE("a success without a signature is not believed, a refusal is told") {
  const auto update = some_change();
  const auto without = [&](Rcode rcode) {
    UpdateTry trying(update, shared_key());
    trying.message(7, kNoon).value();
    return trying.judge(reply(rcode), kNoon).error();
  };
  CHECK(without(Rcode::NOERROR).code == ErrorCode::timeout);
  CHECK(without(Rcode::REFUSED).code == ErrorCode::denied);
  CHECK_THAT(without(Rcode::REFUSED).message, Contains("not signed"));
}

TEST_CASE("without a key nothing is signed, and nothing needs to be") {
  const auto update = some_change();
  UpdateTry trying(update, nullptr);
  CHECK_FALSE(TsigRequest::check(trying.message(7, kNoon).value(), keys_of(), kNoon)->has_signature());
  CHECK(trying.judge(reply(Rcode::NOERROR), kNoon));
  CHECK(trying.judge(plain_query(), kNoon).error().code == ErrorCode::timeout);
  CHECK(trying.judge(Bytes(3), kNoon).error().code == ErrorCode::timeout);
}

TEST_CASE("a lease that was granted is told, also when it is another one") {
  const auto update = UpdateBuilder(kZone).add(host("a.example.org", "192.0.2.1")).lease(60s).message();
  CHECK(judged(update, reply(Rcode::NOERROR, from_hex("0002 0004 0000001e")))->lease == UpdateLease{30s});
  CHECK_FALSE(judged(update, reply(Rcode::NOERROR))->lease);
  CHECK_FALSE(judged(some_change(), reply(Rcode::NOERROR, from_hex("0002 0004 0000001e")))->lease);
}

TEST_CASE("a change that is larger than a message is refused before it is sent") {
  UpdateBuilder builder(kZone);
  for (int i = 0; i < 300; ++i)
    builder.add(txt(name("t" + std::to_string(i) + ".example.org"), 60s, std::string(250, 'x')));
  UpdateTry trying(builder.message(), shared_key());
  CHECK(trying.message(7, kNoon).error().code == ErrorCode::malformed);
}

TEST_CASE("a change may be repeated when the second time changes nothing") {
  const auto at = name("a.example.org");
  const std::vector addresses{host("a.example.org", "192.0.2.1")};
  const std::vector aliases{cname(at, 60s, name("b.example.net"))};
  CHECK(repeatable(UpdateBuilder(kZone).replace_set(at, RRType::A, addresses).message()));
  CHECK(repeatable(UpdateBuilder(kZone).replace_set(at, RRType::CNAME, aliases).message()));
  CHECK(repeatable(
      UpdateBuilder(kZone).replace_set(at, RRType::A, addresses).replace_set(at, RRType::A, addresses).message()));
  CHECK_FALSE(repeatable(UpdateBuilder(kZone).require_absent(at).add(addresses[0]).message()));
  // Where there is an address already, the alias is passed over the first time, and made the second time.
  CHECK_FALSE(repeatable(UpdateBuilder(kZone).add(aliases[0]).remove_set(at, RRType::A).message()));
}

TEST_CASE("what was not sent is tried again, what may have been made only if it may be repeated") {
  const auto once =
      UpdateBuilder(kZone).require_absent(name("a.example.org")).add(host("a.example.org", "192.0.2.1")).message();
  CHECK(worth_another_try({ErrorCode::unreachable, ""}, once));
  CHECK_FALSE(worth_another_try({ErrorCode::timeout, ""}, once));
  CHECK(worth_another_try({ErrorCode::timeout, ""}, some_change()));
  CHECK_FALSE(worth_another_try({ErrorCode::denied, ""}, some_change()));
}

namespace {

UpdateLine::Waiting waiting(UpdateMessage update, std::shared_ptr<const TsigKey> key = nullptr) {
  return {.server = {.key = std::move(key)}, .update = std::move(update), .done = {}};
}

}  // namespace

TEST_CASE("changes of different names that wait go together, in their order") {
  UpdateLine line;
  for (const auto* label : {"a", "b", "c"})
    line.add(waiting(UpdateBuilder(kZone).add(host(std::string(label) + ".example.org", "192.0.2.3")).message()));
  const auto batch = line.take();
  CHECK(line.empty());
  CHECK(batch.waiting.size() == 3);
  REQUIRE(batch.update.changes.size() == 3);
  CHECK(batch.update.changes[2].to_string() == "add c.example.org. 60 IN A 192.0.2.3");
}

TEST_CASE("a set that is written anew several times is sent as it is last") {
  UpdateLine line;
  const auto replace = [](std::string_view of, std::string_view address) {
    const std::vector records{host(of, address)};
    return waiting(UpdateBuilder(kZone).replace_set(name(of), RRType::A, records).message());
  };
  line.add(replace("a.example.org", "192.0.2.1"));
  line.add(replace("b.example.org", "192.0.2.2"));
  line.add(replace("a.example.org", "192.0.2.3"));
  const auto batch = line.take();
  CHECK(batch.waiting.size() == 3);
  REQUIRE(batch.update.changes.size() == 4);
  CHECK(batch.update.changes[1].to_string() == "add b.example.org. 60 IN A 192.0.2.2");
  CHECK(batch.update.changes[3].to_string() == "add a.example.org. 60 IN A 192.0.2.3");
}

TEST_CASE("conditions, other leases, other keys and the same names go by themselves") {
  const auto other_name = UpdateBuilder(kZone).add(host("b.example.org", "192.0.2.1"));
  const auto alone = [](UpdateLine::Waiting second) {
    UpdateLine line;
    line.add(waiting(some_change()));
    line.add(std::move(second));
    return line.take().waiting.size() == 1;
  };
  CHECK_FALSE(alone(waiting(other_name.message())));
  CHECK(alone(waiting(UpdateBuilder(other_name).require_in_use(kZone).message())));
  CHECK(alone(waiting(UpdateBuilder(other_name).lease(30s).message())));
  CHECK(alone(waiting(other_name.message(), shared_key())));
  CHECK(alone(waiting(UpdateBuilder(kZone).remove_set(name("a.example.org"), RRType::A).message())));
  UpdateLine line;
  line.add(waiting(UpdateBuilder(kZone).require_in_use(kZone).message()));
  line.add(waiting(some_change()));
  CHECK(line.take().waiting.size() == 1);
}

TEST_CASE("a message of changes has an end") {
  UpdateLine line;
  for (std::size_t i = 0; i <= UpdateLine::kMostChanges; ++i)
    line.add(waiting(UpdateBuilder(kZone).add(host("a" + std::to_string(i) + ".example.org", "192.0.2.1")).message()));
  CHECK(line.take().waiting.size() == UpdateLine::kMostChanges);
  CHECK(line.take().waiting.size() == 1);
}

TEST_CASE("changes that were refused together come first again, each alone") {
  UpdateLine line;
  for (int i = 0; i < 3; ++i)
    line.add(waiting(
        UpdateBuilder(kZone).add(host(std::to_string(i) + ".example.org", "192.0.2." + std::to_string(i))).message()));
  auto batch = line.take();
  line.add(waiting(some_change()));
  line.give_back(std::move(batch.waiting));
  for (int i = 0; i < 3; ++i)
    CHECK_THAT(line.take().update.changes.at(0).to_string(), Catch::EndsWith("192.0.2." + std::to_string(i)));
  CHECK(line.take().waiting.size() == 1);
  CHECK(line.empty());
}

TEST_CASE("an answer is as expected whatever the order of its records and the case of its names") {
  const auto answer = [](std::vector<std::string> records, Rcode rcode = Rcode::NOERROR) {
    Bytes bytes(512);
    MessageWriter writer(bytes, {.qr = true, .rcode = static_cast<std::uint8_t>(rcode)});
    for (const auto& text : records) writer.add_record(MessageWriter::Section::answer, record_from_text(text).value());
    bytes.resize(writer.finish().size());
    return bytes;
  };
  const auto rdata = [](RRType type, std::string_view text) { return rdata_from_text(type, text).value(); };
  Expected two{.name = name("a.example.org"),
               .type = RRType::A,
               .rdatas = {rdata(RRType::A, "192.0.2.1"), rdata(RRType::A, "192.0.2.2")}};
  CHECK(unlike(two, answer({"A.example.org. 9 IN A 192.0.2.2", "a.example.org. 9 IN A 192.0.2.1"})).empty());
  CHECK_THAT(unlike(two, answer({"a.example.org. 9 IN A 192.0.2.2"})), Contains("192.0.2.2"));
  CHECK_FALSE(unlike(two, answer({"b.example.org. 9 IN A 192.0.2.2", "a.example.org. 9 IN A 192.0.2.1"})).empty());
  CHECK(unlike(two, answer({}, Rcode::SERVFAIL)) == "SERVFAIL");
  CHECK(unlike(two, answer({})) == "no A records");

  const Expected alias{
      .name = name("c.example.org"), .type = RRType::CNAME, .rdatas = {rdata(RRType::CNAME, "Edge.example.net.")}};
  CHECK(unlike(alias, answer({"c.example.org. 9 IN CNAME edge.EXAMPLE.net."})).empty());
  const Expected none{.name = name("a.example.org"), .type = RRType::A};
  CHECK(unlike(none, answer({}, Rcode::NXDOMAIN)).empty());
  CHECK(unlike(none, answer({})).empty());
  CHECK_FALSE(unlike(none, answer({"a.example.org. 9 IN A 192.0.2.1"})).empty());
}
