#include "plugins/file/journal_codec.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include <harbinger/access.h>
#include <harbinger/message.h>

namespace harbinger::file::journal {

namespace {

constexpr std::string_view kMagic = "harbinger zone 1\n";
constexpr std::size_t kFrameHead = 4 + 1 + 8 + 8;

class Writer {
 public:
  template <class Number>
  void put(Number value) {
    for (std::size_t i = 0; i < sizeof value; ++i)
      octets_.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> 8 * i));
  }
  void put(std::span<const std::uint8_t> data) { octets_.insert(octets_.end(), data.begin(), data.end()); }
  void put(const Record& record) {
    put(static_cast<std::uint8_t>(record.name.size()));
    put(record.name.wire());
    put(static_cast<std::uint16_t>(record.type));
    put(record.ttl);
    put(static_cast<std::uint16_t>(record.rdata.size()));
    put(std::span<const std::uint8_t>(record.rdata));
  }
  void put(std::span<const Record> records) {
    put(static_cast<std::uint32_t>(records.size()));
    for (const Record& each : records) put(each);
  }
  std::vector<std::uint8_t> take() { return std::move(octets_); }

 private:
  std::vector<std::uint8_t> octets_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> data) : rest_(data) {}

  template <class Number>
  bool get(Number& value) {
    if (rest_.size() < sizeof value) return false;
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) number |= std::uint64_t{rest_[i]} << 8 * i;
    value = static_cast<Number>(number);
    rest_ = rest_.subspan(sizeof value);
    return true;
  }
  bool get(std::span<const std::uint8_t>& data, std::size_t size) {
    if (rest_.size() < size) return false;
    data = rest_.first(size);
    rest_ = rest_.subspan(size);
    return true;
  }
  bool get(Name& name) {
    std::uint8_t size = 0;
    std::span<const std::uint8_t> wire;
    if (!get(size) || !get(wire, size)) return false;
    std::size_t offset = 0;
    auto read = read_name(wire, offset);
    if (!read || offset != wire.size()) return false;
    name = *read;
    return true;
  }
  bool get(Record& record) {
    std::uint16_t type = 0, size = 0;
    std::span<const std::uint8_t> rdata;
    if (!get(record.name) || !get(type) || !get(record.ttl) || !get(size) || !get(rdata, size)) return false;
    record.type = static_cast<RRType>(type);
    record.rdata.assign(rdata.begin(), rdata.end());
    return true;
  }
  bool get(std::vector<Record>& records) {
    std::uint32_t count = 0;
    if (!get(count) || count > rest_.size()) return false;
    records.resize(count);
    return std::ranges::all_of(records, [this](Record& each) { return get(each); });
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::span<const std::uint8_t> rest_;
};

std::uint64_t checksum(Kind kind, std::uint64_t number, std::span<const std::uint8_t> data) {
  Writer all;
  all.put(static_cast<std::uint8_t>(kind));
  all.put(number);
  all.put(static_cast<std::uint32_t>(data.size()));
  all.put(data);
  const auto octets = all.take();
  return resource_hash({reinterpret_cast<const char*>(octets.data()), octets.size()});
}

}  // namespace

std::vector<std::uint8_t> write_head(const Head& head) {
  Writer out;
  out.put(std::span(reinterpret_cast<const std::uint8_t*>(kMagic.data()), kMagic.size()));
  out.put(static_cast<std::uint8_t>(head.apex.size()));
  out.put(head.apex.wire());
  out.put(head.master_serial);
  return out.take();
}

std::optional<Head> read_head(std::span<const std::uint8_t> file, std::size_t& offset) {
  if (file.size() < kMagic.size() || std::memcmp(file.data(), kMagic.data(), kMagic.size()) != 0) return std::nullopt;
  Reader in(file.subspan(kMagic.size()));
  Head head;
  if (!in.get(head.apex) || !in.get(head.master_serial)) return std::nullopt;
  offset = kMagic.size() + 1 + head.apex.size() + 4;
  return head;
}

std::vector<std::uint8_t> frame(Kind kind, std::uint64_t number, std::span<const std::uint8_t> data) {
  Writer out;
  out.put(static_cast<std::uint32_t>(data.size()));
  out.put(static_cast<std::uint8_t>(kind));
  out.put(number);
  out.put(checksum(kind, number, data));
  out.put(data);
  return out.take();
}

Frame read_frame(std::span<const std::uint8_t> file, std::uint64_t number, std::size_t& offset) {
  const auto rest = file.subspan(offset);
  if (rest.empty()) return {};
  Reader in(rest);
  std::uint32_t size = 0;
  std::uint8_t kind = 0;
  std::uint64_t said = 0, sum = 0;
  std::span<const std::uint8_t> data;
  const bool whole = in.get(size) && in.get(kind) && in.get(said) && in.get(sum) && size <= kMostFrame &&
                     kind <= static_cast<std::uint8_t>(Kind::whole) && said == number && in.get(data, size);
  if (!whole || sum != checksum(static_cast<Kind>(kind), number, data)) return {.state = Frame::State::damaged};
  offset += kFrameHead + size;
  return {Frame::State::good, static_cast<Kind>(kind), data};
}

bool has_frame_behind(std::span<const std::uint8_t> file, std::uint64_t least, std::size_t offset) {
  constexpr std::uint64_t kMostAhead = std::uint64_t{1} << 32;
  for (std::size_t at = offset + 1; at + kFrameHead <= file.size(); ++at) {
    Reader in(file.subspan(at + 5));
    std::uint64_t said = 0;
    in.get(said);
    if (said < least || said - least > kMostAhead) continue;
    std::size_t behind = at;
    if (read_frame(file, said, behind).state == Frame::State::good) return true;
  }
  return false;
}

std::vector<std::uint8_t> write_step(const ZoneJournal::Step& step) {
  Writer out;
  const ZoneDelta none;
  const ZoneDelta& delta = step.delta ? *step.delta : none;
  out.put(static_cast<std::uint8_t>(step.delta != nullptr));
  out.put(delta.from);
  out.put(delta.to);
  out.put(std::span<const Record>(delta.removed));
  out.put(std::span<const Record>(delta.added));
  out.put(static_cast<std::uint32_t>(step.leases.size()));
  for (const Lease& lease : step.leases) {
    out.put(lease.record);
    out.put(lease.until);
  }
  return out.take();
}

std::optional<ZoneJournal::Step> read_step(std::span<const std::uint8_t> data) {
  Reader in(data);
  std::uint8_t has_delta = 0;
  ZoneDelta delta;
  std::uint32_t leases = 0;
  if (!in.get(has_delta) || !in.get(delta.from) || !in.get(delta.to) || !in.get(delta.removed) ||
      !in.get(delta.added) || !in.get(leases) || leases > data.size())
    return std::nullopt;
  ZoneJournal::Step step;
  step.leases.resize(leases);
  for (Lease& lease : step.leases)
    if (!in.get(lease.record) || !in.get(lease.until)) return std::nullopt;
  if (has_delta) step.delta = std::make_shared<const ZoneDelta>(std::move(delta));
  return in.at_end() ? std::optional(std::move(step)) : std::nullopt;
}

std::vector<std::uint8_t> write_records(std::span<const Record> records) {
  Writer out;
  out.put(records);
  return out.take();
}

std::optional<std::vector<Record>> read_records(std::span<const std::uint8_t> data) {
  Reader in(data);
  std::vector<Record> records;
  return in.get(records) && in.at_end() ? std::optional(std::move(records)) : std::nullopt;
}

}  // namespace harbinger::file::journal
