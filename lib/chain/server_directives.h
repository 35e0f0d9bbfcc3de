// The directives that belong to the server itself: `bind`, `cache`, and the global block.
#pragma once

#include <expected>
#include <span>
#include <vector>

#include <harbinger/chain.h>

namespace harbinger {

std::expected<ServerConfig, config::Errors> read_server_config(const std::vector<config::Directive>& global);
/// The files of the `plugin` lines of the global block.
std::vector<config::Word> plugin_files(const std::vector<config::Directive>& global, config::Errors& errors);
std::expected<std::vector<IpAddress>, config::Errors> read_bind(const config::Directive& directive);
std::expected<CacheConfig, config::Errors> read_cache_config(const config::Directive& directive);

/// Their rows, for `-plugins` and the documents.
OptionTable server_options();
OptionTable cache_options();

/// "no plugin `forwrd`; did you mean `forward`?"
Error unknown_directive(const config::Word& word, std::span<const PluginSpec> plugins);

}  // namespace harbinger
