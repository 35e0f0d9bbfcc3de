#include "learn/sequence/context_table.h"

#include <algorithm>
#include <bit>

namespace harbinger::sequence {
namespace {

constexpr float kLargest = 900;  // a count holds 1023

bool weaker(const ContextTable::Successor& a, const ContextTable::Successor& b, std::uint16_t tick) {
  if (a.count != b.count) return a.count < b.count;
  return static_cast<std::uint16_t>(tick - a.last) > static_cast<std::uint16_t>(tick - b.last);
}

std::uint16_t step_of(double weight) { return static_cast<std::uint16_t>(std::max(1.0, weight * 64)); }

/// Puts `successor` of a further line into the first one, when it is more than the weakest there.
void come_forward(ContextTable::Line& first, ContextTable::Successor& successor) {
  auto* weakest = std::min_element(
      first.successors.begin(), first.successors.begin() + first.size,
      [](const ContextTable::Successor& a, const ContextTable::Successor& b) { return a.count < b.count; });
  if (weakest->count < successor.count) std::swap(*weakest, successor);
}

}  // namespace

ContextTable::ContextTable(std::size_t lines)
    : mask_(std::bit_ceil(std::max<std::size_t>(lines, 64)) - 1), lines_(mask_ + 1), marks_(mask_ + 1) {}

/// The first place near `key` whose mark fits; its line need not.
std::size_t ContextTable::marked(std::uint64_t key) const noexcept {
  const std::uint16_t mark = mark_of(tag_of(key));
  const std::size_t first = home(key);
  for (std::size_t way = 0; way < kWays; ++way)
    if (marks_[first ^ way] == mark) return first ^ way;
  return kNone;
}

void ContextTable::prefetch(std::uint64_t key) const noexcept {
  const std::size_t place = marked(key);
  __builtin_prefetch(&lines_[place == kNone ? home(key) : place], 1);
  if (place == kNone) __builtin_prefetch(&lines_[other_near(key)], 1);
}

ContextTable::Line* ContextTable::find_line(std::uint64_t key) noexcept {
  const std::uint32_t tag = tag_of(key);
  const std::uint16_t mark = mark_of(tag);
  const std::size_t first = home(key);
  for (std::size_t way = 0; way < kWays; ++way)
    if (marks_[first ^ way] == mark && lines_[first ^ way].tag == tag) return &lines_[first ^ way];
  return nullptr;
}

ContextTable::Context ContextTable::find(std::uint64_t key) const noexcept {
  auto& self = const_cast<ContextTable&>(*this);
  Context found;
  Line* first = self.find_line(key);
  if (!first) return found;
  found.lines[found.count++] = first;
  for (std::size_t line = 1; line <= first->further; ++line)
    if (const Line* more = self.find_line(key_of_line(key, line))) found.lines[found.count++] = more;
  return found;
}

/// How often it was of use per time: what is lowest makes room.
double ContextTable::worth(const Line& line) const noexcept {
  const double age = static_cast<std::uint32_t>(clock_ - line.used_at);
  return static_cast<double>(line.total) / (age + static_cast<double>(lines_.size()) / 16);
}

/// An empty place, or the worse of two: looking at all four would cost more than it is worth.
std::size_t ContextTable::room_near(std::uint64_t key) const noexcept {
  const std::size_t first = home(key);
  for (std::size_t way = 0; way < kWays; ++way)
    if (marks_[first ^ way] == 0) return first ^ way;
  const std::size_t other = other_near(key);
  return worth(lines_[other]) < worth(lines_[first]) ? other : first;
}

ContextTable::Line& ContextTable::find_or_make(std::uint64_t key) {
  if (Line* line = find_line(key)) return *line;
  const std::size_t room = room_near(key);
  used_ += marks_[room] == 0;
  marks_[room] = mark_of(tag_of(key));
  lines_[room] = Line{};
  lines_[room].tag = tag_of(key);
  return lines_[room];
}

void ContextTable::restore(std::uint32_t clock, std::size_t used) noexcept {
  clock_ = clock;
  used_ = used;
  for (std::size_t at = 0; at < lines_.size(); ++at)
    marks_[at] = lines_[at].tag ? mark_of(lines_[at].tag) : std::uint16_t{0};
}

void ContextTable::halve(std::array<Line*, kLines>& lines, std::size_t count) noexcept {
  lines[0]->total /= 2;
  for (std::size_t line = 0; line < count; ++line)
    for (std::size_t at = 0; at < lines[line]->size; ++at) lines[line]->successors[at].count /= 2;
}

/// A line with a free place: one that is there, or a further one for a context that has filled those it has and is busy.
ContextTable::Line* ContextTable::room_for(std::uint64_t key, Line& first, std::array<Line*, kLines>& lines,
                                           std::size_t& count) {
  for (std::size_t line = 0; line < count; ++line)
    if (lines[line]->size < kSuccessors) return lines[line];
  if (count >= kLines || first.total < static_cast<float>(kSuccessors * count)) return nullptr;
  const std::uint64_t more_key = key_of_line(key, count);
  // Within four ways the new line could displace the first one.
  Line& more = find_or_make(more_key);
  if (&more == &first || first.tag != tag_of(key)) return nullptr;
  first.further = static_cast<std::uint8_t>(std::max<std::size_t>(first.further, count));
  more.used_at = clock_;
  lines[count++] = &more;
  return more.size < kSuccessors ? &more : nullptr;
}

void ContextTable::add(std::uint64_t key, std::uint32_t id, double weight) {
  ++clock_;
  add_to(key, find_or_make(key), id, weight);
}

void ContextTable::add_quickly(std::uint64_t key, std::uint32_t id, double weight) {
  ++clock_;
  Line& first = find_or_make(key);
  for (std::size_t at = 0; at < first.size; ++at) {
    Successor& successor = first.successors[at];
    if (successor.id != id) continue;
    if (first.total + static_cast<float>(weight) > kLargest) break;  // all lines are to be halved
    first.total += static_cast<float>(weight);
    first.used_at = clock_;
    successor.count = static_cast<std::uint16_t>(successor.count + step_of(weight));
    successor.last = ++first.tick;
    return;
  }
  // The more lines there are to look through, the more seldom.
  const unsigned seldom = std::bit_width(static_cast<unsigned>(first.further)) > 2
                              ? 3u
                              : std::bit_width(static_cast<unsigned>(first.further));
  if (((clock_ * 0x9e3779b1u) >> 29 & ((1u << seldom) - 1)) == 0) add_to(key, first, id, weight * (1u << seldom));
}

void ContextTable::add_to(std::uint64_t key, Line& first, std::uint32_t id, double weight) {
  std::array<Line*, kLines> lines{&first};
  std::size_t count = 1;
  for (std::size_t line = 1; line <= first.further; ++line) prefetch_marks(key_of_line(key, line));
  for (std::size_t line = 1; line <= first.further; ++line) prefetch(key_of_line(key, line));
  for (std::size_t line = 1; line <= first.further; ++line) {
    if (Line* more = find_line(key_of_line(key, line))) lines[count++] = more;
  }
  first.tick++;
  first.total += static_cast<float>(weight);
  for (std::size_t line = 0; line < count; ++line) {
    lines[line]->used_at = clock_;
    lines[line]->total = first.total;
  }

  const std::uint16_t step = step_of(weight);
  Successor* weakest = nullptr;
  for (std::size_t line = 0; line < count; ++line) {
    for (std::size_t at = 0; at < lines[line]->size; ++at) {
      Successor& successor = lines[line]->successors[at];
      if (successor.id == id) {
        successor.count = static_cast<std::uint16_t>(successor.count + step);
        successor.last = first.tick;
        if (line > 0) come_forward(first, successor);
        if (first.total > kLargest) halve(lines, count);
        return;
      }
      if (!weakest || weaker(successor, *weakest, first.tick)) weakest = &successor;
    }
  }
  if (first.total > kLargest) halve(lines, count);
  if (Line* room = room_for(key, first, lines, count))
    room->successors[room->size++] = {id, step, first.tick};
  else if (weakest)
    *weakest = {id, step, first.tick};
}

}  // namespace harbinger::sequence
