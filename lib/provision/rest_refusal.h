// What a server's refusal means for one who wants an instance.
#pragma once

#include <string>
#include <string_view>

#include <harbinger/result.h>
#include "provision/rest_client.h"

namespace harbinger::provision {

/// The sentence of an answer that is none of success: `message` of Kubernetes' Status, or of the one object in errors of Nova and Keystone; else how the body begins. Short, and
/// printable.
std::string sentence_of(const RestAnswer& answer);

/// `WHO said 403: SENTENCE`. too_large: a quota or limit is reached; denied: never (400, 401, 403, 422); not_found; conflict; unsupported (405, 406, 415, 501); unreachable: its own trouble
/// (5xx).
Error refusal(std::string_view who, const RestAnswer& answer);

}  // namespace harbinger::provision
