#include "tests/support/maxmind_writer.h"

#include <array>
#include <bit>

namespace harbinger::test {

namespace {

// The data section's types (maxmind.github.io/MaxMind-DB, "Output Data Section").
constexpr int kString = 2, kDouble = 3, kUint16 = 5, kUint32 = 6, kMap = 7, kUint64 = 9, kArray = 11;

std::string control(int type, std::size_t size) {
  std::string out(1, static_cast<char>(type < 8 ? type << 5 : 0));
  if (size < 29) {
    out[0] = static_cast<char>(out[0] | static_cast<char>(size));
  } else {
    out[0] = static_cast<char>(out[0] | 29);
  }
  if (type >= 8) out += static_cast<char>(type - 7);
  if (size >= 29) out += static_cast<char>(size - 29);
  return out;
}

std::string number(int type, std::uint64_t value, std::size_t octets) {
  std::string out = control(type, octets);
  for (std::size_t i = octets; i-- > 0;) out += static_cast<char>(value >> 8 * i);
  return out;
}

std::string text(const std::string& value) { return control(kString, value.size()) + value; }
std::string real(double value) { return number(kDouble, std::bit_cast<std::uint64_t>(value), 8); }

std::string map(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out = control(kMap, fields.size());
  for (const auto& [key, value] : fields) out += text(key) + value;
  return out;
}

std::string data_of(const MaxmindRecord& record) {
  std::vector<std::pair<std::string, std::string>> fields;
  if (!record.country.empty()) fields.emplace_back("country", map({{"iso_code", text(record.country)}}));
  if (!record.continent.empty()) fields.emplace_back("continent", map({{"code", text(record.continent)}}));
  if (record.has_position)
    fields.emplace_back("location", map({{"latitude", real(record.north)}, {"longitude", real(record.east)}}));
  if (record.city != 0) fields.emplace_back("city", map({{"geoname_id", number(kUint32, record.city, 4)}}));
  if (record.network != 0) fields.emplace_back("autonomous_system_number", number(kUint32, record.network, 4));
  return map(fields);
}

// 0: nothing; below 0: -(offset in the data section) - 1; else the number of a node.
struct Node {
  std::array<std::int64_t, 2> to{0, 0};
};

}  // namespace

std::string maxmind_database(const std::vector<std::pair<std::string, MaxmindRecord>>& nets, int ip_version) {
  std::vector<Node> nodes(1);
  std::string data;
  for (const auto& [text_of_net, record] : nets) {
    const auto net = IpPrefix::parse(text_of_net).value();
    std::vector<bool> bits(ip_version == 6 && net.address.is_v4() ? 96 : 0);
    for (int i = 0; i < net.bits; ++i)
      bits.push_back((net.address.octets()[static_cast<std::size_t>(i) / 8] >> (7 - i % 8) & 1) != 0);
    std::size_t at = 0;
    for (std::size_t i = 0; i + 1 < bits.size(); ++i) {
      if (nodes[at].to[bits[i]] == 0) {
        nodes[at].to[bits[i]] = static_cast<std::int64_t>(nodes.size());
        nodes.emplace_back();
      }
      at = static_cast<std::size_t>(nodes[at].to[bits[i]]);
    }
    nodes[at].to[bits.back()] = -static_cast<std::int64_t>(data.size()) - 1;
    data += data_of(record);
  }
  std::string out;
  for (const auto& node : nodes)
    for (const auto to : node.to) {
      const auto value = to == 0  ? nodes.size()
                         : to > 0 ? static_cast<std::size_t>(to)
                                  : nodes.size() + 16 + static_cast<std::size_t>(-to - 1);
      for (int i = 3; i-- > 0;) out += static_cast<char>(value >> 8 * i);
    }
  out += std::string(16, '\0') + data + "\xab\xcd\xefMaxMind.com";
  return out + map({{"node_count", number(kUint32, nodes.size(), 4)},
                    {"record_size", number(kUint16, 24, 2)},
                    {"ip_version", number(kUint16, static_cast<std::uint64_t>(ip_version), 2)},
                    {"database_type", text("harbinger-test")},
                    {"languages", control(kArray, 0)},
                    {"binary_format_major_version", number(kUint16, 2, 2)},
                    {"binary_format_minor_version", number(kUint16, 0, 2)},
                    {"build_epoch", number(kUint64, 1, 8)},
                    {"description", map({})}});
}

}  // namespace harbinger::test
