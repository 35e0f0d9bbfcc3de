// What comes back to queries that no honest client sends: an error of the right kind, silence, and never more than that.
#include <random>

#include "tests/support/memory_server.h"
#include "tests/support/probe_plugin.h"

using namespace harbinger;
using namespace harbinger::test;

namespace {

using Bytes = std::vector<std::uint8_t>;

void put_u16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

struct Counts {
  std::size_t questions = 1, answers = 0, authorities = 0, additionals = 0;
};

Bytes header(unsigned flags, const Counts& counts = {}) {
  Bytes out;
  for (const std::size_t field : {std::size_t{0x1234}, std::size_t{flags}, counts.questions, counts.answers,
                                  counts.authorities, counts.additionals})
    put_u16(out, field);
  return out;
}

constexpr unsigned kRd = 0x0100;

Bytes wire(const char* name) {
  const auto parsed = Name::parse(name).value();
  return {parsed.wire().begin(), parsed.wire().end()};
}

Bytes question(const char* name = "wWw.example.org.", unsigned type = 1, unsigned klass = 1) {
  Bytes out = wire(name);
  put_u16(out, type);
  put_u16(out, klass);
  return out;
}

Bytes record(const Bytes& owner, unsigned type, const Bytes& data, unsigned klass = 1,
             const Bytes& ttl = {0, 0, 0, 60}) {
  Bytes out = owner;
  put_u16(out, type);
  put_u16(out, klass);
  out = out + ttl;
  put_u16(out, data.size());
  return out + data;
}

const Bytes kRoot{0};

Bytes opt(std::uint8_t version = 0, std::uint8_t flags = 0, const Bytes& options = {}) {
  return record(kRoot, 41, options, 1232, {0, version, flags, 0});
}

// Algorithm, time, fudge, a MAC of two octets, id, error, no other data.
Bytes tsig() {
  const Bytes data = wire("hmac-sha256.") + Bytes{0, 0, 0, 0, 0, 0, 1, 44, 0, 2, 7, 7, 0x12, 0x34, 0, 0, 0, 0};
  return record(wire("key."), 250, data, 255, {0, 0, 0, 0});
}

class Hostile {
 public:
  Letter send(const Bytes& query, Transport transport = Transport::udp) {
    MemoryServer::Asking how;
    how.transport = transport;
    return *server_.send(query, how);
  }
  /// What came back in a word.
  std::string outcome(const Bytes& query, Transport transport = Transport::udp) {
    const auto letter = send(query, transport);
    return letter.bytes.empty() ? "silence" : to_string(letter.rcode());
  }

 private:
  MemoryServer server_{"example.org {\n what\n}", {probe("what", answering("60 A 192.0.2.1"))}};
};

// Of the header's third and fourth octet.
constexpr std::uint8_t kOpcode = 0x78;

}  // namespace

TEST_CASE("an opcode that is not QUERY gets NOTIMP, its opcode and no other flag") {
  Hostile server;
  for (unsigned opcode = 1; opcode < 16; ++opcode)
    for (const unsigned flags : {0x0000u, 0x0100u, 0x07f0u}) {
      INFO(opcode << " with flags " << flags);
      const auto letter = server.send(header(opcode << 11 | flags) + question());
      REQUIRE(letter.bytes.size() == Header::kSize);
      CHECK(unsigned{letter.bytes[2]} == (0x80u | opcode << 3));
      CHECK(unsigned{letter.bytes[3]} == static_cast<unsigned>(Rcode::NOTIMP));
    }
}

TEST_CASE("flags that a client has no say about are not echoed") {
  Hostile server;
  const auto letter = server.send(header(kRd | 0x06c0) + question());  // AA, TC, RA, Z
  CHECK(unsigned{letter.bytes[2]} == 0x81u);
  CHECK(unsigned{letter.bytes[3]} == 0u);
  CHECK(letter.message().answers.size() == 1);

  const auto edns = server.send(header(kRd, {.additionals = 1}) + question() + opt(0, 0x7f));
  const auto after_name = edns.bytes.size() - 10;
  CHECK(Bytes(edns.bytes.begin() + static_cast<std::ptrdiff_t>(after_name) + 4, edns.bytes.end()) ==
        Bytes{0, 0, 0, 0, 0, 0});
}

TEST_CASE("what is cut short is FORMERR, and what has no header gets silence") {
  Hostile server;
  const Bytes whole = header(kRd, {.additionals = 1}) + question() + opt(0, 0, {0, 100, 0, 2, 1, 2});
  CHECK(server.outcome(whole) == "NOERROR");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(server.outcome(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))) ==
          (size < 12 ? "silence" : "FORMERR"));
  }
  CHECK(server.outcome(whole + Bytes{0}) == "FORMERR");
}

TEST_CASE("a message that is a reply gets silence, whatever else it is") {
  Hostile server;
  for (unsigned opcode = 0; opcode < 16; ++opcode)
    CHECK(server.outcome(header(0x8000u | opcode << 11) + question()) == "silence");
  CHECK(server.outcome(header(0x8000, {.questions = 0})) == "silence");
  CHECK(server.outcome(header(0x8000) + question(), Transport::tcp) == "silence");
}

TEST_CASE("there is one question in a query") {
  Hostile server;
  CHECK(server.outcome(header(kRd, {.questions = 0})) == "FORMERR");
  CHECK(server.outcome(header(kRd, {.questions = 0, .additionals = 1}) + opt()) == "FORMERR");
  CHECK(server.outcome(header(kRd, {.questions = 2}) + question() + question()) == "FORMERR");
  CHECK(server.outcome(header(kRd, {.questions = 65535}) + question()) == "FORMERR");
}

TEST_CASE("a question whose name is none is FORMERR without a question") {
  Hostile server;
  const Bytes fields{0, 1, 0, 1};
  Bytes long_name;
  for (int i = 0; i < 128; ++i) long_name = long_name + Bytes{1, 'a'};
  for (const Bytes& name :
       {Bytes{0xc0, 12}, Bytes{0xc0, 0}, Bytes{0xc0, 0xff}, Bytes{0xff, 0xff}, Bytes{1, 'a', 0xc0, 12},
        Bytes{0x40, 'a', 0}, Bytes{0x80, 'a', 0}, Bytes{0xbf, 0}, long_name + kRoot}) {
    const auto letter = server.send(header(kRd) + name + fields);
    CHECK(letter.bytes.size() == Header::kSize);
    CHECK(letter.rcode() == Rcode::FORMERR);
  }
}

TEST_CASE("records in a query must be well formed, and are ignored then") {
  Hostile server;
  const auto owner = wire("x.test.");
  const auto outcome = [&](const Bytes& junk) {
    return server.outcome(header(kRd, {.additionals = 1}) + question() + junk);
  };
  CHECK(outcome(record(owner, 1, {1, 2, 3, 4})) == "NOERROR");
  CHECK(outcome(record({0xc0, 12}, 1, {1, 2, 3, 4})) == "NOERROR");
  CHECK(outcome(record(owner, 65280, {1, 2, 3})) == "NOERROR");
  CHECK(outcome(record(owner, 1, {1, 2, 3})) == "FORMERR");
  CHECK(outcome(record(owner, 15, {0})) == "FORMERR");
  CHECK(outcome(record(owner, 2, {0x40, 'a'})) == "FORMERR");
  CHECK(outcome(record({0xc0, 0xff}, 1, {1, 2, 3, 4})) == "FORMERR");
  CHECK(server.outcome(header(kRd, {.answers = 1}) + question()) == "FORMERR");
  CHECK(server.outcome(header(kRd, {.authorities = 65535}) + question() + record(owner, 1, {1, 2, 3, 4})) == "FORMERR");
}

TEST_CASE("names chained through a whole message are given up early") {
  Hostile server;
  // Data of the first record: a name, and thousands of pointers, each to the one before. All records that follow go down the whole chain.
  const std::size_t start = Header::kSize + question().size() + 11;
  Bytes chain{1, 'a', 0};
  std::size_t last = start;
  for (std::size_t at = start + 3; at < 0x3ff0; at += 2) {
    put_u16(chain, 0xc000 | last);
    last = at;
  }
  Bytes pointer;
  put_u16(pointer, 0xc000 | last);
  Bytes records = record(kRoot, 65280, chain);
  std::size_t count = 1;
  for (; Header::kSize + question().size() + records.size() + 13 <= 65535; ++count)
    records = records + record(kRoot, 2, pointer);
  CHECK(server.outcome(header(kRd, {.additionals = count}) + question() + records, Transport::tcp) == "FORMERR");
}

TEST_CASE("OPT stands once, at the root, among the additional records; else FORMERR, whatever its version") {
  Hostile server;
  CHECK(server.outcome(header(kRd, {.additionals = 2}) + question() + opt() + opt()) == "FORMERR");
  CHECK(server.outcome(header(kRd, {.additionals = 2}) + question() + opt(1) + opt()) == "FORMERR");
  CHECK(server.outcome(header(kRd, {.additionals = 2}) + question() + opt() + opt(1)) == "FORMERR");
  CHECK(server.outcome(header(kRd, {.answers = 1}) + question() + opt()) == "FORMERR");
  CHECK(server.outcome(header(kRd, {.authorities = 1}) + question() + opt()) == "FORMERR");
  CHECK(server.outcome(header(kRd, {.additionals = 1}) + question() + record(wire("a."), 41, {}, 1232)) == "FORMERR");
}

TEST_CASE("an EDNS version of the future gets BADVERS with our version, options unread") {
  Hostile server;
  for (const Bytes& options : {Bytes{}, Bytes{0, 100, 0, 0}, Bytes{0, 3, 0, 5}}) {
    const auto message = server.send(header(kRd, {.additionals = 1}) + question() + opt(1, 0, options)).message();
    CHECK(message.rcode() == Rcode::BADVERS);
    REQUIRE(message.edns);
    CHECK(message.edns->version == 0);
    CHECK(message.edns->options.empty());
    CHECK(message.answers.empty());
  }
}

TEST_CASE("options that are cut short are FORMERR, unknown ones are ignored and not echoed") {
  Hostile server;
  const auto outcome = [&](const Bytes& options, Transport transport = Transport::udp) {
    const auto letter = server.send(header(kRd, {.additionals = 1}) + question() + opt(0, 0, options), transport);
    CHECK(letter.message().edns->options.empty());
    return to_string(letter.rcode());
  };
  for (const Bytes& cut : {Bytes{0}, Bytes{0, 3, 0}, Bytes{0, 3, 0, 5}, Bytes{0, 3, 0, 0, 0, 100, 0xff, 0xff}})
    CHECK(outcome(cut) == "FORMERR");
  for (const Bytes& unknown : {Bytes{0, 0, 0, 0}, Bytes{0, 100, 0, 1, 7}, Bytes{0xff, 0xff, 0, 0}})
    CHECK(outcome(unknown) == "NOERROR");
  Bytes many;
  for (int i = 0; i < 15000; ++i) many = many + Bytes{0, 100, 0, 0};
  CHECK(outcome(many, Transport::tcp) == "NOERROR");
}

TEST_CASE("a client that wants no subnet to be used gets its option back as it was") {
  Hostile server;
  for (const std::uint8_t family : {0, 1, 2}) {
    const Bytes option{0, 8, 0, 4, 0, family, 0, 0};
    const auto letter = server.send(header(kRd, {.additionals = 1}) + question() + opt(0, 0, option));
    CHECK(letter.rcode() == Rcode::NOERROR);
    CHECK(Bytes(letter.bytes.end() - 8, letter.bytes.end()) == option);
  }
}

TEST_CASE("a signature with an unknown key gets NOTAUTH, a malformed or misplaced one FORMERR") {
  Hostile server;
  CHECK(server.outcome(header(kRd, {.additionals = 1}) + question() + tsig()) == "NOTAUTH");
  CHECK(server.outcome(header(kRd, {.additionals = 2}) + question() + opt() + tsig()) == "NOTAUTH");
  CHECK(server.outcome(header(kRd, {.additionals = 2}) + question() + tsig() + opt()) == "FORMERR");
  CHECK(server.outcome(header(kRd, {.answers = 1}) + question() + tsig()) == "FORMERR");
  CHECK(server.outcome(header(kRd, {.additionals = 1}) + question() + record(wire("key."), 250, {0, 0}, 255)) ==
        "FORMERR");
  Bytes cut = tsig();
  cut[cut.size() - 1] = 1;  // other data announced, and not there
  CHECK(server.outcome(header(kRd, {.additionals = 1}) + question() + cut) == "FORMERR");
}

TEST_CASE("records that belong to messages cannot be asked for") {
  Hostile server;
  for (const unsigned type : {41u, 250u}) {
    CHECK(server.outcome(header(kRd) + question("example.org.", type)) == "FORMERR");
    const auto letter = server.send(header(kRd, {.additionals = 1}) + question("example.org.", type) + opt());
    CHECK(letter.rcode() == Rcode::FORMERR);
    CHECK(letter.message().edns);
  }
}

TEST_CASE("classes other than IN are refused, and the question comes back as it was") {
  Hostile server;
  for (const unsigned klass : {0u, 2u, 3u, 4u, 254u, 255u, 65535u}) {
    const auto asked = question("eXample.org.", 1, klass);
    const auto letter = server.send(header(kRd) + asked);
    CHECK(letter.rcode() == Rcode::REFUSED);
    CHECK(Bytes(letter.bytes.begin() + Header::kSize, letter.bytes.end()) == asked);
  }
}

TEST_CASE("twenty thousand damaged queries: what comes back is a reply to them, and reads as one") {
  Hostile server;
  const std::vector<Bytes> seeds{
      header(kRd) + question(),
      header(kRd, {.additionals = 1}) + question() + opt(0, 0x80, {0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2}),
      header(kRd, {.additionals = 2}) + question() + opt() + tsig(),
      header(kRd, {.answers = 1}) + question() + record({0xc0, 12}, 15, {0, 1, 0xc0, 12})};
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    Bytes query = seeds[random() % seeds.size()];
    for (auto changes = random() % 3 + 1; changes > 0; --changes)
      query[random() % query.size()] = static_cast<std::uint8_t>(random());
    if (random() % 4 == 0) query.resize(random() % query.size());
    const auto letter = server.send(query);
    if (letter.bytes.empty()) {
      if (query.size() >= Header::kSize) REQUIRE(query[2] & 0x80);
      continue;
    }
    REQUIRE_FALSE(query[2] & 0x80);
    REQUIRE(letter.bytes.size() <= 1232);
    REQUIRE(std::equal(query.begin(), query.begin() + 2, letter.bytes.begin()));
    REQUIRE((letter.bytes[2] & 0x80) != 0);
    REQUIRE((letter.bytes[2] & kOpcode) == (query[2] & kOpcode));
    REQUIRE((letter.bytes[3] & 0x40) == 0);
    REQUIRE(Message::parse(letter.bytes));
  }
}
