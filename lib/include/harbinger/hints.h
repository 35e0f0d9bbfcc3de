// Hints on the wire: what a client will probably want soon. The codec that servers and clients share; proto/hints.md gives the bytes.
// A client needs nothing else of harbinger for it: link harbinger::hints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <harbinger/result.h>

namespace harbinger {

/// The number of the EDNS option, and of the parameter in SVCB and HTTPS records.
inline constexpr std::uint16_t kHintCode = 65314;
/// What a reply carries at most while the client's address is not proved (Query::address_proved), and then.
inline constexpr std::size_t kMaxHints = 8, kMaxUnprovedHintBytes = 256;
inline constexpr std::size_t kMaxProvedHints = 32, kMaxProvedHintBytes = 512;
/// A longer name or URL cannot travel.
inline constexpr std::size_t kMaxHintResource = 255;

/// A part of a resource.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< 0: to the end
  bool operator==(const ByteRange&) const = default;
};

/// One hint. `resource` borrows.
struct Hint {
  std::string_view resource;  ///< a name without the last dot, or a URL; 1..255 printable ASCII characters, no blank
  std::optional<ByteRange> range{};  ///< only this part
  float confidence = 0;              ///< 0..1, probability that it is wanted; travels in 255ths
  std::uint64_t size_bytes = 0;      ///< estimated; 0 when not known; travels with three significant digits
  std::uint32_t in_ms = 0;           ///< usually wanted this much later; 0: at once, or not known; as size_bytes
};

/// A hint names a URL, not a name.
inline bool is_url(std::string_view resource) { return resource.find("://") != std::string_view::npos; }

/// What the client's link is like, in its own words.
enum class NetworkClass : std::uint8_t { unknown, slow, metered, fast };
std::string_view to_string(NetworkClass network);

/// What a client says when it asks for hints.
struct HintRequest {
  std::uint8_t max_hints = kMaxHints;   ///< none: "only learn from me"
  std::uint8_t min_confidence_pct = 0;  ///< 0..100
  std::uint64_t max_bytes =
      0;                   ///< of the resources hinted at, together; 0: no limit; travels rounded down to three digits
  bool save_data = false;  ///< send none
  bool fragments = false;  ///< byte ranges are welcome
  NetworkClass network = NetworkClass::unknown;
  bool operator==(const HintRequest&) const = default;
};

/// Data of the EDNS option in a query. Empty data is a request with all defaults. Errors: unsupported (a version nobody knows here),
/// malformed. Allocates nothing, errors included.
Result<HintRequest> parse_hint_request(std::span<const std::uint8_t> data);
inline constexpr std::size_t kHintRequestSize = 6;
/// Writes a request, kHintRequestSize octets; returns how many, 0 when `out` has no room.
std::size_t write_hint_request(const HintRequest& request, std::span<std::uint8_t> out) noexcept;

/// Writes hints in their order, leaving out those that do not fit any more or cannot travel; returns the octets used, 0 for none. Allocates
/// nothing. `asked` makes them short: the name in the question, or the owner of an SVCB record, as text; case and last dot do not matter.
std::size_t write_hints(std::span<const Hint> hints, std::string_view asked, std::span<std::uint8_t> out) noexcept;

/// Walks the hints of an option's or SvcParam's data. `next` returns nullopt at the end, or where the data is malformed or of an unknown
/// version; `well_formed` tells which. A hint's `resource` is valid until the next call. Allocates nothing.
class HintReader {
 public:
  HintReader(std::span<const std::uint8_t> data, std::string_view asked);
  std::optional<Hint> next();
  bool well_formed() const { return well_formed_; }

 private:
  // The text that the next one is told by what differs from; `https://`, the name, `/` is the longest to begin with.
  struct Reference {
    std::size_t size = 0;
    char text[8 + kMaxHintResource + 1];
  };
  bool read(std::span<const std::uint8_t> data, Hint& hint);
  bool read_resource(class HintCursor& cursor, bool url, Hint& hint);

  std::span<const std::uint8_t> rest_;
  bool well_formed_ = true;
  Reference name_, url_;
};

/// `img.example.org 62 % 14200 B in 350 ms`, `https://example.org/film.mp4 31 % octets 65536-131071`
std::string to_string(const Hint& hint);
/// `at most 8, from 20 %, 1000000 B together, save data, fragments, metered`
std::string to_string(const HintRequest& request);

}  // namespace harbinger
