#include <algorithm>

#include "persona/log_format.h"
#include "persona/log_times.h"
#include "persona/zeek_table.h"

namespace harbinger::persona {

namespace {

std::unexpected<LogTrouble> no_time(std::string_view text) {
  return std::unexpected(LogTrouble(LogTrouble::Kind::time, "`" + std::string(text) + "` is no time in seconds"));
}

class ZeekDnsFormat final : public ZeekTable {
 public:
  ZeekDnsFormat()
      : ZeekTable({"ts", "id.orig_h", "query", "id.orig_p", "trans_id", "qtype", "rcode_name", "rtt", "TTLs"}, 3,
                  "dns.log") {}

 private:
  enum : std::size_t { kTime, kClient, kQuery, kPort, kId, kType, kRcode, kRtt, kTtls };

  std::expected<void, LogTrouble> read_row(const Use& use) override {
    LogRecord record;
    record.at = parse_time(field(kTime));
    if (!record.at) return no_time(field(kTime));
    record.client = field(kClient);
    record.action = "query";
    name_.assign(field(kQuery));
    std::ranges::transform(name_, name_.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    if (name_.size() > 1 && name_.back() == '.') name_.pop_back();
    record.resource = name_;
    if (record.resource.empty() || !is_new()) return {};
    record.type = parse_number<std::uint16_t>(field(kType)).value_or(0);
    if (const auto rtt = parse_number<double>(field(kRtt)))
      record.latency_us = static_cast<std::uint32_t>(std::clamp(*rtt * 1e6, 0.0, 4e9));
    record.ttl_s = smallest_ttl(field(kTtls));
    record.outcome = outcome_of(field(kRcode));
    use(record);
    return {};
  }

  bool is_new() {
    if (field(kPort).empty() || field(kId).empty()) return true;
    key_.clear();
    for (const auto part : {kClient, kPort, kId}) (key_ += field(part)) += '\t';
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

  SeenRows seen_;
  std::string name_, key_;  // kept for their memory
};

class ZeekHttpFormat final : public ZeekTable {
 public:
  ZeekHttpFormat()
      : ZeekTable({"ts", "id.orig_h", "uri", "host", "method", "status_code", "user_agent", "response_body_len", "uid",
                   "trans_depth"},
                  3, "http.log") {}

 private:
  enum : std::size_t { kTime, kClient, kUri, kHost, kMethod, kStatus, kAgent, kSize, kConnection, kDepth };

  std::expected<void, LogTrouble> read_row(const Use& use) override {
    LogRecord record;
    record.at = parse_time(field(kTime));
    if (!record.at) return no_time(field(kTime));
    if (!is_new()) return {};
    record.client = field(kClient);
    record.method = field(kMethod);
    record.user_agent = field(kAgent);
    record.status = parse_number<int>(field(kStatus)).value_or(0);
    record.size_bytes = parse_number<std::uint32_t>(field(kSize)).value_or(0);
    record.resource = url();
    use(record);
    return {};
  }

  // The log is of connections that were not encrypted.
  std::string_view url() {
    const auto uri = field(kUri);
    if (field(kHost).empty() || !uri.starts_with('/')) return uri;
    url_ = "http://";
    (url_ += field(kHost)) += uri;
    return url_;
  }

  bool is_new() {
    if (field(kConnection).empty() || field(kDepth).empty()) return true;
    key_.assign(field(kConnection));
    (key_ += '\t') += field(kDepth);
    return seen_.add(resource_hash(key_));
  }

  SeenRows seen_;
  std::string url_, key_;  // kept for their memory
};

}  // namespace

std::unique_ptr<LogFormat> make_zeek_dns_format() { return std::make_unique<ZeekDnsFormat>(); }
std::unique_ptr<LogFormat> make_zeek_http_format() { return std::make_unique<ZeekHttpFormat>(); }

}  // namespace harbinger::persona
