// Any octets are an update or a refusal; an update written again reads back the same.
#include <harbinger/update.h>

#include <cstdlib>

using namespace harbinger;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_within(const UpdateMessage& update) {
  for (const auto& each : update.prerequisites) {
    require(each.name.is_within(update.zone));
    require((each.kind == Prerequisite::Kind::set_is) != each.rdatas.empty());
    require(!each.to_string().empty());
  }
  for (const auto& each : update.changes) {
    require(each.record.name.is_within(update.zone) && each.record.klass == RRClass::IN);
    const bool has_data = each.kind == Change::Kind::add || each.kind == Change::Kind::remove_record;
    require(has_data ? check_rdata(each.record.type, each.record.rdata).has_value() : each.record.rdata.empty());
    require(!each.to_string().empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto update = UpdateMessage::read({data, size});
  if (!update) {
    require(update.error().rcode != Rcode::NOERROR && !update.error().why.empty());
    return 0;
  }
  check_within(*update);
  // Names spelled out where the reader allowed pointers, it may outgrow what a message can be.
  static std::vector<std::uint8_t> room(65535);
  const auto written = update->write(room, 7);
  if (!written) return 0;
  const auto again = UpdateMessage::read(std::span(room).first(*written));
  require(again.has_value());
  require(again->zone == update->zone && again->lease == update->lease);
  require(again->prerequisites.size() == update->prerequisites.size());
  require(again->changes.size() == update->changes.size());
  for (std::size_t i = 0; i < update->changes.size(); ++i) {
    const auto &one = again->changes[i], &other = update->changes[i];
    require(one.kind == other.kind && one.record.name == other.record.name && one.record.type == other.record.type);
    require(one.record.ttl == other.record.ttl && one.record.rdata.size() == other.record.rdata.size());
  }
  return 0;
}
