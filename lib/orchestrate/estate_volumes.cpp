#include "orchestrate/estate_volumes.h"

#include <utility>

namespace harbinger::orchestrate {

namespace {

using provision::RestLimits;

std::string text_of(const Json& body) { return body.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

// By metadata, which Cinder filters by what it reads as a dictionary of Python.
Result<std::vector<EstateVolume>> EstateVolumes::list(std::string_view id, const RestLimits& limits) {
  std::string wanted = "{'harbinger_estate': '" + installation_ + "'";
  if (!id.empty()) wanted.append(", 'harbinger_order': '").append(id).append("'");
  const auto listed =
      cinder_.pages("/volumes/detail?limit=500&metadata=" + provision::url_escaped(wanted + "}"), "volumes", limits);
  if (!listed && listed.error().code == ErrorCode::not_found) return std::vector<EstateVolume>{};
  if (!listed) return fail(listed.error());
  std::vector<EstateVolume> found;
  for (const auto& each : *listed) {
    auto volume = read_estate_volume(each, installation_);
    if (volume && (id.empty() || volume->mark.order == id)) found.push_back(std::move(*volume));
  }
  return found;
}

Result<EstateVolume> EstateVolumes::make(const EstatePlan& plan, std::uint32_t part, const RestLimits& limits) {
  Json volume{{"name", part_name(plan.installation, plan.id, part)},
              {"size", plan.need.storage_gb},
              {"metadata", part_metadata(plan.installation, plan.id, part, plan.need, plan.flavor)}};
  if (!plan.volume_type.empty()) volume["volume_type"] = plan.volume_type;
  if (!plan.volume_zone.empty()) volume["availability_zone"] = plan.volume_zone;
  const auto answer =
      cinder_.ask({.method = "POST", .target = "/volumes", .body = text_of({{"volume", volume}})}, limits);
  if (!answer) return fail(answer.error());
  const auto body = provision::read_json(answer->body);
  const auto id = provision::text_member(body, {"volume", "id"});
  if (id.empty()) return fail(ErrorCode::malformed, "Cinder answered without the id of the new volume");
  return EstateVolume{.id = id, .status = "creating", .mark = {.order = plan.id, .part = part, .need = plan.need}};
}

// 400 is what Cinder says of a volume in a state that cannot be deleted.
Result<void> EstateVolumes::end(const std::string& id, const RestLimits& limits) {
  const auto ended = cinder_.ask({.method = "DELETE", .target = "/volumes/" + provision::url_escaped(id)}, limits);
  if (ended || ended.error().code == ErrorCode::not_found) return {};
  return fail(ended.error().message.find(" said 400") != std::string::npos ? ErrorCode::conflict : ended.error().code,
              ended.error().message);
}

}  // namespace harbinger::orchestrate
