// What a zone's journal consists of, as octets.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "plugins/file/zone_journal.h"

namespace harbinger::file::journal {

/// In front of the file: what it is, and of which zone.
struct Head {
  Name apex{};
  std::uint32_t master_serial = 0;
};
std::vector<std::uint8_t> write_head(const Head& head);
/// Moves `offset` behind it; nothing when this is none.
std::optional<Head> read_head(std::span<const std::uint8_t> file, std::size_t& offset);

enum class Kind : std::uint8_t {
  step,   ///< a ZoneJournal::Step
  whole,  ///< records of the whole zone; several frames may hold it
};
inline constexpr std::size_t kMostFrame = std::size_t{64} << 20;

/// A frame around what follows: size, kind, number, checksum over all of it.
std::vector<std::uint8_t> frame(Kind kind, std::uint64_t number, std::span<const std::uint8_t> data);
struct Frame {
  enum class State : std::uint8_t { good, end, damaged };
  State state = State::end;
  Kind kind = Kind::step;
  std::span<const std::uint8_t> data{};
};
/// The frame at `offset`, which moves behind it when it is good.
Frame read_frame(std::span<const std::uint8_t> file, std::uint64_t number, std::size_t& offset);
/// Whether a frame of this number or a later one stands whole anywhere behind `offset`: then what is at `offset` is no end that a crash has left.
bool has_frame_behind(std::span<const std::uint8_t> file, std::uint64_t least, std::size_t offset);

std::vector<std::uint8_t> write_step(const ZoneJournal::Step& step);
std::optional<ZoneJournal::Step> read_step(std::span<const std::uint8_t> data);
std::vector<std::uint8_t> write_records(std::span<const Record> records);
std::optional<std::vector<Record>> read_records(std::span<const std::uint8_t> data);

}  // namespace harbinger::file::journal
