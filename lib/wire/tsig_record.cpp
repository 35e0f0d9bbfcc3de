#include "wire/tsig_record.h"

#include <algorithm>
#include <array>

#include <harbinger/message.h>

#include "wire/name_reader.h"
#include "wire/octets.h"

namespace harbinger::wire {

namespace {

constexpr std::size_t kQuestionFixed = 4, kRecordFixed = 10;
// Time, fudge, MAC size, original id, error and the size of other data.
constexpr std::size_t kFieldsFixed = 6 + 2 + 2 + 2 + 2 + 2;
constexpr std::size_t kLargestMessage = 65535;

std::unexpected<Error> malformed(const char* what) { return fail(ErrorCode::malformed, what); }

// Takes fields off the front of record data; `sound` falls when one is missing, and stays down.
class Fields {
 public:
  explicit Fields(std::span<const std::uint8_t> rest) : rest_(rest) {}

  std::span<const std::uint8_t> take(std::size_t size) {
    sound_ = sound_ && size <= rest_.size();
    if (!sound_) return {};
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  std::uint16_t u16() {
    const auto octets = take(2);
    return octets.empty() ? std::uint16_t{0} : load_u16(octets.data());
  }
  std::uint32_t u32() {
    const auto octets = take(4);
    return octets.empty() ? 0u : load_u32(octets.data());
  }
  std::vector<std::uint8_t> sized() {
    const auto octets = take(u16());
    return {octets.begin(), octets.end()};
  }
  bool used_up() const { return sound_ && rest_.empty(); }

 private:
  std::span<const std::uint8_t> rest_;
  bool sound_ = true;
};

// Walks over a message's records without a look at their data.
class Walk {
 public:
  explicit Walk(std::span<const std::uint8_t> message) : names_(message), message_(message) {}

  std::size_t offset() const { return offset_; }
  bool at_end() const { return offset_ == message_.size(); }

  Result<void> skip_question() {
    const auto name = names_.read(offset_);
    if (!name) return fail(name.error());
    if (message_.size() - offset_ < kQuestionFixed) return fail(ErrorCode::truncated, "question cut short");
    offset_ += kQuestionFixed;
    return {};
  }

  // What a record is: its owner, and where its fixed part begins.
  struct Found {
    Name owner;
    std::size_t begin = 0, fixed = 0;
    RRType type{};
    std::span<const std::uint8_t> rdata;
  };
  Result<Found> next() {
    Found found{.owner = {}, .begin = offset_, .rdata = {}};
    const auto owner = names_.read(offset_);
    if (!owner) return fail(owner.error());
    if (message_.size() - offset_ < kRecordFixed) return fail(ErrorCode::truncated, "record cut short");
    found.owner = *owner;
    found.fixed = offset_;
    found.type = static_cast<RRType>(load_u16(&message_[offset_]));
    const std::size_t size = load_u16(&message_[offset_ + 8]);
    offset_ += kRecordFixed;
    if (message_.size() - offset_ < size) return fail(ErrorCode::truncated, "record data cut short");
    found.rdata = message_.subspan(offset_, size);
    offset_ += size;
    return found;
  }

 private:
  NameReader names_;
  std::span<const std::uint8_t> message_;
  std::size_t offset_ = Header::kSize;
};

Result<std::unique_ptr<TsigRecord>> read_fields(std::span<const std::uint8_t> message, const Walk::Found& found) {
  const std::uint8_t* fixed = &message[found.fixed];
  if (load_u16(fixed + 2) != static_cast<std::uint16_t>(RRClass::ANY))
    return malformed("TSIG of a class other than ANY");
  if (load_u32(fixed + 4) != 0) return malformed("TSIG with a TTL other than 0");

  auto record = std::make_unique<TsigRecord>();
  record->key = found.owner;
  record->offset = found.begin;
  // Sec. 4.2: the algorithm's name is never compressed.
  NameReader names(found.rdata, NameReader::Pointers::forbidden);
  std::size_t at = 0;
  const auto algorithm = names.read(at);
  if (!algorithm) return malformed("TSIG without the name of an algorithm");
  record->algorithm = *algorithm;

  Fields fields(found.rdata.subspan(at));
  const auto high = fields.u16();
  record->time = TsigTime{high} << 32 | fields.u32();
  record->fudge = fields.u16();
  record->mac = fields.sized();
  record->original_id = fields.u16();
  record->error = fields.u16();
  record->other = fields.sized();
  if (!fields.used_up()) return malformed("TSIG whose fields do not fill it");
  return record;
}

std::uint8_t* put(std::uint8_t* to, std::span<const std::uint8_t> octets) { return std::ranges::copy(octets, to).out; }

std::uint8_t* put_u16(std::uint8_t* to, std::uint16_t value) {
  store_u16(to, value);
  return to + 2;
}

std::uint8_t* put_u32(std::uint8_t* to, std::uint32_t value) {
  store_u32(to, value);
  return to + 4;
}

std::uint8_t* put_sized(std::uint8_t* to, std::span<const std::uint8_t> octets) {
  return put(put_u16(to, static_cast<std::uint16_t>(octets.size())), octets);
}

}  // namespace

Result<std::unique_ptr<TsigRecord>> TsigRecord::find(std::span<const std::uint8_t> message) {
  const auto header = Header::parse(message);
  if (!header) return fail(header.error());
  Walk walk(message);
  for (int i = 0; i < header->qdcount; ++i) {
    if (auto skipped = walk.skip_question(); !skipped) return fail(skipped.error());
  }
  const std::size_t records = std::size_t{header->ancount} + header->nscount + header->arcount;
  for (std::size_t i = 0; i < records; ++i) {
    const auto found = walk.next();
    if (!found) return fail(found.error());
    if (found->type != RRType::TSIG) continue;
    // Sec. 5.1: the last record of the additional section, and nothing behind it.
    if (header->arcount == 0 || i + 1 != records) return malformed("TSIG that is not the last record");
    if (!walk.at_end()) return malformed("octets left over behind TSIG");
    return read_fields(message, *found);
  }
  return std::unique_ptr<TsigRecord>();
}

std::size_t TsigRecord::size() const {
  return key.size() + kRecordFixed + algorithm.size() + kFieldsFixed + mac.size() + other.size();
}

Result<std::size_t> TsigRecord::append(std::span<std::uint8_t> buffer, std::size_t message_size) const {
  if (message_size + size() > std::min(buffer.size(), kLargestMessage))
    return fail(ErrorCode::too_large, "no room for a signature of " + std::to_string(size()) + " octets");
  std::uint8_t* to = put(buffer.data() + message_size, key.wire());
  to = put_u16(to, static_cast<std::uint16_t>(RRType::TSIG));
  to = put_u16(to, static_cast<std::uint16_t>(RRClass::ANY));
  to = put_u32(to, 0);
  to = put_u16(to, static_cast<std::uint16_t>(size() - key.size() - kRecordFixed));
  to = put(to, algorithm.wire());
  to = put_u16(to, static_cast<std::uint16_t>(time >> 32));
  to = put_u32(to, static_cast<std::uint32_t>(time));
  to = put_u16(to, fudge);
  to = put_sized(to, mac);
  to = put_u16(to, original_id);
  to = put_u16(to, error);
  put_sized(to, other);
  store_u16(&buffer[10], static_cast<std::uint16_t>(load_u16(&buffer[10]) + 1));
  return message_size + size();
}

const Name& name_of(TsigAlgorithm algorithm) {
  static const std::array<Name, 4> kNames{*Name::parse("hmac-sha224."), *Name::parse("hmac-sha256."),
                                          *Name::parse("hmac-sha384."), *Name::parse("hmac-sha512.")};
  return kNames[static_cast<std::size_t>(algorithm)];
}

}  // namespace harbinger::wire
