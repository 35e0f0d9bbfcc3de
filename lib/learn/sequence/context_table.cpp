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

}  // namespace

ContextTable::ContextTable(std::size_t lines)
    : mask_(std::bit_ceil(std::max<std::size_t>(lines, 64)) - 1), lines_(mask_ + 1) {}

ContextTable::Line* ContextTable::find_line(std::uint64_t key) noexcept {
  const std::uint32_t tag = tag_of(key);
  const std::size_t first = home(key);
  for (std::size_t way = 0; way < kWays; ++way)
    if (Line& line = lines_[first ^ way]; line.tag == tag) return &line;
  return nullptr;
}

ContextTable::Context ContextTable::find(std::uint64_t key) const noexcept {
  auto& self = const_cast<ContextTable&>(*this);
  Context found;
  Line* first = self.find_line(key);
  if (!first) return found;
  found.lines[found.count++] = first;
  for (std::size_t line = 1; line < first->lines; ++line)
    if (const Line* more = self.find_line(key_of_line(key, line))) found.lines[found.count++] = more;
  return found;
}

/// How often it was of use per time: what is lowest makes room.
double ContextTable::worth(const Line& line) const noexcept {
  const double age = static_cast<std::uint32_t>(clock_ - line.used_at);
  return line.total / (age + static_cast<double>(lines_.size()) / 16);
}

ContextTable::Line& ContextTable::find_or_make(std::uint64_t key) {
  if (Line* line = find_line(key)) return *line;
  const std::size_t first = home(key);
  Line* room = &lines_[first];
  for (std::size_t way = 0; way < kWays && room->tag != 0; ++way) {
    Line& line = lines_[first ^ way];
    if (line.tag == 0 || worth(line) < worth(*room)) room = &line;
  }
  used_ += room->tag == 0;
  *room = Line{};
  room->tag = tag_of(key);
  return *room;
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
  first.lines = static_cast<std::uint8_t>(std::max<std::size_t>(first.lines, count + 1));
  more.used_at = clock_;
  lines[count++] = &more;
  return more.size < kSuccessors ? &more : nullptr;
}

void ContextTable::add(std::uint64_t key, std::uint32_t id, double weight) {
  ++clock_;
  Line& first = find_or_make(key);
  std::array<Line*, kLines> lines{&first};
  std::size_t count = 1;
  for (std::size_t line = 1; line < first.lines; ++line) {
    if (Line* more = find_line(key_of_line(key, line))) lines[count++] = more;
  }
  first.tick++;
  first.total += static_cast<float>(weight);
  for (std::size_t line = 0; line < count; ++line) {
    lines[line]->used_at = clock_;
    lines[line]->total = first.total;
  }

  const auto step = static_cast<std::uint16_t>(std::max(1.0, weight * 64));
  Successor* weakest = nullptr;
  for (std::size_t line = 0; line < count; ++line) {
    for (std::size_t at = 0; at < lines[line]->size; ++at) {
      Successor& successor = lines[line]->successors[at];
      if (successor.id == id) {
        successor.count = static_cast<std::uint16_t>(successor.count + step);
        successor.last = first.tick;
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
