#include "edge/access_line.h"

#include <algorithm>

#include <harbinger/fragments.h>
#include "persona/clf_fields.h"
#include "persona/log_times.h"
#include "persona/told_resource.h"

namespace harbinger::edge {

namespace {

using persona::ClfFields;
using persona::dash_is_nothing;
using persona::parse_number;

constexpr std::string_view kOurAgent = "harbinger-edge";

std::string_view text_of(const std::optional<std::string_view>& field) {
  return field ? dash_is_nothing(*field) : std::string_view();
}

Outcome outcome_of(int status, EdgeAccess::Cache cache) {
  if (status == 404 || status == 410) return Outcome::not_found;
  if (status == 401 || status == 403 || status == 416 || status == 429) return Outcome::refused;
  if (status >= 400) return Outcome::failed;
  return cache == EdgeAccess::Cache::hit ? Outcome::from_cache : Outcome::served;
}

// nginx's words and those of our format for varnishncsa.
EdgeAccess::Cache cache_of(std::string_view word) {
  using enum EdgeAccess::Cache;
  if (word == "HIT" || word == "hit" || word == "STALE" || word == "UPDATING" || word == "REVALIDATED") return hit;
  if (word == "MISS" || word == "miss" || word == "EXPIRED" || word == "BYPASS" || word == "pass") return miss;
  return unknown;
}

std::uint32_t micros(double seconds) {
  return seconds > 0 && seconds < 4000 ? static_cast<std::uint32_t>(seconds * 1e6) : 0;
}

// `bytes=0-65535`; more than one range, or one from the end, is as good as the whole.
std::optional<ByteRange> range_of(std::string_view text) {
  if (!text.starts_with("bytes=")) return std::nullopt;
  text.remove_prefix(6);
  const auto dash = text.find('-');
  if (dash == 0 || dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_number<std::uint64_t>(text.substr(0, dash));
  if (!first) return std::nullopt;
  if (dash + 1 == text.size()) return ByteRange{*first, 0};
  const auto last = parse_number<std::uint64_t>(text.substr(dash + 1));
  if (!last || *last < *first || *last - *first == UINT64_MAX) return std::nullopt;
  return ByteRange{*first, *last - *first + 1};
}

}  // namespace

AccessLines::AccessLines(std::string site) : site_(std::move(site)) {
  while (site_.ends_with('/')) site_.pop_back();
  const auto scheme = site_.find("://");
  scheme_ = scheme == std::string::npos ? "http://" : site_.substr(0, scheme + 3);
  if (scheme == std::string::npos && !site_.empty()) site_ = scheme_ + site_;
}

Result<void> AccessLines::read(std::string_view line, EdgeAccess& access) const {
  ClfFields fields(line);
  const auto client = fields.word(), ident = fields.word(), user = fields.word();
  const auto time = fields.bracketed(), request = fields.quoted();
  const auto status = fields.word(), bytes = fields.word();
  if (!client || !ident || !user || !time || !request || !status || !bytes)
    return fail(ErrorCode::malformed, "expected `client - user [time] \"request\" status bytes ...`");
  (void)fields.quoted();  // referer
  const auto agent = fields.quoted(), host = fields.quoted();
  const auto seconds = fields.word(), cache = fields.word();
  const auto range = fields.quoted(), purpose = fields.quoted();
  const auto rtt = fields.word();

  const auto code = parse_number<int>(*status);
  if (!code || *code < 100 || *code > 999)
    return fail(ErrorCode::malformed, "expected a status of three digits after the request");
  const auto space = request->find(' ');
  auto target = space == std::string_view::npos ? std::string_view() : request->substr(space + 1);
  if (const auto version = target.rfind(" HTTP/"); version != std::string_view::npos)
    target = target.substr(0, version);
  if (!write_resource(target, text_of(host), text_of(range), access.resource))
    return fail(ErrorCode::malformed, "expected a request such as `GET /path HTTP/1.1`, and a host");

  const auto address = IpAddress::parse(*client);
  access.client = address ? std::optional(*address) : std::nullopt;
  access.status = *code;
  access.is_get = request->starts_with("GET ");
  access.cache = cache_of(text_of(cache));
  access.outcome = outcome_of(*code, access.cache);
  access.bytes = parse_number<std::uint64_t>(*bytes).value_or(0);
  access.took_us = micros(parse_number<double>(text_of(seconds)).value_or(0));
  access.prefetch = text_of(purpose).contains("prefetch") || text_of(agent).starts_with(kOurAgent);
  access.rtt_ms = static_cast<float>(micros(parse_number<double>(text_of(rtt)).value_or(0) / 1e6)) / 1e3f;
  return {};
}

bool AccessLines::write_resource(std::string_view target, std::string_view host, std::string_view range,
                                 std::string& resource) const {
  // As Varnish logs it, or as somebody sent it to a proxy (RFC 9112 sec. 3.2.2).
  if (const auto scheme = target.find("://"); scheme != std::string_view::npos && target.starts_with("http")) {
    const auto path = std::min(target.find('/', scheme + 3), target.size());
    if (host.empty()) host = target.substr(scheme + 3, path - scheme - 3);
    target.remove_prefix(path);
    if (target.empty()) target = "/";
  }
  if (!target.starts_with('/') || (host.empty() && site_.empty())) return false;
  const auto site = host.empty() ? site_ : scheme_ + std::string(host);
  if (!persona::write_kept(site + std::string(target), {.keep_query = true}, resource)) return false;
  if (const auto part = range_of(range)) resource = fragment_text(resource, *part);
  return true;
}

}  // namespace harbinger::edge
