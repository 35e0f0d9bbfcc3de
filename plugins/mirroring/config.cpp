#include "plugins/mirroring/config.h"

namespace harbinger::mirroring {

namespace {

std::unexpected<Error> malformed(std::string right) { return fail(ErrorCode::malformed, std::move(right)); }

Result<void> check_rows(const Config& config) {
  if (config.mirrors.empty())
    return malformed(
        "nothing may be mirrored: write a line as `mirror {resource}.video.example.org http://{name}/ origin "
        "192.0.2.1:80`");
  for (const auto& row : config.mirrors)
    if (!row.origin)
      return malformed("mirror " + row.name_template +
                       ": say with `origin ADDRESS:PORT` who knows what the content should be");
  if (config.clusters.empty())
    return malformed("there is no cluster: write a line as `cluster fra clients 192.0.2.0/24`");
  for (const auto& row : config.endpoints)
    if (auto endpoint = endpoint_of(row); !endpoint) return fail(endpoint.error());
  if (config.publishes.size() > 1)
    return malformed("`publish` may stand once: tell that server's secondaries by NOTIFY");
  for (const auto& row : config.publishes)
    if (row.key && !config.keys)
      return malformed("publish: the key " + row.key->to_string() + " should stand in a file that `keys` names");
  return {};
}

}  // namespace

Result<void> check(const Config& config) {
  if (auto rows = check_rows(config); !rows) return rows;
  if (auto pages = harbinger::check(guarded_http(config), "change the settings"); !pages) return pages;
  if (config.share.empty() != config.name.empty())
    return malformed("`share` and `name` stand together: a Redis, and a name that no other server there has");
  return {};
}

ServiceSettings service_settings(const Config& config, const PluginContext& context) {
  ServiceSettings settings{
      .state = context.resolve(config.state), .interval = config.interval, .series = config.series};
  if (config.key) settings.key = context.resolve(*config.key);
  if (config.events) settings.events = context.resolve(*config.events);
  for (const auto& row : config.mirrors)
    settings.rules.push_back({row.name_template, row.urls, row.type, row.origin.value_or(SocketAddress{})});
  for (const auto& row : config.clusters) settings.clusters.push_back(row.name);
  if (!config.publishes.empty()) settings.publish = config.publishes.front();
  if (config.keys) settings.keys = context.resolve(*config.keys);
  settings.share = config.share;
  settings.name = config.name;
  settings.dry_run = config.mode == Mode::dry_run;
  return settings;
}

GuardedHttp guarded_http(const Config& config) {
  return {config.http, config.certificate, config.private_key, config.client_ca, config.tokens};
}

}  // namespace harbinger::mirroring
