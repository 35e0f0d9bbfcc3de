#include "orchestrate/estate_calls.h"

#include <algorithm>
#include <map>
#include <utility>

#include "orchestrate/target_words.h"
#include "provision/rest_patience.h"
#include "provision/template_words.h"

namespace harbinger::orchestrate {

namespace {

using provision::OpenstackService;
using provision::RestLimits;

// After these nobody knows whether the cloud did it.
bool perhaps_done(const Error& error) {
  return error.code == ErrorCode::timeout || error.code == ErrorCode::unreachable || error.code == ErrorCode::malformed;
}

bool nothing_there(const EstateParts& parts) {
  return std::ranges::all_of(parts.servers, [](const EstateServer& each) { return each.nova.ending; }) &&
         std::ranges::all_of(parts.volumes, [](const EstateVolume& each) { return each.ending(); });
}

Made made_with(const std::string& id, const EstateParts& parts, const std::string& trouble) {
  auto made = made_of(id, parts);
  if (trouble.empty() || made.condition == Made::Condition::gone) return made;
  made.condition = Made::Condition::partly;
  made.trouble = trouble;
  return made;
}

}  // namespace

EstateCalls::EstateCalls(const EstateSettings& settings, std::shared_ptr<provision::Keystone> keystone,
                         const Clock& clock)
    : settings_(settings),
      nova_(keystone, OpenstackService::nova(), settings.account.keystone.ca, clock),
      cinder_(keystone, OpenstackService::cinder(), settings.account.keystone.ca, clock),
      neutron_(keystone, OpenstackService::neutron(), settings.account.keystone.ca, clock),
      glance_(keystone, OpenstackService::glance(), settings.account.keystone.ca, clock),
      flavors_(nova_),
      images_(glance_),
      groups_(neutron_, settings),
      servers_(nova_, settings.installation, settings.account.addresses),
      volumes_(cinder_, settings.installation) {}

Result<EstateParts> EstateCalls::parts_of(std::string_view id, bool volumes, const RestLimits& limits) {
  EstateParts parts;
  auto servers = servers_.list(id, limits);
  if (!servers) return fail(servers.error());
  parts.servers = std::move(*servers);
  const bool stores =
      std::ranges::any_of(parts.servers, [](const EstateServer& each) { return each.mark.need.storage_gb > 0; });
  if (!volumes && !stores && !parts.servers.empty()) return parts;
  auto found = volumes_.list(id, limits);
  if (!found) return fail(found.error());
  parts.volumes = std::move(*found);
  return parts;
}

Result<EstateServers::Ingredients> EstateCalls::ingredients(const EstatePlan& plan, const RestLimits& limits) {
  const auto flavor = flavors_.named(plan.flavor, limits);
  if (!flavor) return fail(flavor.error());
  auto image = images_.id_of(plan.image, limits);
  if (!image) return fail(image.error());
  EstateServers::Ingredients with{.flavor = flavor->id, .flavor_name = flavor->name, .image = std::move(*image)};
  if (plan.need.security.empty()) return with;
  auto group = groups_.id_of(plan.need.security, limits);
  if (!group) return fail(group.error());
  with.group = std::move(*group);
  return with;
}

// One that is lost is ended and made anew; of two, the younger one goes.
Result<void> EstateCalls::complete_server(const EstatePlan& plan, std::uint32_t part, EstateParts& parts,
                                          const RestLimits& limits) {
  const auto* const counts = parts.server(part);
  const auto uuid = counts && !counts->lost() ? counts->nova.uuid : std::string();
  for (auto& each : parts.servers) {
    if (each.mark.part != part || each.nova.ending || each.nova.uuid == uuid) continue;
    if (const auto ended = servers_.end(each.nova.uuid, limits); !ended) return ended;
    each.nova.ending = true;
  }
  if (!uuid.empty()) return {};
  const auto with = ingredients(plan, limits);
  if (!with) return fail(with.error());
  auto made = servers_.make(plan, part, *with, limits);
  if (!made) return fail(made.error());
  parts.servers.push_back(std::move(*made));
  return {};
}

Result<void> EstateCalls::complete_volume(const EstatePlan& plan, std::uint32_t part, EstateParts& parts,
                                          const RestLimits& limits) {
  const auto* const counts = parts.volume(part);
  if (counts && !counts->lost()) return {};
  if (counts)
    if (const auto ended = volumes_.end(counts->id, limits); !ended) return ended;
  std::erase_if(parts.volumes, [&](const EstateVolume& each) { return each.mark.part == part && each.lost(); });
  auto made = volumes_.make(plan, part, limits);
  if (!made) return fail(made.error());
  parts.volumes.push_back(std::move(*made));
  return {};
}

// What the cloud said when it did not go on; an error when nothing is known, or nothing there.
Result<std::string> EstateCalls::complete(const EstatePlan& plan, EstateParts& parts, const RestLimits& limits) {
  for (std::uint32_t part = 0; part < plan.need.count; ++part) {
    auto done = complete_server(plan, part, parts, limits);
    if (done && plan.need.storage_gb > 0) done = complete_volume(plan, part, parts, limits);
    if (done) continue;
    if (perhaps_done(done.error()) || nothing_there(parts)) return fail(done.error());
    return done.error().message;
  }
  return std::string();
}

Result<Made> EstateCalls::make(const EstatePlan& plan, const RestLimits& limits) {
  auto held = groups_.hold(plan.need.security);
  auto parts = parts_of(plan.id, plan.need.storage_gb > 0, limits);
  if (!parts) return fail(parts.error());
  auto trouble = complete(plan, *parts, limits);
  if (trouble) return made_with(plan.id, *parts, *trouble);
  held.reset();
  auto error = trouble.error();
  if (perhaps_done(error) || !groups_.makes(plan.need.security)) return fail(std::move(error));
  if (const auto swept = sweep(limits); !swept)
    error.message += "; its security group may stay: " + swept.error().message;
  return fail(std::move(error));
}

Result<void> EstateCalls::go_on_with(const EstateServer& server, EstateParts& parts, const RestLimits& limits) {
  if (server.nova.status == "VERIFY_RESIZE") {
    const auto confirmed = servers_.confirm(server.nova.uuid, limits);
    return confirmed || confirmed.error().code == ErrorCode::conflict ? Result<void>() : confirmed;
  }
  const auto* const volume = parts.volume(server.mark.part);
  if (server.nova.status != "ACTIVE" || server.nova.ending || !volume || volume->status != "available") return {};
  const auto attached = servers_.attach(server.nova.uuid, volume->id, limits);
  return attached || attached.error().code == ErrorCode::conflict ? Result<void>() : attached;
}

Result<std::string> EstateCalls::go_on(EstateParts& parts, const RestLimits& limits) {
  std::string trouble;
  for (const auto& server : parts.servers) {
    if (parts.server(server.mark.part) != &server) continue;
    const auto gone_on = go_on_with(server, parts, limits);
    if (gone_on) continue;
    if (perhaps_done(gone_on.error())) return fail(gone_on.error());
    if (trouble.empty()) trouble = gone_on.error().message;
  }
  return trouble;
}

Result<Made> EstateCalls::look(std::string_view id, const RestLimits& limits) {
  if (!provision::label_like(id, "id")) return made_of(std::string(id), {});
  auto parts = parts_of(id, false, limits);
  if (!parts) return fail(parts.error());
  const auto trouble = go_on(*parts, limits);
  if (!trouble) return fail(trouble.error());
  return made_with(std::string(id), *parts, *trouble);
}

Result<std::string> EstateCalls::resize(const EstatePlan& plan, const EstateParts& parts,
                                        const provision::Flavor& flavor, const RestLimits& limits) {
  std::string trouble;
  for (std::uint32_t part = 0; part < plan.need.count; ++part) {
    const auto* const server = parts.server(part);
    if (!server || server->flavor.empty() || server->flavor == flavor.name || server->nova.status != "ACTIVE") continue;
    const auto asked = servers_.resize(server->nova.uuid, flavor.id, limits);
    if (asked || asked.error().code == ErrorCode::conflict) continue;
    if (perhaps_done(asked.error())) return fail(asked.error());
    if (trouble.empty()) trouble = asked.error().message;
  }
  return trouble;
}

// What was ordered is written down before it is begun, so that whoever finds it half done knows.
Result<Made> EstateCalls::change(const EstatePlan& plan, const RestLimits& limits) {
  const auto held = groups_.hold(plan.need.security);
  auto parts = parts_of(plan.id, plan.need.storage_gb > 0, limits);
  if (!parts) return fail(parts.error());
  const auto before = made_of(plan.id, *parts);
  if (before.condition == Made::Condition::gone)
    return fail(ErrorCode::not_found, "there are no servers of order " + plan.id);
  if (const auto names = other_difference(before.need, plan.need); !names.empty())
    return fail(ErrorCode::unsupported, "servers can be given another flavor, not another " + names);
  const auto flavor = flavors_.named(plan.flavor, limits);
  if (!flavor) return fail(flavor.error());
  if (before.need.machine != plan.need.machine && !settings_.resizes)
    return fail(ErrorCode::unsupported, "Nova restarts a server that it resizes; `resize yes` allows it");
  for (const auto& each : parts->servers)
    if (!each.nova.ending)
      if (const auto marked = servers_.mark(each, plan.need, flavor->name, limits); !marked)
        return fail(marked.error());
  if (const auto ended = end_parts(plan.id, plan.need.count, limits); !ended) return fail(ended.error());
  auto trouble = resize(plan, *parts, *flavor, limits);
  if (!trouble) return fail(trouble.error());
  if (trouble->empty()) trouble = complete(plan, *parts, limits);
  if (!trouble) return fail(trouble.error());
  if (!trouble->empty()) return made_with(plan.id, *parts, *trouble);
  return look(plan.id, limits);
}

// Whether there is something to wait for: a server that says it goes, where a volume or a group of ours goes after it; or what was told to end just now, until it is seen to.
Result<bool> EstateCalls::end_round(const EstateParts& parts, std::uint32_t from, const RestLimits& limits) {
  bool waits = false;
  for (const auto& each : parts.servers) {
    if (each.mark.part < from) continue;
    waits = waits || !each.nova.ending || groups_.makes(each.mark.need.security);
    if (each.nova.ending) continue;
    if (const auto ended = servers_.end(each.nova.uuid, limits); !ended) return fail(ended.error());
  }
  for (const auto& each : parts.volumes) {
    if (each.mark.part < from || each.ending()) continue;
    waits = true;
    const bool held =
        std::ranges::any_of(parts.servers, [&](const EstateServer& server) { return server.nova.uuid == each.server; });
    if (held) continue;
    const auto ended = volumes_.end(each.id, limits);
    if (!ended && ended.error().code != ErrorCode::conflict) return fail(ended.error());
  }
  return waits;
}

Result<void> EstateCalls::end_parts(std::string_view id, std::uint32_t from, const RestLimits& limits) {
  using namespace std::chrono_literals;
  for (Duration pause = 50ms;; pause = std::min<Duration>(2 * pause, 2s)) {
    const auto parts = parts_of(id, true, limits);
    if (!parts) return fail(parts.error());
    const auto waits = end_round(*parts, from, limits);
    if (!waits) return fail(waits.error());
    if (!*waits) return {};
    if (clock().now() + pause >= limits.deadline || !provision::rest_for(pause, limits.stop))
      return fail(ErrorCode::timeout,
                  "servers or volumes of order " + std::string(id) +
                      " were told to end and are still there; what goes after them stays until then");
  }
}

Result<void> EstateCalls::sweep(const RestLimits& limits) {
  return groups_.sweep(
      [&]() -> Result<std::set<std::string>> {
        const auto servers = servers_.list({}, limits);
        if (!servers) return fail(servers.error());
        std::set<std::string> words;
        for (const auto& each : *servers) words.insert(each.mark.need.security);
        return words;
      },
      limits);
}

Result<void> EstateCalls::remove(std::string_view id, const RestLimits& limits) {
  if (!provision::label_like(id, "id")) return {};
  if (const auto ended = end_parts(id, 0, limits); !ended) return ended;
  return sweep(limits);
}

Result<std::vector<Made>> EstateCalls::list(const RestLimits& limits) {
  auto servers = servers_.list({}, limits);
  if (!servers) return fail(servers.error());
  auto volumes = volumes_.list({}, limits);
  if (!volumes) return fail(volumes.error());
  std::map<std::string, EstateParts> orders;
  for (auto& each : *servers) {
    auto& parts = orders[each.mark.order];
    parts.servers.push_back(std::move(each));
  }
  for (auto& each : *volumes) {
    auto& parts = orders[each.mark.order];
    parts.volumes.push_back(std::move(each));
  }
  std::vector<Made> all;
  for (const auto& [id, parts] : orders)
    if (auto made = made_of(id, parts); made.condition != Made::Condition::gone) all.push_back(std::move(made));
  return all;
}

Result<void> EstateCalls::greet(const RestLimits& limits) {
  const auto compute = nova_.ask({.target = "/servers?limit=1"}, limits);
  if (!compute) return fail(compute.error());
  if (settings_.rules.empty() && settings_.groups.empty()) return {};
  const auto network = neutron_.ask({.target = "/security-groups?limit=1"}, limits);
  if (!network) return fail(network.error());
  return {};
}

}  // namespace harbinger::orchestrate
