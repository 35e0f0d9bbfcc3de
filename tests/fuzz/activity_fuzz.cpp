// Any text is, in every format, acts that keep the door's promises, or troubles that say why.
#include <cstdlib>

#include "orchestrate/activity_door.h"
#include "orchestrate/activity_format.h"
#include "orchestrate/activity_reader.h"
#include "orchestrate/body_lines.h"
#include "orchestrate/field_mapping.h"

using namespace harbinger;
using namespace harbinger::orchestrate;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_text(std::string_view text) {
  require(text.size() <= Activity::kMostText);
  for (const char each : text) require(static_cast<unsigned char>(each) >= 0x20 && each != 0x7f);
}

void check_act(const Activity& act, UnixMillis& before) {
  require(act.actor != 0 && !act.verb.empty());
  for (const auto text : {act.verb, act.kind, act.source, act.scope}) check_text(text);
  require(act.at >= 0 && act.at < 253'402'300'800'000);
  require(act.at >= before);
  before = act.at;
  for (const float share : {act.used_cpu, act.used_memory}) require(share == -1 || (share >= 0 && share <= 1));
  if (!act.asks) return;
  for (const auto& text : {act.asks->kind, act.asks->machine, act.asks->image, act.asks->security}) check_text(text);
  require(!act.asks->kind.empty() && act.asks->count <= 100'000);
}

// All of a text is held back and sorted, so that nothing is late.
void read_as(std::string_view word, std::string_view mapping, std::string_view text) {
  static const ActorKeys keys(Secret{});
  const FakeClock clock;
  UnixMillis before = 0;
  std::uint64_t heard = 0;
  const auto sink = [&](std::span<const Activity> acts) {
    for (const auto& act : acts) check_act(act, before);
    heard += acts.size();
    return acts.size();
  };
  ActivityDoor::Settings settings{.order = {.window = std::chrono::hours(24 * 365 * 10'000), .most = 1 << 20},
                                  .flood = {.actors = 64},
                                  .oldest = {},
                                  .most_remembered = 64};
  const auto door = ActivityDoor::make(settings, {&clock, &keys, sink});
  ActivityReader reader(make_activity_format(word, mapping).value(), *door);
  reader.begin_file();
  std::uint64_t taken = 0, refused = 0;
  for_each_record_text(text, [&](std::size_t, std::string_view line) {
    const auto& told = reader.line(line);
    require(told.refused == 0 || told.fault != ActivityFault::none);
    taken += told.taken;
    refused += told.refused;
  });
  door->flush();
  const auto counts = door->counts();
  std::uint64_t faults = 0;
  for (const auto count : counts.faults) faults += count;
  require(heard == taken && counts.taken == taken && faults == refused && counts.shed == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto word : activity_formats()) read_as(word, {}, text);
  // The first line as a mapping for the rest.
  const auto first = text.substr(0, text.find('\n'));
  if (FieldMapping::parse(first)) read_as("json", first, text.substr(first.size()));
  return 0;
}
