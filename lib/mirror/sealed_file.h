// One file that is read and written as a whole, and that nobody without the installation's secret can read or change.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <harbinger/result.h>
#include <harbinger/secret_file.h>

// A header of 64 octets, then what is sealed. The key is derived from the secret, the purpose and the header, which holds 24 random octets: no two
// writings have the same one. What nobody can tell is whether somebody put an older writing back in its place.
namespace harbinger::mirror {

/// One writer at a time; whoever reads meanwhile gets the old or the new content, and never a part.
class SealedFile {
 public:
  static constexpr std::size_t kMostData = std::size_t{1} << 30;

  /// `purpose` is what it holds, in a word or two ("the settings"): files of one secret cannot be exchanged for another. Messages use it.
  SealedFile(std::filesystem::path path, const Secret& secret, std::string purpose);
  ~SealedFile();
  SealedFile(SealedFile&&) noexcept = default;

  /// Replaces the content. On the disk when it returns. `too_large` when there is no space (or more than kMostData), `denied` for other trouble with the
  /// disk: then the old content stays. Only when the folder cannot be brought to the disk at the very end it is not known which of the two stays.
  Result<void> write(std::span<const std::uint8_t> data) const;

  /// `not_found` when nothing was ever written, `malformed` or `truncated` when it is not what was written, `conflict` when it holds something else than
  /// `purpose`, `denied` when it was sealed with another secret or may not be read, `unsupported` when a later version wrote it.
  Result<std::vector<std::uint8_t>> read() const;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path unfinished() const;
  Result<void> write_beside(std::span<const std::uint8_t> octets) const;
  Result<void> move_into_place() const;
  std::unexpected<Error> trouble(const char* verb, int reason) const;

  std::filesystem::path path_;
  Secret secret_;
  std::string purpose_;
};

}  // namespace harbinger::mirror
