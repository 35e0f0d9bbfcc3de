// What a cache's log tells of one request.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <harbinger/access.h>
#include <harbinger/address.h>
#include <harbinger/result.h>

namespace harbinger::edge {

struct EdgeAccess {
  enum class Cache : std::uint8_t { unknown, hit, miss };

  std::optional<IpAddress> client{};  ///< nothing for a name
  std::string resource{};             ///< URL; a part of one as by fragment_text()
  int status = 0;
  Outcome outcome = Outcome::served;
  std::uint64_t bytes = 0;
  std::uint32_t took_us = 0;  ///< 0: not known
  Cache cache = Cache::unknown;
  bool is_get = false;
  bool prefetch = false;  ///< not a client's wish: somebody's foresight, ours or a browser's
  float rtt_ms = 0;       ///< between client and cache; 0: not known

  /// A client has it now, and a cache may keep it.
  bool keepable() const { return is_get && (status == 200 || status == 206 || status == 304); }
};

/// Reads the combined format with what examples/edge puts behind it:
/// `... "$http_user_agent" "$http_host" $request_time $upstream_cache_status "$http_range" "$http_sec_purpose" $tcpinfo_rtt`.
/// What is missing at the end of a line is not known. One thread.
class AccessLines {
 public:
  /// `site` is put before the path where a line names no host: "http://www.example.org". Its scheme is that of all URLs.
  explicit AccessLines(std::string site);

  /// Reads a line into `access`. Errors: malformed, with what would be right. Requests that are of no use (not HTTP) are malformed, too.
  Result<void> read(std::string_view line, EdgeAccess& access) const;

 private:
  bool write_resource(std::string_view target, std::string_view host, std::string_view range,
                      std::string& resource) const;

  std::string scheme_, site_;
};

}  // namespace harbinger::edge
