// One try to make a change: the message that is sent, and what its reply means. Bytes and times only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <harbinger/tsig.h>
#include <harbinger/update.h>

#include "net/dns_updater.h"

namespace harbinger::net {

class UpdateTry {
 public:
  /// `key` may be null.
  UpdateTry(const UpdateMessage& update, const std::shared_ptr<const TsigKey>& key);

  /// The whole message; `malformed` when it is larger than a message can be.
  Result<std::vector<std::uint8_t>> message(std::uint16_t id, TsigTime now);
  /// Errors as of DnsUpdater::change.
  Result<UpdateDone> judge(std::span<const std::uint8_t> reply, TsigTime now);

 private:
  Result<UpdateDone> judge_content(std::span<const std::uint8_t> reply) const;

  const UpdateMessage& update_;
  std::optional<TsigClient> signer_;
};

/// Whether making it twice is the same as making it once, and is answered the same.
bool repeatable(const UpdateMessage& update);
/// Whether the same may go well if it is sent again: nothing came of this try, or what came of it does not matter.
bool worth_another_try(const Error& error, const UpdateMessage& update);
/// Whether a server that refused several changes at once may take some of them.
bool may_be_the_fault_of_one(const Error& error);

}  // namespace harbinger::net
