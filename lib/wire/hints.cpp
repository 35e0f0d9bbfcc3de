#include <harbinger/hints.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "wire/octets.h"

namespace harbinger {

/// Takes fields off the front of a hint. After the first one that is not all there, `good` is false and every field 0.
class HintCursor {
 public:
  explicit HintCursor(std::span<const std::uint8_t> data) : rest_(data) {}
  bool good() const { return good_; }

  std::span<const std::uint8_t> take(std::size_t size) {
    good_ = good_ && size <= rest_.size();
    if (!good_) return {};
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  std::uint8_t octet() {
    const auto taken = take(1);
    return good_ ? taken[0] : 0;
  }
  std::uint64_t small_float() {
    const auto taken = take(2);
    if (!good_) return 0;
    const auto value = wire::load_u16(taken.data());
    return std::uint64_t{value & 0x7ffu} << (value >> 11);
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; good_; shift += 7) {
      const auto part = octet();
      if (shift == 63 && part > 1) good_ = false;
      value |= std::uint64_t{part & 0x7fu} << shift;
      if (part < 0x80 || shift == 63) break;
    }
    return good_ ? value : 0;
  }

 private:
  std::span<const std::uint8_t> rest_;
  bool good_ = true;
};

namespace {

constexpr std::uint8_t kRequestVersion = 0x01, kHintsVersion = 0x81;
// Flags of a request; the network class lies in two bits.
constexpr std::uint8_t kSaveData = 1, kFragments = 2, kNetworkShift = 2, kNetworkMask = 3;
// Flags of a hint.
constexpr std::uint8_t kUrl = 1, kSize = 2, kTime = 4, kRange = 8;
constexpr std::string_view kScheme = "https://";

// 5 bits of exponent, 11 of mantissa: m << e. `half` is what rounding adds: to the nearest, or down.
std::uint16_t to_small_float(std::uint64_t value, bool to_nearest) {
  constexpr std::uint64_t kLargest = std::uint64_t{2047} << 31;
  value = std::min(value, kLargest);
  auto exponent = std::max(static_cast<int>(std::bit_width(value)) - 11, 0);
  if (to_nearest && exponent > 0) value += std::uint64_t{1} << (exponent - 1);
  auto mantissa = value >> exponent;
  if (mantissa > 2047) mantissa >>= 1, ++exponent;
  return static_cast<std::uint16_t>(exponent << 11 | static_cast<int>(mantissa));
}

bool travels(std::string_view resource) {
  return !resource.empty() && resource.size() <= kMaxHintResource &&
         std::ranges::all_of(resource, [](char c) { return c > 0x20 && c < 0x7f; });
}

// `example.org\.` ends with a dot that belongs to its last label.
std::string_view without_last_dot(std::string_view name) {
  if (!name.ends_with('.')) return name;
  name.remove_suffix(1);
  const auto before = name.find_last_not_of('\\');
  const auto backslashes = name.size() - (before == std::string_view::npos ? 0 : before + 1);
  return backslashes % 2 == 0 ? name : std::string_view(name.data(), name.size() + 1);
}

// What the first hint of a kind is compared with. `out` has room for the longest.
std::size_t first_reference(std::string_view asked, bool url, char* out) {
  asked = without_last_dot(asked);
  if (asked.size() > kMaxHintResource) asked = {};
  char* end = url ? std::ranges::copy(kScheme, out).out : out;
  end = std::ranges::transform(asked, end, [](char c) {
          return static_cast<char>(wire::lower(static_cast<std::uint8_t>(c)));
        }).out;
  if (url) *end++ = '/';
  return static_cast<std::size_t>(end - out);
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

std::size_t common_suffix(std::string_view a, std::string_view b) {
  std::size_t size = 0;
  while (size < a.size() && size < b.size() && a[a.size() - 1 - size] == b[b.size() - 1 - size]) ++size;
  return size;
}

void put_u16(std::uint8_t*& out, std::uint16_t value) {
  wire::store_u16(out, value);
  out += 2;
}

void put_varint(std::uint8_t*& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) *out++ = static_cast<std::uint8_t>(value | 0x80);
  *out++ = static_cast<std::uint8_t>(value);
}

// The longest hint: length, flags, confidence, prefix, suffix, text, size, time, range.
constexpr std::size_t kLongestHint = 1 + 5 + kMaxHintResource + 2 + 2 + 2 * 10;

// The hint with its length in front, or 0 when its length does not fit an octet.
std::size_t put_hint(const Hint& hint, bool url, std::string_view reference, std::uint8_t* out) {
  const auto text = hint.resource;
  const auto prefix = common_prefix(text, reference.substr(0, kMaxHintResource));
  const auto suffix = common_suffix(text.substr(prefix), reference.substr(prefix));
  const auto middle = text.substr(prefix, text.size() - prefix - suffix);
  const auto confidence = std::clamp(std::isnan(hint.confidence) ? 0.0f : hint.confidence, 0.0f, 1.0f);

  auto* at = out + 1;
  *at++ = static_cast<std::uint8_t>((url ? kUrl : 0) | (hint.size_bytes ? kSize : 0) | (hint.in_ms ? kTime : 0) |
                                    (hint.range ? kRange : 0));
  *at++ = static_cast<std::uint8_t>(confidence * 255.0f + 0.5f);
  *at++ = static_cast<std::uint8_t>(prefix);
  *at++ = static_cast<std::uint8_t>(suffix);
  *at++ = static_cast<std::uint8_t>(middle.size());
  at = std::ranges::copy(middle, at).out;
  if (hint.size_bytes) put_u16(at, to_small_float(hint.size_bytes, true));
  if (hint.in_ms) put_u16(at, to_small_float(hint.in_ms, true));
  if (hint.range) put_varint(at, hint.range->offset), put_varint(at, hint.range->length);

  const auto size = static_cast<std::size_t>(at - out);
  if (size > 256) return 0;
  out[0] = static_cast<std::uint8_t>(size - 1);
  return size;
}

}  // namespace

std::string_view to_string(NetworkClass network) {
  constexpr std::string_view kWords[] = {"unknown", "slow", "metered", "fast"};
  return kWords[static_cast<std::size_t>(network) & kNetworkMask];
}

// The words of the errors are short enough to lie in their strings: a malformed option must not cost an allocation.
Result<HintRequest> parse_hint_request(std::span<const std::uint8_t> data) {
  HintRequest request;
  if (data.empty()) return request;
  if (data[0] != kRequestVersion) return fail(ErrorCode::unsupported, "unknown version");
  if (data.size() > 1) {
    const auto flags = data[1];
    request.save_data = flags & kSaveData;
    request.fragments = flags & kFragments;
    request.network = static_cast<NetworkClass>(flags >> kNetworkShift & kNetworkMask);
  }
  if (data.size() > 2) request.max_hints = data[2];
  if (data.size() > 3) request.min_confidence_pct = data[3];
  if (request.min_confidence_pct > 100) return fail(ErrorCode::malformed, "above 100 %");
  if (data.size() > 4) {
    HintCursor cursor(data.subspan(4));
    request.max_bytes = cursor.small_float();
    if (!cursor.good()) return fail(ErrorCode::malformed, "cut short");
  }
  return request;
}

std::size_t write_hint_request(const HintRequest& request, std::span<std::uint8_t> out) noexcept {
  if (out.size() < kHintRequestSize) return 0;
  out[0] = kRequestVersion;
  out[1] = static_cast<std::uint8_t>((request.save_data ? kSaveData : 0) | (request.fragments ? kFragments : 0) |
                                     static_cast<unsigned>(request.network) << kNetworkShift);
  out[2] = request.max_hints;
  out[3] = std::min<std::uint8_t>(request.min_confidence_pct, 100);
  wire::store_u16(&out[4], to_small_float(request.max_bytes, false));
  return kHintRequestSize;
}

std::size_t write_hints(std::span<const Hint> hints, std::string_view asked, std::span<std::uint8_t> out) noexcept {
  char first[2][kScheme.size() + kMaxHintResource + 1];
  std::string_view reference[2];
  for (const bool url : {false, true}) reference[url] = {first[url], first_reference(asked, url, first[url])};

  std::uint8_t buffer[kLongestHint];
  std::size_t used = 1;
  for (const auto& hint : hints) {
    if (!travels(hint.resource)) continue;
    const bool url = is_url(hint.resource);
    const auto size = put_hint(hint, url, reference[url], buffer);
    if (size == 0 || used + size > out.size()) continue;
    std::memcpy(&out[used], buffer, size);
    used += size;
    reference[url] = hint.resource;
  }
  if (used == 1) return 0;
  out[0] = kHintsVersion;
  return used;
}

HintReader::HintReader(std::span<const std::uint8_t> data, std::string_view asked) {
  name_.size = first_reference(asked, false, name_.text);
  url_.size = first_reference(asked, true, url_.text);
  if (data.empty()) return;
  well_formed_ = data[0] == kHintsVersion;
  if (well_formed_) rest_ = data.subspan(1);
}

std::optional<Hint> HintReader::next() {
  if (rest_.empty() || !well_formed_) return std::nullopt;
  Hint hint;
  const std::size_t size = rest_[0];
  well_formed_ = size < rest_.size() && read(rest_.subspan(1, size), hint);
  if (!well_formed_) return std::nullopt;
  rest_ = rest_.subspan(1 + size);
  return hint;
}

// What stands behind the last field known here is of a later time, and skipped.
bool HintReader::read(std::span<const std::uint8_t> data, Hint& hint) {
  HintCursor cursor(data);
  const auto flags = cursor.octet();
  hint.confidence = static_cast<float>(cursor.octet()) / 255.0f;
  if (!read_resource(cursor, flags & kUrl, hint)) return false;
  if (flags & kSize) hint.size_bytes = cursor.small_float();
  if (flags & kTime) hint.in_ms = static_cast<std::uint32_t>(std::min<std::uint64_t>(cursor.small_float(), UINT32_MAX));
  if (flags & kRange) {
    hint.range.emplace();
    hint.range->offset = cursor.varint();
    hint.range->length = cursor.varint();
    if (hint.range->length > UINT64_MAX - hint.range->offset) return false;
  }
  return cursor.good();
}

bool HintReader::read_resource(HintCursor& cursor, bool url, Hint& hint) {
  auto& reference = url ? url_ : name_;
  const std::size_t prefix = cursor.octet(), suffix = cursor.octet();
  const auto middle = cursor.take(cursor.octet());
  const auto size = prefix + middle.size() + suffix;
  if (!cursor.good() || prefix + suffix > reference.size || size > kMaxHintResource) return false;

  std::memmove(reference.text + prefix + middle.size(), reference.text + reference.size - suffix, suffix);
  std::ranges::copy(middle, reference.text + prefix);
  reference.size = size;
  hint.resource = {reference.text, size};
  return travels(hint.resource);
}

std::string to_string(const Hint& hint) {
  std::string text(hint.resource);
  text += ' ' + std::to_string(std::lround(hint.confidence * 100)) + " %";
  if (hint.size_bytes) text += ' ' + std::to_string(hint.size_bytes) + " B";
  if (hint.in_ms) text += " in " + std::to_string(hint.in_ms) + " ms";
  if (hint.range && hint.range->length == 0) text += " from octet " + std::to_string(hint.range->offset);
  if (hint.range && hint.range->length > 0)
    text += " octets " + std::to_string(hint.range->offset) + '-' +
            std::to_string(hint.range->offset + hint.range->length - 1);
  return text;
}

std::string to_string(const HintRequest& request) {
  std::string text = "at most " + std::to_string(request.max_hints);
  if (request.min_confidence_pct) text += ", from " + std::to_string(request.min_confidence_pct) + " %";
  if (request.max_bytes) text += ", " + std::to_string(request.max_bytes) + " B together";
  if (request.save_data) text += ", save data";
  if (request.fragments) text += ", fragments";
  if (request.network != NetworkClass::unknown) text += ", " + std::string(to_string(request.network));
  return text;
}

}  // namespace harbinger
