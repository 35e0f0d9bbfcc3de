// EDNS(0) (RFC 6891): the options this library reads and writes. Options nobody knows are kept as they are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/result.h>

namespace harbinger {

enum class OptionCode : std::uint16_t {
  NSID = 3,
  ECS = 8,
  COOKIE = 10,
  KEEPALIVE = 11,
  PADDING = 12,
  EDE = 15,
  // Local use (RFC 6891 sec. 9), fixed for this project; also the SvcParamKey of hints.
  PERSONA = 65313,
  HINTS = 65314,
  CPT = 65315,
};

/// Extended DNS errors (RFC 8914 sec. 4); private codes start at 49152.
enum class EdeCode : std::uint16_t {
  other = 0,
  stale_answer = 3,
  forged_answer = 4,
  blocked = 15,
  censored = 16,
  filtered = 17,
  prohibited = 18,
  stale_nxdomain_answer = 19,
  not_authoritative = 20,
  not_supported = 21,
  no_reachable_authority = 22,
  network_error = 23,
  invalid_data = 24,
  not_ready = 14,
  persona_adjusted = 49313,
  mirrored = 49314,
  capacity_warming = 49315,
};

/// One option as it travels.
struct EdnsOption {
  OptionCode code{};
  std::span<const std::uint8_t> data;
};

/// Walks the options of an OPT record's data. `next` returns nullopt at the end or at a malformed option; `well_formed` tells which.
class OptionReader {
 public:
  explicit OptionReader(std::span<const std::uint8_t> data) : rest_(data) {}
  std::optional<EdnsOption> next();
  bool well_formed() const { return well_formed_; }

 private:
  std::span<const std::uint8_t> rest_;
  bool well_formed_ = true;
};

/// Client subnet (RFC 7871 sec. 6).
struct ClientSubnet {
  IpAddress address;  ///< truncated to source_bits
  std::uint8_t source_bits = 0;
  std::uint8_t scope_bits = 0;

  /// Malformed: unknown family, too many bits, address octets missing, spare or set beyond the prefix.
  static Result<ClientSubnet> parse(std::span<const std::uint8_t> data);
  /// Appends the option's data to `out`.
  void write(std::vector<std::uint8_t>& out) const;
};

/// DNS cookie (RFC 7873 sec. 4): 8 octets of the client, then 0 or 8..32 of the server.
struct Cookie {
  std::span<const std::uint8_t> client;
  std::span<const std::uint8_t> server;

  static Result<Cookie> parse(std::span<const std::uint8_t> data);
};

/// Extended error (RFC 8914 sec. 2).
struct ExtendedError {
  EdeCode code{};
  std::string_view text;

  static Result<ExtendedError> parse(std::span<const std::uint8_t> data);
};

/// One option readable: `EDE: 3 (stale answer): "upstream silent"`, `ECS: 192.0.2.0/24/0`, `65001: 01ab..`. Hints are told against the name in
/// the question, `asked`; without it most of them stay octets.
std::string to_string(const EdnsOption& option, std::string_view asked = {});

}  // namespace harbinger
