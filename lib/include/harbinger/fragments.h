// Resources in parts: how a resource is described as fragments, and what a client in the middle of one wants next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/access.h>
#include <harbinger/hints.h>
#include <harbinger/result.h>

namespace harbinger {

/// How a resource is cut, one of three: a template of numbered segments that are resources of their own ("cdn.example/video/{n}.ts"),
/// ranges of a fixed size, or an explicit list.
struct FragmentLayout {
  std::string
      resource{};  ///< what is cut; or the template, with `{n}`, or `{n:05}` for numbers of at least five digits
  std::uint64_t fixed_bytes = 0;      ///< size of each range; 0: not cut so
  std::uint64_t total_bytes = 0;      ///< of the whole resource; 0 when not known
  std::vector<ByteRange> listed{};    ///< in the order in which they are wanted
  std::uint32_t first = 0, last = 0;  ///< numbers of a template; last 0: not known
};

/// One fragment of a resource. As a resource of an access its text is `URL#offset+length`, or the segment's own URL.
struct Fragment {
  std::string resource{};
  std::optional<ByteRange> range{};
  std::uint32_t index = 0;  ///< a segment's number, or the place among the ranges, from 0

  std::string text() const;
};

std::string fragment_text(std::string_view resource, const ByteRange& range);
/// The parts of a text made by fragment_text; a whole resource has no range. The index is not known here.
Fragment parse_fragment(std::string_view text);

/// Layouts by resource. Written by one thread; any number may read while none writes.
class FragmentTable {
 public:
  static constexpr std::size_t kMaxManifest = 4 << 20;  ///< octets of one manifest
  static constexpr std::size_t kMaxLayouts = 100'000;
  static constexpr std::size_t kMaxFragments = 65'536;  ///< listed for one resource
  static constexpr std::size_t kMaxListed = 4'000'000;  ///< listed for all resources together
  static constexpr std::size_t kMaxResource = 2048;     ///< octets of a resource or template

  FragmentTable();
  ~FragmentTable();
  FragmentTable(FragmentTable&&) noexcept;
  FragmentTable& operator=(FragmentTable&&) noexcept;

  /// Takes the place of a layout that the resource had. Malformed: no or two kinds of cut, a template without `{n}` or with a digit beside
  /// it, ranges that are empty, overlap or lie beyond the end. Too large: beyond the limits above.
  Result<void> add(FragmentLayout layout);
  /// Reads a manifest: JSON `{"resource": "...", "fixed": 65536, "size": N}`, `{"template": "...{n}...", "first": 1, "last": 20}` or
  /// `{"resource": "...", "fragments": [[offset, length], ...], "size": N}`, or an array of these. All of it is added or, with an
  /// error that says where, nothing.
  Result<void> add_manifest(std::string_view json);
  /// The fragment that `text` is: a segment, or the first range that holds the offset of `URL#offset+length`. Nothing for a whole resource.
  std::optional<Fragment> locate(std::string_view text) const;
  /// The fragment `ahead` places behind `at`; nothing behind the last, nor where `at` is of no known layout.
  std::optional<Fragment> after(const Fragment& at, std::uint32_t ahead) const;
  /// Names what a fragment belongs to: the resource, or the template.
  std::string whole(const Fragment& fragment) const;
  std::size_t size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Learns how far clients go: how many of those who had a fragment wanted the one behind it, for each resource, and for each client
/// whatever the resource. A new client is expected to do as others do with this resource; its own habit counts more with each
/// time. Bounded; one thread at a time. The table outlives the model.
class FragmentModel {
 public:
  struct Settings {
    std::size_t clients = 50'000;    ///< about 250 octets each; the longest unseen make room
    std::size_t resources = 20'000;  ///< about 400 octets each; as clients
    UnixMillis pause_ms = 60'000;    ///< who wants nothing more of a resource for so long has stopped
  };
  struct Next {
    Fragment fragment{};
    double probability = 0;   ///< that the client goes on as far as this
    std::uint32_t in_ms = 0;  ///< usual time until then
  };

  explicit FragmentModel(const FragmentTable& table);
  FragmentModel(const FragmentTable& table, Settings settings);
  ~FragmentModel();

  /// Takes an access in; true when it was one of a fragment.
  bool learn(const Access& access);
  /// What the client wants next of the resource that it is in the middle of: the fragments ahead, nearest first, while each is wanted
  /// with a probability of `floor` or more; at most `most`. None when it is in the middle of nothing.
  std::vector<Next> ahead(ClientKey client, UnixMillis now, double floor, std::size_t most);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harbinger
