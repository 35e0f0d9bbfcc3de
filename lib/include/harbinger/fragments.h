// Resources in parts: how a resource is described as fragments, and what a client in the middle of one wants next.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/hints.h>
#include <harbinger/result.h>

namespace harbinger {

/// How a resource is cut. One of three: a template of numbered segments that are resources of their own ("/video/{n}.ts"), ranges of
/// fixed size, or an explicit list.
struct FragmentLayout {
  std::string resource;                 ///< what is cut, or the template with `{n}` or `{n:05}`
  std::uint64_t fixed_bytes = 0;        ///< size of each range; 0: not cut so
  std::uint64_t total_bytes = 0;        ///< 0 when not known
  std::vector<ByteRange> listed;        ///< from a manifest
  std::uint32_t first = 0, last = 0;    ///< numbers of a template; last 0: not known
};

/// One fragment of a resource. As a resource for the sequence model its text is `URL#offset+length`, or the segment's own URL.
struct Fragment {
  std::string resource;
  std::optional<ByteRange> range;
  std::uint32_t index = 0;
};

std::string fragment_text(std::string_view resource, const ByteRange& range);
/// The parts of a text made by fragment_text; a whole resource has no range.
Fragment parse_fragment(std::string_view text);

/// Layouts by resource. Written by one thread.
class FragmentTable {
 public:
  /// Malformed: a template without `{n}`, ranges that overlap or lie beyond the end.
  Result<void> add(FragmentLayout layout);
  /// Reads a manifest: JSON `{"resource": "...", "fixed": 65536, "size": N}`, `{"template": "...{n}...", "first": 1, "last": 20}` or
  /// `{"resource": "...", "fragments": [[offset, length], ...]}`, or an array of these; errors say where.
  Result<void> add_manifest(std::string_view json);
  /// The fragment that `text` is, or the first one that holds `range` of it.
  std::optional<Fragment> locate(std::string_view text) const;
  /// The fragment `ahead` places behind `at`; nothing behind the last.
  std::optional<Fragment> after(const Fragment& at, std::uint32_t ahead) const;

 private:
  std::vector<FragmentLayout> layouts_;
};

}  // namespace harbinger
