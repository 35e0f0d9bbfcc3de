// geoip - knows where clients are, from tables of addresses.
#include <atomic>
#include <mutex>

#include <harbinger/plugin.h>
#include <harbinger/rcu.h>

#include "steer/place_table.h"

namespace harbinger::geoip {
namespace {

constexpr Fact<Place> kPlace{FactId::location};

struct PlaceRow {
  IpPrefix net;
  std::string country;
  std::vector<double> position;
};

class Geoip final : public Plugin {
 public:
  struct Config {
    std::vector<std::filesystem::path> files;
    std::vector<PlaceRow> rows;
  };

  explicit Geoip(Config config) : config_(std::move(config)) {}

  Result<void> start(const PluginContext& context) override;
  void identify(Query& query) override;
  void refresh() override;
  std::string note() const override {
    const std::lock_guard guard(trouble_lock_);
    return trouble_;
  }

 private:
  using Table = std::shared_ptr<const steer::PlaceTable>;
  Result<Table> load() const;
  void publish(Table table);

  const Config config_;
  std::vector<std::filesystem::path> files_;
  const PluginContext* context_ = nullptr;
  rcu::Published<Table> table_;
  std::atomic<std::size_t> ranges_ = 0;
  Counter found_, unknown_;
  Metrics::GaugeHandle size_;
  mutable std::mutex trouble_lock_;
  std::string trouble_;
};

Result<Place> place_of(const PlaceRow& row) {
  Place place = steer::place_of_country(row.country);
  if (auto put = steer::put_at(place, row.position, "place " + row.net.to_string()); !put) return fail(put.error());
  return place;
}

IpAddress last_of(const IpPrefix& net) {
  std::array<std::uint8_t, 16> octets{};
  std::ranges::copy(net.address.octets(), octets.begin());
  const int size = static_cast<int>(net.address.octets().size()) * 8;
  for (int bit = net.bits; bit < size; ++bit) {
    auto& octet = octets[static_cast<std::size_t>(bit) / 8];
    octet = static_cast<std::uint8_t>(octet | 0x80u >> bit % 8);
  }
  return size == 32 ? IpAddress::v4(std::span(octets).first<4>()) : IpAddress::v6(octets);
}

Result<steer::PlaceRanges> ranges_of(std::vector<PlaceRow> rows) {
  std::ranges::sort(rows, {}, [](const PlaceRow& row) { return std::pair(!row.net.address.is_v4(), row.net.address); });
  steer::PlaceRanges ranges;
  for (const auto& row : rows) {
    auto place = place_of(row);
    if (!place) return fail(place.error());
    if (row.country.size() != 2)
      return fail(ErrorCode::malformed, "place " + row.net.to_string() + ": a country is two capital letters, as DE");
    if (!ranges.add(row.net.address, last_of(row.net), *place))
      return fail(ErrorCode::conflict, "place " + row.net.to_string() + ": overlaps another net");
  }
  ranges.finish();
  return ranges;
}

Result<Geoip::Table> Geoip::load() const {
  auto loaded = steer::PlaceTable::load(files_);
  if (!loaded) return fail(loaded.error());
  if (config_.rows.empty()) return *loaded;
  auto rows = ranges_of(config_.rows);
  if (!rows) return fail(rows.error());
  auto whole = std::make_shared<steer::PlaceTable>(**loaded);
  whole->put_first(std::move(*rows));
  return Table(std::move(whole));
}

void Geoip::publish(Table table) {
  ranges_ = table->size();
  steer::use_places(table);
  table_.publish(new Table(std::move(table)));
}

Result<void> Geoip::start(const PluginContext& context) {
  context_ = &context;
  if (config_.files.empty() && config_.rows.empty())
    return fail(ErrorCode::malformed, "names neither a `database` nor a `place`");
  for (const auto& file : config_.files) files_.push_back(context.resolve(file));
  auto table = load();
  if (!table) return fail(table.error());
  if (context.checking) return {};
  publish(std::move(*table));
  found_ =
      context.metrics->counter("harbinger_geoip_queries_total",
                               "Queries, by whether anything is known of where they come from", {{"place", "known"}});
  unknown_ =
      context.metrics->counter("harbinger_geoip_queries_total",
                               "Queries, by whether anything is known of where they come from", {{"place", "unknown"}});
  size_ = context.metrics->gauge("harbinger_geoip_ranges", "Ranges of addresses in the tables",
                                 [this] { return static_cast<double>(ranges_.load()); });
  return {};
}

void Geoip::identify(Query& query) {
  const auto* table = table_.load();
  if (!table) return;
  const auto place = (*table)->find(query.subnet(32, 128).address);
  if (place == Place{}) return unknown_.add();
  found_.add();
  query.set(kPlace, place);
}

// A file that is wrong by now leaves the tables as they are.
void Geoip::refresh() {
  context_->in_background([this] {
    auto table = load();
    std::string trouble;
    if (table)
      publish(std::move(*table));
    else
      trouble = "the tables of before are in use: " + table.error().to_string();
    if (!trouble.empty()) context_->log.warning("refresh", trouble);
    const std::lock_guard guard(trouble_lock_);
    trouble_ = trouble;
  });
}

}  // namespace

PluginSpec spec() {
  using Config = Geoip::Config;
  return define_plugin<Geoip>("geoip", "knows where clients are")
      .option("database", &Config::files,
              "files in MaxMind's format (.mmdb), or with lines FIRST,LAST,COUNTRY; those before go first")
      .rows("place", &Config::rows,
            Clause<PlaceRow>()
                .argument("PREFIX", &PlaceRow::net)
                .argument("COUNTRY", &PlaceRow::country)
                .list("position", &PlaceRow::position),
            "where the clients of a net are; goes before files");
}

}  // namespace harbinger::geoip
