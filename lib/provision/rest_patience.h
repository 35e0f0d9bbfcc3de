// Asking again when a server has too much to do, when it says that one should.
#pragma once

#include <optional>

#include "provision/rest_client.h"

namespace harbinger::provision {

/// When to ask again: of an answer 413, 429 or 503 (or any that is no success) with Retry-After; one second for 429 without one. Nothing: not again.
std::optional<Duration> retry_after(const RestAnswer& answer, const Clock& clock);

/// RestClient::call(), and again for as long as the server has too much to do and the deadline is not before the time that it names. The last answer, else.
Result<RestAnswer> call_patiently(RestClient& client, const RestRequest& request, const RestLimits& limits,
                                  const Clock& clock);

/// Waits; false when it was told to stop before.
bool rest_for(Duration time, const std::stop_token& stop);

}  // namespace harbinger::provision
