// Hints on the wire: what a client will probably want soon. The codec that servers and clients share; proto/hints.md gives the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <harbinger/result.h>

namespace harbinger {

inline constexpr std::size_t kMaxHints = 8;
/// Of hint data for a client whose address is not proved (no cookie, TCP or TLS).
inline constexpr std::size_t kMaxUnprovedHintBytes = 256;

/// A part of a resource.
struct ByteRange {
  std::uint64_t offset = 0, length = 0;
  bool operator==(const ByteRange&) const = default;
};

/// One hint. `resource` borrows.
struct Hint {
  std::string_view resource;         ///< a name without the last dot, or a URL; at most 255 octets
  std::optional<ByteRange> range;    ///< only this part
  float confidence = 0;              ///< probability that it is wanted; travels in 255ths
  std::uint64_t size_bytes = 0;      ///< estimated; 0 when not known; travels with two significant digits or better
  std::uint32_t in_ms = 0;           ///< usually wanted this much later
};

/// What the client's link is like, in its own words.
enum class NetworkClass : std::uint8_t { unknown, slow, metered, fast };

/// What a client says when it asks for hints.
struct HintRequest {
  std::uint8_t max_hints = kMaxHints;     ///< none: "only learn from me"
  std::uint8_t min_confidence_pct = 0;    ///< 0..100
  std::uint32_t max_bytes = 0;            ///< of the resources hinted at, together; 0: no limit
  bool save_data = false;                 ///< send none
  bool fragments = false;                 ///< byte ranges are welcome
  NetworkClass network = NetworkClass::unknown;
};

/// Data of the EDNS option in a query. Empty data is a request with all defaults; an unknown version or malformed data is an error.
Result<HintRequest> parse_hint_request(std::span<const std::uint8_t> data);
/// Writes a request to `out`, at most 16 octets; returns how many.
std::size_t write_hint_request(const HintRequest& request, std::span<std::uint8_t> out) noexcept;

/// Writes as many hints, in their order, as fit into `out`; returns the octets used, 0 for none. Allocates nothing. `zone` helps to keep names
/// short: the name that was asked for, known to both sides.
std::size_t write_hints(std::span<const Hint> hints, std::string_view zone, std::span<std::uint8_t> out) noexcept;

/// Walks the hints of an option's or SvcParam's data. `next` returns nullopt at the end or where the data is malformed; `well_formed`
/// tells which. A hint's `resource` is valid until the next call.
class HintReader {
 public:
  HintReader(std::span<const std::uint8_t> data, std::string_view zone);
  std::optional<Hint> next();
  bool well_formed() const { return well_formed_; }

 private:
  std::span<const std::uint8_t> rest_;
  std::string_view zone_;
  bool well_formed_ = true;
  char text_[256];
};

}  // namespace harbinger
