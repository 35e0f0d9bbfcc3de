// An address where a plugin shows pages only to those who may see them: what plugins with such pages have in common.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include <harbinger/address.h>
#include <harbinger/http.h>
#include <harbinger/plugin.h>
#include "net/http_guard.h"

namespace harbinger {

/// What the configuration says of it; paths as they stand there.
struct GuardedHttp {
  std::optional<SocketAddress> http{};  ///< nowhere if left out
  std::optional<std::filesystem::path> certificate{}, private_key{}, client_ca{}, tokens{};
};

/// `malformed` where these do not go together, `denied` where everybody `could` ("stop instances") there.
Result<void> check(const GuardedHttp& settings, std::string_view could);

struct GuardedHttpDoor {
  std::shared_ptr<HttpServer> server{};
  std::shared_ptr<net::HttpGuard> guard{};
};
/// Listens, and says in the log where the pages are that begin with `page`. For settings that were checked and have `http`.
Result<GuardedHttpDoor> open(const GuardedHttp& settings, const PluginContext& context, std::string_view page);

}  // namespace harbinger
