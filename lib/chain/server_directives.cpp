#include "chain/server_directives.h"

#include <algorithm>

#include <harbinger/worker.h>
#include "config/nearest.h"

namespace harbinger {

namespace {

using namespace std::chrono_literals;

struct BindConfig {
  std::vector<IpAddress> addresses;
};

Options<ServerConfig> server_rows() {
  return Options<ServerConfig>()
      .option("workers", &ServerConfig::workers, at_most(kMaxWorkers), "threads that answer; 0: one per processor")
      .option("cache_size", &ServerConfig::cache_size, at_least(ByteSize{64 << 10}),
              "memory for kept answers, of all blocks together")
      .option("query_timeout", &ServerConfig::query_timeout, between(100ms, 60s),
              "a client gets SERVFAIL after this time")
      .option("lameduck", &ServerConfig::lameduck, at_most(10min),
              "goes on answering so long after it was told to stop")
      .option("max_udp_size", &ServerConfig::max_udp_size, between(512, 4096), "largest reply over UDP")
      .option("tcp_idle_timeout", &ServerConfig::tcp_idle_timeout, between(100ms, 10min),
              "closes connections that ask nothing")
      .option("tcp_message_timeout", &ServerConfig::tcp_message_timeout, between(100ms, 10min),
              "time for receiving one whole query, and for sending one reply")
      .option("tcp_connections", &ServerConfig::tcp_connections, between(1, 1000000), "connections of one worker")
      .option("tcp_pipeline", &ServerConfig::tcp_pipeline, between(1, 65535),
              "queries of one connection in work at the same time")
      .option("share_port", &ServerConfig::share_port, "start although another process listens on the same port");
}

Options<CacheConfig> cache_rows() {
  return Options<CacheConfig>()
      .optional_argument("max_ttl", &CacheConfig::max_ttl, at_most(604800s),
                         "no answer is kept, or said to hold, for longer")
      .option("off", &CacheConfig::off, "keeps nothing: every query runs through `serve`")
      .option("min_ttl", &CacheConfig::min_ttl, at_most(3600s), "answers are kept at least so long")
      .option("max_negative_ttl", &CacheConfig::max_negative_ttl, at_most(86400s), "limit for NXDOMAIN and NODATA")
      .option("serve_stale", &CacheConfig::serve_stale, at_most(604800s),
              "gives expired answers so long past their TTL; 0: never")
      .option("stale_after", &CacheConfig::stale_after, at_most(10s),
              "how long a client waits for a fresh answer before it gets a stale one")
      .option("stale_ttl", &CacheConfig::stale_ttl, between(1s, 3600s), "the TTL that stale answers carry")
      .option("refresh", &CacheConfig::refresh_percent, between(0, 90),
              "refreshes what is asked for in this last part (per cent) of its TTL");
}

Options<BindConfig> bind_rows() {
  return Options<BindConfig>().argument("address", &BindConfig::addresses, "addresses to listen on");
}

}  // namespace

std::expected<ServerConfig, config::Errors> read_server_config(const std::vector<config::Directive>& global) {
  config::Directive server;
  server.word.text = "the global block";
  server.has_body = true;
  std::ranges::copy_if(global, std::back_inserter(server.body),
                       [](const auto& line) { return line.word.text != "plugin"; });
  return server_rows().read(server);
}

std::vector<config::Word> plugin_files(const std::vector<config::Directive>& global, config::Errors& errors) {
  std::vector<config::Word> files;
  for (const auto& line : global) {
    if (line.word.text != "plugin") continue;
    if (line.arguments.size() == 1 && line.body.empty())
      files.push_back(line.arguments.front());
    else
      errors.push_back(
          {ErrorCode::malformed, "`plugin` wants one file, such as `plugin ./libhello.so`", line.word.position});
  }
  return files;
}

std::expected<std::vector<IpAddress>, config::Errors> read_bind(const config::Directive& directive) {
  auto bind = bind_rows().read(directive);
  if (!bind) return std::unexpected(std::move(bind.error()));
  return std::move(bind->addresses);
}

// `cache off` says it shorter than `cache { off }`.
std::expected<CacheConfig, config::Errors> read_cache_config(const config::Directive& directive) {
  if (directive.arguments.size() == 1 && directive.arguments.front().text == "off" && !directive.has_body)
    return CacheConfig{.off = true};
  return cache_rows().read(directive);
}

OptionTable server_options() { return server_rows().table(); }
OptionTable cache_options() { return cache_rows().table(); }

Error unknown_directive(const config::Word& word, std::span<const PluginSpec> plugins) {
  std::vector<std::string> known{"bind", "cache"};
  for (const auto& spec : plugins) known.push_back(spec.name);
  auto message = "no plugin `" + word.text + "`";
  if (const auto near = config::nearest_word(word.text, known); !near.empty())
    message += "; did you mean `" + near + "`?";
  return {ErrorCode::unknown, std::move(message), word.position};
}

}  // namespace harbinger
