// An address where a plugin lets programs in over gRPC: what plugins with such a door have in common.
#pragma once

#include <filesystem>
#include <optional>

#include <harbinger/address.h>
#include <harbinger/plugin.h>

namespace harbinger {

/// The address, with what proves who is who there; whole paths.
struct GrpcDoor {
  SocketAddress address{};
  std::optional<std::filesystem::path> certificate{}, private_key{}, client_ca{}, tokens{};
  friend bool operator==(const GrpcDoor&, const GrpcDoor&) = default;
};

/// The whole of a path that may be left out.
inline std::optional<std::filesystem::path> resolve(const PluginContext& context,
                                                    const std::optional<std::filesystem::path>& path) {
  return path ? std::optional(context.resolve(*path)) : std::nullopt;
}

/// The door of a configuration with `grpc`, `grpc_tokens`, `certificate`, `private_key` and `client_ca`; none without `grpc`.
template <class Config>
std::optional<GrpcDoor> grpc_door(const Config& config, const PluginContext& context) {
  if (!config.grpc) return std::nullopt;
  return GrpcDoor{*config.grpc, resolve(context, config.certificate), resolve(context, config.private_key),
                  resolve(context, config.client_ca), resolve(context, config.grpc_tokens)};
}

}  // namespace harbinger
