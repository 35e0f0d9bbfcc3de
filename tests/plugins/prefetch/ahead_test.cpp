// Resolving ahead through a server block: a name that is asked for steadily stays in the answer cache.
#include <catch2/catch.hpp>

#include <harbinger/message.h>

#include "plugins/all.h"
#include "tests/support/memory_server.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

// An upstream that answers at once, with a TTL of a minute.
int answer_all(MemoryServer& server) {
  int answered = 0;
  for (; const auto asked = server.exchange.take(); ++answered) {
    const auto query = Message::parse(asked->query).value();
    Header header = query.header;
    header.qr = header.ra = true;
    std::vector<std::uint8_t> out(4096);
    MessageWriter writer(out, header);
    writer.add_question(*query.question);
    writer.add_record(MessageWriter::Section::answer,
                      record_from_text(query.question->name.to_string() + " 60 A 192.0.2.1").value());
    const auto bytes = writer.finish();
    asked->finish(std::vector(bytes.begin(), bytes.end()));
    server.loop.run();
  }
  return answered;
}

struct Counts {
  std::uint64_t misses = 0, ahead = 0;
  int upstream = 0;
};

// A client that asks every 25 s for an hour and a half.
Counts watch(const std::string& prefetch, const std::string& name = "steady.example.") {
  MemoryServer server(". {\n cache {\n refresh 0\n }\n" + prefetch + " forward . 192.0.2.53\n}\n", all_plugins());
  Counts counts;
  for (int i = 0; i < 216; ++i) {
    server.ask(name + " A");
    counts.upstream += answer_all(server);
    for (int step = 0; step < 25; ++step) {
      server.advance(1s);
      counts.upstream += answer_all(server);
    }
  }
  counts.misses = server.count("harbinger_cache_misses_total");
  counts.ahead = server.count("harbinger_cache_resolved_ahead_total");
  return counts;
}

}  // namespace

TEST_CASE("prefetch keeps a steady name in the answer cache, at hardly more upstream queries") {
  const auto without = watch("");
  CHECK(without.ahead == 0);
  REQUIRE(without.misses > 60);
  const auto with = watch(" prefetch\n");
  CHECK(with.misses * 2 < without.misses);
  CHECK(with.ahead > 0);
  CHECK(with.upstream <= without.upstream * 13 / 10);
}

TEST_CASE("prefetch resolves nothing ahead when told so, in dry-run, or what is on the skip list") {
  CHECK(watch(" prefetch {\n refresh off\n }\n").ahead == 0);
  CHECK(watch(" prefetch dry-run\n").ahead == 0);
  CHECK(watch(" prefetch {\n skip steady*\n }\n").ahead == 0);
}

TEST_CASE("a budget bounds what prefetch resolves ahead") {
  const auto with = watch(" prefetch {\n budget global requests 0.001\n }\n");
  CHECK(with.ahead <= 7);
}
