#include "plugins/file/zone_walk.h"

#include <map>

#include "tests/plugins/file/zone_talk.h"

using namespace harbinger;
using namespace harbinger::file;

namespace {

std::map<std::string, int> walked(const Zone& zone) {
  std::map<std::string, int> lines;
  ZoneWalk walk(zone);
  for (; const auto record = walk.current(); walk.advance())
    ++lines[Record{record->owner, record->type, RRClass::IN, record->ttl,
                   Rdata(record->rdata.begin(), record->rdata.end())}
                .to_string()];
  return lines;
}

}  // namespace

TEST_CASE("a walk visits each record of a zone once, but not its SOA") {
  const auto zone = zone_with("a A 192.0.2.1\na A 192.0.2.2\na AAAA 2001:db8::1\nx.y.z TXT t\n*.w CNAME a\n");
  CHECK(walked(*zone) == std::map<std::string, int>{{"example.org. 300 IN NS ns.elsewhere.", 1},
                                                    {"a.example.org. 300 IN A 192.0.2.1", 1},
                                                    {"a.example.org. 300 IN A 192.0.2.2", 1},
                                                    {"a.example.org. 300 IN AAAA 2001:db8::1", 1},
                                                    {"x.y.z.example.org. 300 IN TXT \"t\"", 1},
                                                    {"*.w.example.org. 300 IN CNAME a.example.org.", 1}});
}

TEST_CASE("a walk through a large zone misses nothing") {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "n" + std::to_string(i) + " A 192.0.2.1\n";
  const auto zone = zone_with(text);
  CHECK(walked(*zone).size() == 5001);
}

TEST_CASE("a walk through a zone with nothing but its SOA ends at once") {
  const auto zone = load_zone_text("@ 60 SOA ns a 1 2 3 4 60\n", kOrigin).zone;
  REQUIRE(zone);
  CHECK(walked(*zone).empty());
}
