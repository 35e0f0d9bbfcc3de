// Client keys: what foresight knows a client by, made so that the address cannot be found out from them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <harbinger/access.h>
#include <harbinger/address.h>
#include <harbinger/edns.h>

namespace harbinger {

/// Makes client keys: a keyed hash (SipHash-2-4) under a key that is derived from a secret and the UTC day. Keys of two days cannot be joined,
/// and nobody without the secret can try addresses until one fits. Any thread; no lock, no allocation, no system call.
class ClientKeys {
 public:
  /// At least 256 bits that nobody can guess; servers that share it give the same clients the same keys.
  explicit ClientKeys(std::span<const std::uint8_t, 32> secret);
  ~ClientKeys();
  ClientKeys(const ClientKeys&) = delete;
  ClientKeys& operator=(const ClientKeys&) = delete;

  /// Never 0. An IPv4 address and its mapped form have the same key. `device` is an id that the client gave; empty when not known. Any
  /// `now` will do, also one that jumps: the key depends on its UTC day and on nothing that came before.
  ClientKey key_of(const IpAddress& client, std::string_view device, UnixMillis now) const noexcept;
  /// The same for clients known by a prefix only (EDNS client subnet): another key than that of the prefix's first address, unless the
  /// prefix is as long as the address.
  ClientKey key_of(const IpPrefix& clients, std::string_view device, UnixMillis now) const noexcept;
  /// Of who asks from `client` in the name of a subnet, if there is one (RFC 7871): what others say in its name is not mixed up with it. 0 for a
  /// subnet of no bits, which asks that nobody is told apart.
  ClientKey key_for(const IpAddress& client, const std::optional<ClientSubnet>& subnet, UnixMillis now) const noexcept;

  /// Equal for equal secrets, which cannot be found out from it.
  std::uint64_t identity() const noexcept { return identity_; }

 private:
  using DayKey = std::array<std::uint64_t, 2>;

  /// A day's key that was worked out before. `version` is odd while it is being written.
  struct Slot {
    std::atomic<std::uint32_t> version{0};
    std::atomic<std::int64_t> day{INT64_MIN};
    std::array<std::atomic<std::uint64_t>, 2> key{};
  };

  DayKey day_key(std::int64_t day) const noexcept;
  DayKey derive(std::int64_t day) const noexcept;
  ClientKey hash(const std::array<std::uint8_t, 16>& address, int bits, std::string_view device,
                 UnixMillis now) const noexcept;

  std::array<DayKey, 2> roots_;
  std::uint64_t identity_ = 0;
  mutable std::array<Slot, 4> slots_;
};

/// A key that one plugin has worked out for a query, so that others with the same secret need not. The fact is called "client_key".
struct KnownClient {
  ClientKey key = 0;
  std::uint64_t identity = 0;  ///< of the ClientKeys that made it
};

}  // namespace harbinger
