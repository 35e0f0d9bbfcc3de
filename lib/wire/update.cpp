// Writing UPDATE messages, and putting them together.
#include <harbinger/update.h>

#include <algorithm>

#include "wire/octets.h"

namespace harbinger {

namespace {

constexpr std::uint16_t kUdpSize = 1232;
constexpr std::int64_t kMostSeconds = 0xffffffff;

RRClass class_of(const Prerequisite& what) {
  switch (what.kind) {
    case Prerequisite::Kind::name_in_use:
    case Prerequisite::Kind::set_exists:
      return RRClass::ANY;
    case Prerequisite::Kind::name_unused:
    case Prerequisite::Kind::set_absent:
      return RRClass::NONE;
    case Prerequisite::Kind::set_is:
      break;
  }
  return RRClass::IN;
}

RRClass class_of(const Change& what) {
  if (what.kind == Change::Kind::add) return RRClass::IN;
  return what.kind == Change::Kind::remove_record ? RRClass::NONE : RRClass::ANY;
}

void write(MessageWriter& writer, const Prerequisite& what) {
  using enum MessageWriter::Section;
  const auto klass = class_of(what);
  if (klass != RRClass::IN) writer.add_record(answer, what.name, what.type, klass, 0, {});
  for (const auto& rdata : what.rdatas) writer.add_record(answer, what.name, what.type, klass, 0, rdata);
}

void write(MessageWriter& writer, const Change& what) {
  const auto& record = what.record;
  writer.add_record(MessageWriter::Section::authority, record.name, record.type, class_of(what), record.ttl,
                    record.rdata);
}

void write(MessageWriter& writer, const UpdateLease& lease) {
  const auto data = lease.to_octets();
  std::vector<std::uint8_t> option(4);
  wire::store_u16(option.data(), static_cast<std::uint16_t>(kUpdateLease));
  wire::store_u16(&option[2], static_cast<std::uint16_t>(data.size()));
  option.insert(option.end(), data.begin(), data.end());
  writer.add_opt({.udp_size = kUdpSize, .options = option});
}

void append_seconds(std::vector<std::uint8_t>& out, std::chrono::seconds seconds) {
  const auto count = std::clamp<std::int64_t>(seconds.count(), 0, kMostSeconds);
  out.resize(out.size() + 4);
  wire::store_u32(&out[out.size() - 4], static_cast<std::uint32_t>(count));
}

std::string set_name(const Name& name, RRType type) { return name.to_string() + " " + to_string(type); }

}  // namespace

std::string Prerequisite::to_string() const {
  switch (kind) {
    case Kind::name_in_use:
      return name.to_string() + " must exist";
    case Kind::name_unused:
      return name.to_string() + " must not exist";
    case Kind::set_exists:
      return set_name(name, type) + " must exist";
    case Kind::set_absent:
      return set_name(name, type) + " must not exist";
    case Kind::set_is:
      break;
  }
  std::string text = set_name(name, type) + " must be";
  for (const auto& rdata : rdatas) text += " { " + rdata_to_text(type, rdata) + " }";
  return text;
}

std::string Change::to_string() const {
  switch (kind) {
    case Kind::add:
      return "add " + record.to_string();
    case Kind::remove_record:
      return "remove " + set_name(record.name, record.type) + " " + rdata_to_text(record.type, record.rdata);
    case Kind::remove_set:
      return "remove all " + set_name(record.name, record.type);
    case Kind::remove_name:
      break;
  }
  return "remove " + record.name.to_string();
}

Result<UpdateLease> UpdateLease::parse(std::span<const std::uint8_t> data) {
  if (data.size() != 4 && data.size() != 8)
    return fail(ErrorCode::malformed, "update lease option: neither 4 nor 8 octets");
  UpdateLease lease{.lease = std::chrono::seconds(wire::load_u32(data.data()))};
  if (data.size() == 8) lease.key_lease = std::chrono::seconds(wire::load_u32(&data[4]));
  return lease;
}

std::vector<std::uint8_t> UpdateLease::to_octets() const {
  std::vector<std::uint8_t> octets;
  append_seconds(octets, lease);
  if (key_lease) append_seconds(octets, *key_lease);
  return octets;
}

Result<std::optional<UpdateLease>> update_lease(const Message& message) {
  const auto data = message.edns ? message.edns->option(kUpdateLease) : std::nullopt;
  if (!data) return std::nullopt;
  const auto lease = UpdateLease::parse(*data);
  if (!lease) return fail(lease.error());
  return *lease;
}

Result<std::size_t> UpdateMessage::write(std::span<std::uint8_t> out, std::uint16_t id) const {
  if (out.size() < Header::kSize) return fail(ErrorCode::too_large, "no room for a message");
  MessageWriter writer(out, {.id = id, .opcode = Opcode::UPDATE});
  writer.add_question({zone, RRType::SOA, RRClass::IN});
  for (const auto& prerequisite : prerequisites) harbinger::write(writer, prerequisite);
  for (const auto& change : changes) harbinger::write(writer, change);
  if (lease) harbinger::write(writer, *lease);
  if (writer.overflowed()) return fail(ErrorCode::too_large, "more changes than a message holds; send them in several");
  return writer.finish().size();
}

UpdateBuilder& UpdateBuilder::require(Prerequisite::Kind kind, const Name& name, RRType type) {
  message_.prerequisites.push_back({kind, name, type, {}});
  return *this;
}

UpdateBuilder& UpdateBuilder::require_in_use(const Name& name) {
  return require(Prerequisite::Kind::name_in_use, name, RRType::ANY);
}

UpdateBuilder& UpdateBuilder::require_exists(const Name& name, RRType type) {
  return require(Prerequisite::Kind::set_exists, name, type);
}

UpdateBuilder& UpdateBuilder::require_absent(const Name& name) {
  return require(Prerequisite::Kind::name_unused, name, RRType::ANY);
}

UpdateBuilder& UpdateBuilder::require_absent(const Name& name, RRType type) {
  return require(Prerequisite::Kind::set_absent, name, type);
}

// A set without records would be written as nothing, and so be no condition.
UpdateBuilder& UpdateBuilder::require_is(const Name& name, RRType type, std::vector<Rdata> rdatas) {
  if (rdatas.empty()) return require_absent(name, type);
  message_.prerequisites.push_back({Prerequisite::Kind::set_is, name, type, std::move(rdatas)});
  return *this;
}

UpdateBuilder& UpdateBuilder::change(Change::Kind kind, const Name& name, RRType type) {
  message_.changes.push_back({kind, {name, type, RRClass::IN, 0, {}}});
  return *this;
}

UpdateBuilder& UpdateBuilder::add(Record record) {
  message_.changes.push_back({Change::Kind::add, std::move(record)});
  return *this;
}

UpdateBuilder& UpdateBuilder::remove(Record record) {
  record.ttl = 0;
  message_.changes.push_back({Change::Kind::remove_record, std::move(record)});
  return *this;
}

UpdateBuilder& UpdateBuilder::remove_set(const Name& name, RRType type) {
  return change(Change::Kind::remove_set, name, type);
}

UpdateBuilder& UpdateBuilder::remove_name(const Name& name) {
  return change(Change::Kind::remove_name, name, RRType::ANY);
}

UpdateBuilder& UpdateBuilder::replace_set(const Name& name, RRType type, std::span<const Record> records) {
  remove_set(name, type);
  for (const auto& record : records) add(record);
  return *this;
}

UpdateBuilder& UpdateBuilder::lease(std::chrono::seconds lease) {
  message_.lease = UpdateLease{.lease = lease};
  return *this;
}

}  // namespace harbinger
