#include "mirror/journal_record.h"

#include <algorithm>
#include <string>

#include "learn/record_octets.h"

namespace harbinger::mirror {

namespace {

constexpr std::size_t kMostServers = 1024, kMostAddresses = 64;

struct Writer : learn::RecordWriter {
  void server(const Publication::At& at) {
    text(at.server);
    text(at.target.wire());
    number(at.port);
    number(at.addresses.size());
    for (const auto& each : at.addresses) text(each.mapped());
  }
};

struct Reader : learn::RecordReader {
  IpAddress address() {
    const auto taken = octets();
    good = good && taken.size() == 16;
    return good ? IpAddress::v6(taken.first<16>()) : IpAddress();
  }
  Publication::At server() {
    Publication::At at;
    at.server = text();
    const auto target = Name::from_wire(octets());
    good = good && target;
    if (good) at.target = *target;
    at.port = static_cast<std::uint16_t>(number(UINT16_MAX));
    for (auto left = number(kMostAddresses); left > 0 && good; --left) at.addresses.push_back(address());
    return at;
  }
};

}  // namespace

std::vector<std::uint8_t> write_record(const MirrorJournal::Entry& entry) {
  Writer to;
  to.text(entry.what.resource);
  to.text(entry.what.cluster);
  to.number(entry.what.version);
  to.number(static_cast<std::uint64_t>(entry.what.ttl.count()));
  to.number(static_cast<std::uint64_t>(entry.what.lease.count()));
  to.number(static_cast<std::uint64_t>(std::max<UnixMillis>(entry.until, 0)));
  to.number(entry.what.servers.size());
  for (const auto& each : entry.what.servers) to.server(each);
  return std::move(to.octets);
}

std::optional<MirrorJournal::Entry> read_record(std::span<const std::uint8_t> octets) {
  Reader from{{octets}};
  MirrorJournal::Entry entry;
  entry.what.resource = from.text();
  entry.what.cluster = from.text();
  entry.what.version = from.number();
  entry.what.ttl = std::chrono::seconds(from.number(UINT32_MAX));
  entry.what.lease = std::chrono::seconds(from.number(UINT32_MAX));
  entry.until = static_cast<UnixMillis>(from.number(INT64_MAX));
  for (auto left = from.number(kMostServers); left > 0 && from.good; --left)
    entry.what.servers.push_back(from.server());
  if (!from.whole() || entry.what.resource.empty()) return std::nullopt;
  return entry;
}

}  // namespace harbinger::mirror
