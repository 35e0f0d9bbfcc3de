// Any octets as what a journal on disk is made of: the accesses inside a frame, a segment as it lies there, a segment with damage, and a
// manifest of fragments. The first octet says which.
#include <harbinger/fragments.h>

#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "learn/access_codec.h"
#include "learn/segment.h"

using namespace harbinger;
using namespace harbinger::learn;

namespace {

using Octets = std::span<const std::uint8_t>;

void require(bool holds) {
  if (!holds) std::abort();
}

// What was read can be written, and is the same when it is read again.
void read_accesses(Octets data) {
  AccessEncoder encoder;
  std::vector<std::uint8_t> again;
  std::size_t read = 0;
  (void)AccessDecoder().decode(data, [&](const Access& access) {
    require(access.resource.size() <= kMaxKeptResource && access.outcome <= Outcome::failed);
    encoder.encode(access, again);
    ++read;
  });
  std::vector<std::uint8_t> third;
  encoder.reset();
  const auto decoded = AccessDecoder().decode(again, [&](const Access& access) {
    encoder.encode(access, third);
    --read;
  });
  require(decoded && read == 0 && third == again);
}

void read_segment(Octets file) {
  const Secret secret{1, 2, 3};
  const auto walk = walk_segment(reader_of(file), secret);
  require(!walk || (walk->good_bytes <= file.size() && !walk->disk));
}

// A sound segment of four frames, then changes: (place, place, value) each. Frames before the first change stay, no frame is ever invented.
void damage_segment(Octets changes) {
  const Secret secret{1, 2, 3};
  const SegmentHeader header{.number = 1, .salt = {4}};
  FrameCipher cipher(header, secret);
  const auto head = write_segment_header(header, secret);
  std::vector<std::uint8_t> file(head.begin(), head.end());
  std::vector<std::size_t> ends;
  for (std::uint8_t frame = 0; frame < 4; ++frame) {
    cipher.seal(FrameKind::accesses, 1, frame, std::vector<std::uint8_t>(20u + frame, frame), file);
    ends.push_back(file.size());
  }
  const auto good = file;
  for (; changes.size() >= 3; changes = changes.subspan(3))
    file[(changes[0] << 8 | changes[1]) % file.size()] ^= changes[2];
  std::size_t sound = 0;
  while (sound < file.size() && file[sound] == good[sound]) ++sound;

  std::uint8_t frame = 0;
  const auto walk = walk_segment(reader_of(file), secret, [&](const FrameHeader&, Octets data) -> Result<void> {
    require(data.size() == 20u + frame && data[0] == frame && data.back() == frame);
    ++frame;
    return {};
  });
  std::size_t whole = 0;
  while (whole < ends.size() && ends[whole] <= sound) ++whole;
  if (sound >= head.size()) require(walk && walk->frames == whole && walk->damage.empty() == (sound == file.size()));
  require(!walk || walk->frames == frame);
}

void read_manifest(Octets text) {
  FragmentTable table;
  const std::string json(text.begin(), text.end());
  const auto added = table.add_manifest(json);
  require(added || table.size() == 0);
  if (const auto at = table.locate(json)) require(table.locate(at->text())->index == at->index);
  require(parse_fragment(json).text() == json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Octets rest(data + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      read_accesses(rest);
      break;
    case 1:
      read_segment(rest);
      break;
    case 2:
      damage_segment(rest);
      break;
    case 3:
      read_manifest(rest);
      break;
  }
  return 0;
}
