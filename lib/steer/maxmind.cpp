// Databases in MaxMind's format (maxmind.github.io/MaxMind-DB), walked once through the well-kept library for them.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <unordered_map>

#include <maxminddb.h>

#include "base/read_file.h"
#include "steer/place_table.h"

namespace harbinger::steer {

namespace {

constexpr std::size_t kMostNetworks = 32'000'000;
// Each node of a tree is passed once. A few branches that hang in several places do no harm; a file of a few octets that has more paths than memory does.
constexpr std::size_t kMostPassed = 8;
using Bits = std::array<std::uint8_t, 16>;

// Octets behind a path, in memory of our own. The library maps what it opens, and a mapped file that somebody cuts short ends the process (SIGBUS).
class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("harbinger-database", MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  // False: errno says why.
  bool write(std::string_view octets) const {
    while (!octets.empty()) {
      const auto written = ::write(descriptor_, octets.data(), octets.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return false;
      octets.remove_prefix(static_cast<std::size_t>(written));
    }
    return descriptor_ >= 0;
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  const int descriptor_;
};

class Database {
 public:
  Database() = default;
  ~Database() {
    if (mmdb_.filename) MMDB_close(&mmdb_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  int open(const MemoryFile& file) {
    const int status = MMDB_open(file.path().c_str(), MMDB_MODE_MMAP, &mmdb_);
    if (status != MMDB_SUCCESS) mmdb_ = {};
    return status;
  }
  const MMDB_s& get() const { return mmdb_; }

 private:
  MMDB_s mmdb_{};
};

template <class... Key>
bool get(MMDB_entry_s entry, MMDB_entry_data_s& data, std::uint32_t type, Key... key) {
  return MMDB_get_value(&entry, &data, key..., nullptr) == MMDB_SUCCESS && data.has_data && data.type == type;
}

void read_letters(MMDB_entry_s entry, std::array<char, 2>& into, const char* map, const char* key) {
  MMDB_entry_data_s data;
  if (get(entry, data, MMDB_DATA_TYPE_UTF8_STRING, map, key) && data.data_size == 2)
    std::memcpy(into.data(), data.utf8_string, 2);
}

Place read_place(MMDB_entry_s entry) {
  Place place;
  read_letters(entry, place.country, "country", "iso_code");
  if (!place.has_country()) read_letters(entry, place.country, "registered_country", "iso_code");
  if (place.has_country()) place = place_of_country({place.country.data(), 2});
  read_letters(entry, place.continent, "continent", "code");
  MMDB_entry_data_s north, east, number;
  if (get(entry, north, MMDB_DATA_TYPE_DOUBLE, "location", "latitude") &&
      get(entry, east, MMDB_DATA_TYPE_DOUBLE, "location", "longitude") && std::abs(north.double_value) <= 90 &&
      std::abs(east.double_value) <= 180) {
    place.latitude = static_cast<std::int16_t>(std::lround(north.double_value * 100));
    place.longitude = static_cast<std::int16_t>(std::lround(east.double_value * 100));
  }
  if (get(entry, number, MMDB_DATA_TYPE_UINT32, "city", "geoname_id")) place.city = number.uint32;
  if (get(entry, number, MMDB_DATA_TYPE_UINT32, "autonomous_system_number")) place.network = number.uint32;
  return place;
}

class Walk {
 public:
  Walk(const MMDB_s& mmdb, std::size_t octets, const std::filesystem::path& file)
      : mmdb_(mmdb), octets_(octets), file_(file) {}

  Result<PlaceRanges> all() {
    // The library computes the size of the tree in 32 bits.
    if (std::uint64_t{mmdb_.metadata.node_count} * mmdb_.full_record_byte_size > octets_)
      return broken("its tree is larger than the file");
    steps_.push_back({0, 0, {}});
    while (!steps_.empty()) {
      const auto step = steps_.back();
      steps_.pop_back();
      if (auto gone = look(step); !gone) return fail(gone.error());
    }
    std::ranges::sort(leaves_, {}, &Leaf::bits);
    PlaceRanges ranges;
    for (const auto& leaf : leaves_) put(leaf, ranges);
    if (ranges.size() == 0) return broken("it holds no network");
    return ranges;
  }

 private:
  // A node that is still to be looked at, and the bits that lead to it.
  struct Step {
    std::uint64_t node;
    int depth;
    Bits bits;
  };
  struct Leaf {
    Bits bits;
    int depth;
    std::uint32_t place;
  };

  std::unexpected<Error> broken(const std::string& why) const {
    return fail(ErrorCode::malformed, "is no sound MaxMind database: " + why, {file_.string(), 0, 0});
  }

  Result<void> look(const Step& step) {
    MMDB_search_node_s node;
    const auto most = std::min(2 * kMostNetworks, kMostPassed * mmdb_.metadata.node_count);
    if (step.depth >= mmdb_.depth || ++seen_ > most) return broken("its tree does not end");
    if (MMDB_read_node(&mmdb_, static_cast<std::uint32_t>(step.node), &node) != MMDB_SUCCESS)
      return broken("its tree points outside itself");
    auto right = step.bits;
    auto& octet = right[static_cast<std::size_t>(step.depth) / 8];
    octet = static_cast<std::uint8_t>(octet | 0x80u >> step.depth % 8);
    const auto went = go(node.left_record_type, node.left_record, node.left_record_entry, step.depth + 1, step.bits);
    return went ? go(node.right_record_type, node.right_record, node.right_record_entry, step.depth + 1, right) : went;
  }

  Result<void> go(std::uint8_t type, std::uint64_t node, const MMDB_entry_s& entry, int depth, const Bits& bits) {
    if (type == MMDB_RECORD_TYPE_INVALID) return broken("its tree points outside itself");
    if (type == MMDB_RECORD_TYPE_DATA) leaves_.push_back({bits, depth, place_at(entry)});
    if (type != MMDB_RECORD_TYPE_SEARCH_NODE) return {};
    // IPv4 hangs below ::/96, and once more below the prefixes that stand for it (::ffff:0:0/96, 2002::/16).
    const bool is_alias = mmdb_.depth == 128 && node == mmdb_.ipv4_start_node.node_value && bits != Bits{};
    if (!is_alias) steps_.push_back({node, depth, bits});
    return {};
  }

  std::uint32_t place_at(const MMDB_entry_s& entry) {
    const auto [found, is_new] = numbers_.try_emplace(entry.offset, static_cast<std::uint32_t>(places_.size()));
    if (is_new) places_.push_back(read_place(entry));
    return found->second;
  }

  void put(const Leaf& leaf, PlaceRanges& ranges) const {
    const bool is_v4 = mmdb_.depth == 32 || (leaf.depth >= 96 && std::all_of(leaf.bits.begin(), leaf.bits.begin() + 12,
                                                                             [](auto octet) { return octet == 0; }));
    auto last = leaf.bits;
    for (int bit = leaf.depth; bit < mmdb_.depth; ++bit) {
      auto& octet = last[static_cast<std::size_t>(bit) / 8];
      octet = static_cast<std::uint8_t>(octet | 0x80u >> bit % 8);
    }
    const std::size_t at = mmdb_.depth == 32 ? 0 : 12;
    const auto address = [&](const Bits& bits) {
      return is_v4 ? IpAddress::v4(std::span(bits).subspan(at).template first<4>()) : IpAddress::v6(bits);
    };
    ranges.add(address(leaf.bits), address(last), places_[leaf.place]);
  }

  const MMDB_s& mmdb_;
  const std::size_t octets_;  // of the whole file
  const std::filesystem::path& file_;
  std::vector<Step> steps_;
  std::vector<Leaf> leaves_;
  std::unordered_map<std::uint32_t, std::uint32_t> numbers_;  // of places, by where their data stands
  std::vector<Place> places_;
  std::size_t seen_ = 0;
};

}  // namespace

Result<PlaceRanges> read_maxmind(std::string_view octets, const std::filesystem::path& file) {
  const Position position{file.string(), 0, 0};
  const MemoryFile memory;
  if (!memory.write(octets))
    return fail(ErrorCode::denied, std::string("cannot be held in memory: ") + std::strerror(errno), position);
  Database database;
  if (const int status = database.open(memory); status != MMDB_SUCCESS)
    return fail(ErrorCode::malformed, std::string("is no sound MaxMind database: ") + MMDB_strerror(status), position);
  return Walk(database.get(), octets.size(), file).all();
}

Result<PlaceRanges> read_maxmind(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file))
    return fail(ErrorCode::not_found, "there is no such file", {file.string(), 0, 0});
  const auto octets = read_file(file, "database");
  return octets ? read_maxmind(*octets, file) : fail(octets.error());
}

}  // namespace harbinger::steer
