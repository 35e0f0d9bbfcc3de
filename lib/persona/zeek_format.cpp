#include <algorithm>
#include <unordered_set>
#include <vector>

#include "persona/log_format.h"
#include "persona/log_times.h"

namespace harbinger::persona {

namespace {

std::vector<std::string_view> split(std::string_view line, char by) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= line.size();) {
    const auto end = std::min(line.find(by, from), line.size());
    parts.push_back(line.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

// Rows seen lately, in two generations so that it stays small.
class SeenRows {
 public:
  // True the first time.
  bool add(std::uint64_t row) {
    if (older_.contains(row) || !newer_.insert(row).second) return false;
    if (newer_.size() == kGeneration) {
      older_ = std::move(newer_);
      newer_.clear();
    }
    return true;
  }

 private:
  static constexpr std::size_t kGeneration = 1 << 20;
  std::unordered_set<std::uint64_t> newer_, older_;
};

class ZeekDnsFormat final : public LogFormat {
 public:
  void begin_file() override { columns_ = {}; }

  std::expected<void, LogTrouble> read(std::string_view line, const Use& use) override {
    if (line.starts_with("#fields\t")) return read_header(line);
    if (line.empty() || line[0] == '#') return {};
    if (columns_.count == 0) return std::unexpected("expected a `#fields` line first, as Zeek writes it");
    const auto row = split(line, '\t');
    if (row.size() != columns_.count)
      return std::unexpected("has " + std::to_string(row.size()) + " fields, not " + std::to_string(columns_.count));
    return read_row(row, use);
  }

 private:
  using Row = std::vector<std::string_view>;

  // Where in a row each field is; kNowhere for what the log does not have.
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  struct Columns {
    std::size_t count = 0;
    std::size_t time = kNowhere, client = kNowhere, port = kNowhere, id = kNowhere, query = kNowhere;
    std::size_t type = kNowhere, rcode = kNowhere, rtt = kNowhere, ttls = kNowhere;
  };

  static std::string_view field(const Row& row, std::size_t column) {
    if (column == kNowhere || row[column] == "-" || row[column] == "(empty)") return {};
    return row[column];
  }

  std::expected<void, LogTrouble> read_header(std::string_view line) {
    const auto names = split(line.substr(std::string_view("#fields\t").size()), '\t');
    const auto find = [&](std::string_view name) {
      const auto found = std::ranges::find(names, name);
      return found == names.end() ? kNowhere : static_cast<std::size_t>(found - names.begin());
    };
    columns_ = {names.size(),  find("ts"),    find("id.orig_h"),  find("id.orig_p"), find("trans_id"),
                find("query"), find("qtype"), find("rcode_name"), find("rtt"),       find("TTLs")};
    if (columns_.time == kNowhere || columns_.client == kNowhere || columns_.query == kNowhere) {
      columns_ = {};
      return std::unexpected("expected the fields ts, id.orig_h and query, as in Zeek's dns.log");
    }
    return {};
  }

  std::expected<void, LogTrouble> read_row(const Row& row, const Use& use) {
    LogRecord record;
    record.at = parse_time(field(row, columns_.time));
    if (!record.at) return std::unexpected("`" + std::string(row[columns_.time]) + "` is no time in seconds");
    record.client = field(row, columns_.client);
    name_.assign(field(row, columns_.query));
    std::ranges::transform(name_, name_.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    if (name_.size() > 1 && name_.back() == '.') name_.pop_back();
    record.resource = name_;
    if (record.resource.empty() || !is_new(row)) return {};
    record.type = parse_number<std::uint16_t>(field(row, columns_.type)).value_or(0);
    if (const auto rtt = parse_number<double>(field(row, columns_.rtt)))
      record.latency_us = static_cast<std::uint32_t>(std::clamp(*rtt * 1e6, 0.0, 4e9));
    record.ttl_s = smallest_ttl(field(row, columns_.ttls));
    record.outcome = outcome_of(field(row, columns_.rcode));
    use(record);
    return {};
  }

  bool is_new(const Row& row) {
    if (columns_.port == kNowhere || columns_.id == kNowhere) return true;
    key_.clear();
    for (const auto column : {columns_.client, columns_.port, columns_.id}) (key_ += row[column]) += '\t';
    return seen_.add(resource_hash(key_ += name_));
  }

  static std::uint32_t smallest_ttl(std::string_view list) {
    if (list.empty()) return 0;
    double least = 4e9;
    for (const auto text : split(list, ',')) least = std::min(least, parse_number<double>(text).value_or(least));
    return least < 4e9 && least > 0 ? static_cast<std::uint32_t>(least) : 0;
  }

  static Outcome outcome_of(std::string_view rcode) {
    if (rcode == "NXDOMAIN") return Outcome::not_found;
    if (rcode == "REFUSED") return Outcome::refused;
    if (rcode == "SERVFAIL") return Outcome::failed;
    return Outcome::served;
  }

  Columns columns_;
  SeenRows seen_;
  std::string name_, key_;  // kept for their memory
};

}  // namespace

std::unique_ptr<LogFormat> make_zeek_dns_format() { return std::make_unique<ZeekDnsFormat>(); }

}  // namespace harbinger::persona
