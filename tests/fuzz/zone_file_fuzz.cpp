// Any text as a zone file, then questions to whatever zone it made. Included files are off.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/file/zone_answer.h"
#include "plugins/file/zone_loader.h"

using namespace harbinger;

namespace {

constexpr std::size_t kLongest = 1 << 14;
constexpr std::uint32_t kMostGenerated = 64;

void ask_around(const file::Zone& zone, const Name& name) {
  for (RRType type : {RRType::A, RRType::NS, RRType::DS, RRType::MX, RRType::ANY, RRType::RRSIG, RRType::CNAME})
    for (bool dnssec : {false, true}) {
      const Reply reply = file::answer_from(zone, QueryBuilder(name, type).dnssec_ok(dnssec).build());
      // Data that could not go out as it is would be our mistake.
      for (const auto* section : {&reply.answers(), &reply.authorities(), &reply.additionals()})
        for (const Record& record : *section)
          if (!check_rdata(record.type, record.rdata)) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kLongest) return 0;
  const Name apex = *Name::parse("example.org.");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const file::LoadedZone loaded = file::load_zone_text(text, apex, kMostGenerated);
  if (!loaded.zone) return 0;
  for (const char* name :
       {"example.org.", "a.example.org.", "x.a.example.org.", "b.example.org.", "y.x.b.example.org."})
    ask_around(*loaded.zone, *Name::parse(name));
  return 0;
}
