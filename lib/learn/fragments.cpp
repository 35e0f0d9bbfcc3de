#include <harbinger/fragments.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <unordered_map>
#include <utility>

#include "learn/fragment_manifest.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace harbinger {

namespace {

constexpr std::string_view kPlain = "{n}";
constexpr int kMaxWidth = 10;      // digits of the largest number
constexpr int kMaxDigitRuns = 16;  // places of a text where a number is looked for, from its end

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

// A whole text of digits as we would write it: no sign, no zeros before it.
template <class Number>
bool read_number(std::string_view text, Number& value) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::string padded(std::uint32_t number, int width) {
  const auto digits = std::to_string(number);
  const auto zeros = std::max(width - static_cast<int>(digits.size()), 0);
  return std::string(static_cast<std::size_t>(zeros), '0') + digits;
}

// A layout as it is looked up.
struct Known {
  FragmentLayout layout;
  std::vector<std::uint32_t> by_offset;  // places in `listed`
  std::string before, behind;            // a template's text around the number
  int width = 0;

  bool is_template() const { return layout.fixed_bytes == 0 && layout.listed.empty(); }
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return XXH3_64bits(text.data(), text.size()); }
};

std::unexpected<Error> malformed(const FragmentLayout& layout, std::string why) {
  return fail(ErrorCode::malformed, "`" + layout.resource + "`: " + std::move(why));
}

// The template's `{n}` or `{n:05}`: where it begins and ends, and how many digits it has at least.
struct Slot {
  std::size_t begin, end;
  int width;
};
std::optional<Slot> find_slot(std::string_view text) {
  const auto begin = text.find("{n");
  const auto close = begin == text.npos ? text.npos : text.find('}', begin);
  if (close == text.npos) return std::nullopt;
  const auto form = text.substr(begin, close + 1 - begin);
  if (form == kPlain) return Slot{begin, close + 1, 0};
  // {n:05}
  int width = 0;
  if (form.size() < 6 || !form.starts_with("{n:0") || !read_number(form.substr(4, form.size() - 5), width))
    return std::nullopt;
  if (width < 1 || width > kMaxWidth) return std::nullopt;
  return Slot{begin, close + 1, width};
}

Result<void> check_template(Known& known) {
  const FragmentLayout& layout = known.layout;
  const auto slot = find_slot(layout.resource);
  if (!slot) return malformed(layout, "a template needs one `{n}`, or `{n:05}` for numbers of at least five digits");
  known.before = layout.resource.substr(0, slot->begin);
  known.behind = layout.resource.substr(slot->end);
  known.width = slot->width;
  if (known.behind.find("{n") != std::string::npos) return malformed(layout, "a template has one number");
  const bool touches = (!known.before.empty() && is_digit(known.before.back())) ||
                       (!known.behind.empty() && is_digit(known.behind.front()));
  if (touches) return malformed(layout, "a digit beside the number makes it ambiguous");
  if (layout.last != 0 && layout.last < layout.first) return malformed(layout, "the last number is before the first");
  return {};
}

Result<void> check_listed(Known& known) {
  const FragmentLayout& layout = known.layout;
  if (layout.listed.size() > FragmentTable::kMaxFragments)
    return fail(ErrorCode::too_large,
                "`" + layout.resource + "`: more than " + std::to_string(FragmentTable::kMaxFragments) + " fragments");
  const auto end = layout.total_bytes != 0 ? layout.total_bytes : std::numeric_limits<std::uint64_t>::max();
  for (std::uint32_t i = 0; i < layout.listed.size(); ++i) {
    const ByteRange& range = layout.listed[i];
    if (range.length == 0) return malformed(layout, "fragment " + std::to_string(i) + " is empty");
    if (range.offset > end || range.length > end - range.offset)
      return malformed(layout, "fragment " + std::to_string(i) + " lies beyond the end");
    known.by_offset.push_back(i);
  }
  std::ranges::sort(known.by_offset, {}, [&](std::uint32_t i) { return layout.listed[i].offset; });
  for (std::size_t i = 1; i < known.by_offset.size(); ++i) {
    const ByteRange& before = layout.listed[known.by_offset[i - 1]];
    if (before.offset + before.length > layout.listed[known.by_offset[i]].offset)
      return malformed(layout, "fragments " + std::to_string(known.by_offset[i - 1]) + " and " +
                                   std::to_string(known.by_offset[i]) + " overlap");
  }
  return {};
}

Result<Known> check(FragmentLayout layout) {
  Known known;
  known.layout = std::move(layout);
  const FragmentLayout& one = known.layout;
  if (one.resource.empty()) return fail(ErrorCode::malformed, "a layout without a resource");
  if (one.resource.size() > FragmentTable::kMaxResource)
    return fail(ErrorCode::too_large,
                "a resource of more than " + std::to_string(FragmentTable::kMaxResource) + " octets");
  const auto unfit = [](char letter) { return letter <= ' ' || letter == '\x7f'; };
  if (std::ranges::any_of(one.resource, [&](char letter) { return letter >= 0 && unfit(letter); }))
    return malformed(one, "a blank or control character in a resource");
  if (one.fixed_bytes != 0 && !one.listed.empty())
    return malformed(one, "ranges of a fixed size and a list exclude each other");
  if (!known.is_template() && (one.first != 0 || one.last != 0)) return malformed(one, "only a template has numbers");

  const auto checked = known.is_template() ? check_template(known) : check_listed(known);
  if (!checked) return fail(checked.error());
  return known;
}

std::optional<Fragment> range_at(const Known& known, std::uint32_t index) {
  const FragmentLayout& layout = known.layout;
  if (!layout.listed.empty()) {
    if (index >= layout.listed.size()) return std::nullopt;
    return Fragment{layout.resource, layout.listed[index], index};
  }
  std::uint64_t offset = 0, end = 0;
  if (__builtin_mul_overflow(layout.fixed_bytes, std::uint64_t{index}, &offset)) return std::nullopt;
  if (__builtin_add_overflow(offset, layout.fixed_bytes, &end)) return std::nullopt;
  if (layout.total_bytes == 0) return Fragment{layout.resource, ByteRange{offset, layout.fixed_bytes}, index};
  if (offset >= layout.total_bytes) return std::nullopt;
  return Fragment{layout.resource, ByteRange{offset, std::min(end, layout.total_bytes) - offset}, index};
}

// The range that holds an octet.
std::optional<Fragment> range_holding(const Known& known, std::uint64_t octet) {
  const FragmentLayout& layout = known.layout;
  if (layout.listed.empty()) {
    if (layout.total_bytes != 0 && octet >= layout.total_bytes) return std::nullopt;
    const auto index = octet / layout.fixed_bytes;
    return index > UINT32_MAX ? std::nullopt : range_at(known, static_cast<std::uint32_t>(index));
  }
  const auto offset_of = [&](std::uint32_t i) { return layout.listed[i].offset; };
  const auto behind = std::ranges::upper_bound(known.by_offset, octet, {}, offset_of);
  if (behind == known.by_offset.begin()) return std::nullopt;
  const auto index = *(behind - 1);
  const ByteRange& range = layout.listed[index];
  return octet - range.offset < range.length ? range_at(known, index) : std::nullopt;
}

std::optional<Fragment> segment_at(const Known& known, std::uint32_t number) {
  const FragmentLayout& layout = known.layout;
  if (number < layout.first || (layout.last != 0 && number > layout.last)) return std::nullopt;
  return Fragment{known.before + padded(number, known.width) + known.behind, std::nullopt, number};
}

// A template's name in the table: all that differ in nothing but the number's width share it.
std::string template_key(std::string_view before, std::string_view behind) {
  return std::string(before) + std::string(kPlain) + std::string(behind);
}

}  // namespace

std::string fragment_text(std::string_view resource, const ByteRange& range) {
  return std::string(resource) + "#" + std::to_string(range.offset) + "+" + std::to_string(range.length);
}

std::string Fragment::text() const { return range ? fragment_text(resource, *range) : resource; }

Fragment parse_fragment(std::string_view text) {
  const auto hash = text.rfind('#');
  const auto plus = hash == text.npos ? text.npos : text.find('+', hash);
  ByteRange range;
  if (plus != text.npos && read_number(text.substr(hash + 1, plus - hash - 1), range.offset) &&
      read_number(text.substr(plus + 1), range.length))
    return {std::string(text.substr(0, hash)), range};
  return {std::string(text)};
}

struct FragmentTable::Impl {
  std::unordered_map<std::string, Known, TextHash, std::equal_to<>> layouts;
  std::size_t listed = 0;

  const Known* find(std::string_view key) const {
    const auto found = layouts.find(key);
    return found == layouts.end() ? nullptr : &found->second;
  }

  struct Segment {
    const Known* known;
    std::uint32_t number;
  };
  // The template that makes `text`. Tries each of its numbers as the one that counts, the last first.
  std::optional<Segment> find_segment(std::string_view text) const {
    if (text.size() > kMaxResource + kMaxWidth) return std::nullopt;
    std::size_t end = text.size();
    for (int run = 0; run < kMaxDigitRuns; ++run) {
      while (end > 0 && !is_digit(text[end - 1])) --end;
      std::size_t begin = end;
      while (begin > 0 && is_digit(text[begin - 1])) --begin;
      if (begin == end) return std::nullopt;
      if (end - begin <= kMaxWidth) {
        const Known* known = find(template_key(text.substr(0, begin), text.substr(end)));
        if (const auto number =
                known && known->is_template() ? number_of(*known, text.substr(begin, end - begin)) : std::nullopt)
          return Segment{known, *number};
      }
      end = begin;
    }
    return std::nullopt;
  }

  static std::optional<std::uint32_t> number_of(const Known& known, std::string_view digits) {
    auto significant = digits;
    while (significant.size() > 1 && significant[0] == '0') significant.remove_prefix(1);
    std::uint32_t number = 0;
    if (!read_number(significant, number) || padded(number, known.width) != digits) return std::nullopt;
    const FragmentLayout& layout = known.layout;
    if (number < layout.first || (layout.last != 0 && number > layout.last)) return std::nullopt;
    return number;
  }

  static std::string key_of(const Known& known) {
    return known.is_template() ? template_key(known.before, known.behind) : known.layout.resource;
  }

  Result<void> make_room(std::size_t new_layouts, std::size_t new_listed) const {
    if (layouts.size() + new_layouts > kMaxLayouts)
      return fail(ErrorCode::too_large, "more than " + std::to_string(kMaxLayouts) + " layouts");
    if (listed + new_listed > kMaxListed)
      return fail(ErrorCode::too_large, "more than " + std::to_string(kMaxListed) + " fragments listed in all");
    return {};
  }

  void put(Known known) {
    auto& place = layouts[key_of(known)];
    listed = listed - place.layout.listed.size() + known.layout.listed.size();
    place = std::move(known);
  }
};

FragmentTable::FragmentTable() : impl_(std::make_unique<Impl>()) {}
FragmentTable::~FragmentTable() = default;
FragmentTable::FragmentTable(FragmentTable&&) noexcept = default;
FragmentTable& FragmentTable::operator=(FragmentTable&&) noexcept = default;

Result<void> FragmentTable::add(FragmentLayout layout) {
  auto known = check(std::move(layout));
  if (!known) return fail(known.error());
  if (auto room = impl_->make_room(1, known->layout.listed.size()); !room) return room;
  impl_->put(std::move(*known));
  return {};
}

Result<void> FragmentTable::add_manifest(std::string_view json) {
  auto layouts = learn::read_fragment_manifest(json);
  if (!layouts) return fail(layouts.error());
  std::vector<Known> all;
  std::size_t new_listed = 0;
  for (std::size_t i = 0; i < layouts->size(); ++i) {
    auto known = check(std::move((*layouts)[i]));
    if (!known) return fail(known.error().code, learn::manifest_entry(i, layouts->size()) + known.error().message);
    new_listed += known->layout.listed.size();
    all.push_back(std::move(*known));
  }
  if (auto room = impl_->make_room(all.size(), new_listed); !room) return room;
  for (Known& known : all) impl_->put(std::move(known));
  return {};
}

std::optional<Fragment> FragmentTable::locate(std::string_view text) const {
  const Fragment parsed = parse_fragment(text);
  if (parsed.range) {
    const Known* const known = impl_->find(parsed.resource);
    return known && !known->is_template() ? range_holding(*known, parsed.range->offset) : std::nullopt;
  }
  const auto segment = impl_->find_segment(text);
  return segment ? segment_at(*segment->known, segment->number) : std::nullopt;
}

std::optional<Fragment> FragmentTable::after(const Fragment& at, std::uint32_t ahead) const {
  if (at.index > UINT32_MAX - ahead) return std::nullopt;
  if (!at.range) {
    const auto segment = impl_->find_segment(at.resource);
    return segment ? segment_at(*segment->known, at.index + ahead) : std::nullopt;
  }
  const Known* const known = impl_->find(at.resource);
  return known && !known->is_template() ? range_at(*known, at.index + ahead) : std::nullopt;
}

std::string FragmentTable::whole(const Fragment& fragment) const {
  if (fragment.range) return fragment.resource;
  const auto segment = impl_->find_segment(fragment.resource);
  return segment ? segment->known->layout.resource : fragment.resource;
}

std::size_t FragmentTable::size() const { return impl_->layouts.size(); }

}  // namespace harbinger
