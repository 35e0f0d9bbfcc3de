// Octets of a file or of standard input, unpacked when they are packed.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <harbinger/result.h>

namespace harbinger::replay {

/// Reads a file from its beginning to its end.
class OctetSource {
 public:
  virtual ~OctetSource() = default;
  /// The next octets, at most `out.size()`; 0 at the end, or where it cannot go on (`trouble` tells).
  virtual std::size_t read(std::span<char> out) = 0;
  /// Why the end came early: "the gzip data ends in the middle". Empty when it did not.
  virtual std::string trouble() const = 0;
  /// How much of the file as it lies on the disk has been read, 0 to 1; 0 when its size is not known.
  virtual double done() const = 0;
};

/// Opens `path`, or standard input for "-". Packed data (gzip, RFC 1952; xz) is known by its first octets, whatever the file is called.
Result<std::unique_ptr<OctetSource>> open_octets(const std::string& path);

}  // namespace harbinger::replay
