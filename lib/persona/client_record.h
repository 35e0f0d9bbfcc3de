// A client as octets, for checkpoints and for other engines.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <harbinger/result.h>
#include "persona/client_store.h"

namespace harbinger::persona {

void append_client(const Client& client, std::uint32_t seen_s, std::vector<std::uint8_t>& out);
/// `malformed`, after some were used, for octets that no clients were written as.
Result<void> read_clients(std::span<const std::uint8_t> octets,
                          const std::function<void(const Client&, std::uint32_t seen_s)>& use);

/// A profile with its check sum, as Share::publish_client takes it.
std::vector<std::uint8_t> pack_profile(const ClientProfile& profile);
/// False, with nothing changed, for what is no whole profile.
bool unpack_profile(std::span<const std::uint8_t> octets, ClientProfile& profile);

}  // namespace harbinger::persona
