// Authenticated encryption of what lies on a disk: ChaCha20-Poly1305 (RFC 8439), and keys for it from a secret.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <harbinger/secret_file.h>

namespace harbinger::learn {

using SealingKey = std::array<std::uint8_t, 32>;
using SealingNonce = std::array<std::uint8_t, 12>;

/// HMAC-SHA256 of a purpose and data: another key for every purpose.
SealingKey derive_key(const Secret& secret, std::string_view purpose, std::span<const std::uint8_t> data = {});
SealingNonce random_nonce();

/// One thread.
class Sealer {
 public:
  static constexpr std::size_t kTag = 16;  ///< octets that sealing adds

  explicit Sealer(const SealingKey& key);
  ~Sealer();
  Sealer(Sealer&&) noexcept;
  Sealer& operator=(Sealer&&) noexcept;

  /// Appends the sealed data and its tag to `out`. `beside` is authenticated with it, and not written.
  void seal(const SealingNonce& nonce, std::span<const std::uint8_t> beside, std::span<const std::uint8_t> data,
            std::vector<std::uint8_t>& out);
  /// Opens in place: `sealed` ends with the tag. False, when it is not what was sealed.
  bool open(const SealingNonce& nonce, std::span<const std::uint8_t> beside, std::span<std::uint8_t> sealed);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace harbinger::learn
