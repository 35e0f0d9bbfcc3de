// The octets of a checkpoint's header and frames.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include <harbinger/result.h>
#include <harbinger/secret_file.h>
#include "learn/sealer.h"

namespace harbinger::persona {

struct CheckpointHeader {
  static constexpr std::size_t kSize = 64;
  std::array<std::uint8_t, 32> salt{};
};

std::array<std::uint8_t, CheckpointHeader::kSize> write_checkpoint_header(const CheckpointHeader& header,
                                                                          const Secret& secret);
Result<CheckpointHeader> read_checkpoint_header(std::span<const std::uint8_t> octets, const Secret& secret);
learn::Sealer checkpoint_sealer(const CheckpointHeader& header, const Secret& secret);

struct CheckpointFrame {
  static constexpr std::size_t kSize = 20;
  std::uint32_t size = 0;  ///< of the data, before sealing
  std::uint32_t section = 0;
  learn::SealingNonce nonce{};
};

using FrameOctets = std::array<std::uint8_t, CheckpointFrame::kSize>;
FrameOctets write_frame(const CheckpointFrame& frame);
CheckpointFrame read_frame(std::span<const std::uint8_t, CheckpointFrame::kSize> octets);
/// What is authenticated beside a frame's data.
std::array<std::uint8_t, CheckpointFrame::kSize + 8> beside_frame(
    std::span<const std::uint8_t, CheckpointFrame::kSize> octets, std::uint64_t place);

}  // namespace harbinger::persona
