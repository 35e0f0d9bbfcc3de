#include "edge/fetch_verdict.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "edge/freshness.h"

namespace harbinger::edge {

namespace {

using Outcome = JobDone::Outcome;
using namespace std::chrono_literals;

bool contains(std::string_view text, std::string_view word) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return !std::ranges::search(text, word, {}, lower, lower).empty();
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) {
    return text.size() >= word.size() && contains(text.substr(0, word.size()), word);
  });
}

// The last one of the list has the cache that is nearest to us (RFC 9211 sec. 2).
bool is_hit_of_cache_status(std::string_view list) {
  const auto comma = list.rfind(',');
  const auto nearest = comma == list.npos ? list : list.substr(comma + 1);
  for (auto at = nearest.find(';'); at != nearest.npos; at = nearest.find(';', at + 1)) {
    auto word = nearest.substr(at + 1);
    word.remove_prefix(std::min(word.find_first_not_of(" \t"), word.size()));
    word = word.substr(0, word.find_first_of("; \t="));
    if (word == "hit") return true;
  }
  return false;
}

// The most telling field counts: an Age alone may come from a cache behind ours.
bool was_cached(const ResponseHead& head) {
  if (!head.x_cache_status.empty())
    return starts_with_any(head.x_cache_status, {"hit", "stale", "updating", "revalidated"});
  if (!head.cache_status.empty()) return is_hit_of_cache_status(head.cache_status);
  // Varnish writes the number of this request and, on a hit, of the one that filled the cache.
  if (!head.x_varnish.empty()) return head.x_varnish.find(' ') != std::string::npos;
  return head.age.find_first_of("123456789") != std::string::npos;
}

bool digits(std::string_view& text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

struct ContentRange {
  std::uint64_t first = 0, last = 0;
  std::optional<std::uint64_t> whole{};
};

// `bytes 0-65535/1000000` (RFC 9110 sec. 14.4).
std::optional<ContentRange> parse_content_range(std::string_view text) {
  constexpr std::string_view kUnit = "bytes ";
  ContentRange range;
  if (!text.starts_with(kUnit)) return std::nullopt;
  text.remove_prefix(kUnit.size());
  if (!digits(text, range.first) || !text.starts_with('-')) return std::nullopt;
  text.remove_prefix(1);
  if (!digits(text, range.last) || !text.starts_with('/') || range.last < range.first) return std::nullopt;
  text.remove_prefix(1);
  std::uint64_t whole = 0;
  if (text != "*") {
    if (!digits(text, whole) || !text.empty() || whole <= range.last) return std::nullopt;
    range.whole = whole;
  }
  return range;
}

// Only seconds: a date would need the origin's clock.
std::chrono::milliseconds pause_of(const ResponseHead& head) {
  std::uint64_t seconds = 0;
  std::string_view text = head.retry_after;
  return digits(text, seconds) ? std::chrono::milliseconds(std::min<std::uint64_t>(seconds, 60) * 1000) : 0ms;
}

FetchVerdict refused(std::string why) { return {.outcome = Outcome::refused, .why = std::move(why)}; }
FetchVerdict failed(std::string why) {
  return {.outcome = Outcome::failed, .origin_in_trouble = true, .why = std::move(why)};
}

FetchVerdict trouble(const ResponseHead& head) {
  FetchVerdict verdict = failed("status " + std::to_string(head.status));
  verdict.pause = pause_of(head);
  return verdict;
}

// What a cache does not keep by default; one that is told otherwise says so by a hit the next time.
std::string_view why_not_kept(const ResponseHead& head, const FetchVerdict& verdict) {
  if (starts_with_any(head.x_cache_status, {"bypass"})) return "the cache was told to pass it by";
  if (verdict.fresh_for == 0s) return "it may not be kept: Cache-Control, Expires or Age says so";
  if (head.sets_cookie) return "it is not kept: it sets a cookie";
  if (head.vary.find('*') != std::string::npos) return "it may not be kept: Vary: *";
  return {};
}

FetchVerdict part(const ResponseHead& head, const ByteRange& asked) {
  FetchVerdict verdict{.gave_range = true};
  const auto range = parse_content_range(head.content_range);
  if (!range) return failed("status 206 without a Content-Range that can be read");
  if (range->first != asked.offset) return failed("status 206 with another range than was asked for");
  verdict.whole_bytes = range->whole;
  return verdict;
}

FetchVerdict whole(const ResponseHead& head, const std::optional<ByteRange>& asked) {
  FetchVerdict verdict{.whole_bytes = head.length};
  if (!asked) return verdict;
  verdict.ignored_range = true;
  if (asked->length != 0) verdict.enough = asked->offset + asked->length;
  return verdict;
}

FetchVerdict good(const ResponseHead& head, FetchVerdict verdict, std::chrono::system_clock::time_point now) {
  if (verdict.outcome == Outcome::failed) return verdict;
  verdict.fresh_for = fresh_for({head.cache_control, head.age, head.expires, head.date}, now);
  if (was_cached(head)) {
    verdict.outcome = Outcome::cached;
    if (verdict.fresh_for == 0s) verdict.fresh_for.reset();  // the cache has rules of its own
    return verdict;
  }
  if (const auto why = why_not_kept(head, verdict); !why.empty()) {
    verdict.outcome = Outcome::refused;
    verdict.why = why;
  }
  return verdict;
}

}  // namespace

FetchVerdict judge(const ResponseHead& head, const std::optional<ByteRange>& asked,
                   std::chrono::system_clock::time_point now) {
  const unsigned status = head.status;
  if (status == 206) return asked ? good(head, part(head, *asked), now) : failed("status 206 to a whole request");
  if (status >= 200 && status < 300) return good(head, whole(head, asked), now);
  if (status == 304) return {.outcome = Outcome::cached};
  if (status >= 300 && status < 400) return refused("status " + std::to_string(status) + ": it has moved");
  if (status == 408 || status == 429 || (status >= 500 && status < 600)) return trouble(head);
  if (status >= 400 && status < 500) return refused("status " + std::to_string(status));
  return failed("status " + std::to_string(status) + ", which is no answer");
}

}  // namespace harbinger::edge
