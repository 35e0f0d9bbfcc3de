// Calls of the service Provisioning that are answered at once.
#include "provision/rpc/answers.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>

#include <harbinger/tag_text.h>

#include <harbinger/provisioning/v1/provisioning.pb.h>
#include "base/calendar.h"
#include "persona/rpc/status.h"
#include "provision/rpc/convert.h"

namespace harbinger::provision {

namespace v1 = provisioning::v1;

namespace {

constexpr std::size_t kMostText = 255, kMostPage = 1000;

UnixMillis now_of(const Calls& calls) { return calendar_ms(*calls.settings.clock); }

// With `cpt-` before it or without.
std::optional<ProfileTag> read_tag(std::string_view text) {
  constexpr auto kWithLabel = ProfileTag::kLabel.size() + ProfileTag::kLength;
  if (text.size() == kWithLabel && has_tag(text)) text.remove_prefix(ProfileTag::kLabel.size());
  return ProfileTag::parse(text);
}

Result<ProfileTag> tag_of(const Calls& calls, const std::string& text) {
  const auto tag = read_tag(text);
  if (!tag) return fail(ErrorCode::malformed, "a tag is 24 characters of 0-9 and a-z without i, l, o and u");
  switch (calls.settings.keys->check(*tag, now_of(calls))) {
    case ProfileTagKeys::Verdict::ours:
      return *tag;
    case ProfileTagKeys::Verdict::expired:
      return fail(ErrorCode::conflict, "this tag has expired: register the profile, and use the tag that comes back");
    case ProfileTagKeys::Verdict::forged:
      break;
  }
  return fail(ErrorCode::malformed, "this tag is not of our making: register the profile instead");
}

Result<ProfileTag> tag_of(const Calls& calls, const v1::Profile& said) {
  for (const auto* text : {&said.location(), &said.device(), &said.tier()})
    if (text->size() > kMostText) return fail(ErrorCode::malformed, "texts of a profile have at most 255 octets");
  if (said.persona() > std::numeric_limits<PersonaId>::max())
    return fail(ErrorCode::malformed, "a persona is 0 to 255");
  const auto now = now_of(calls);
  const auto& keys = *calls.settings.keys;
  return keys.make(
      {said.location(), said.device(), static_cast<PersonaId>(said.persona()), said.tier(), keys.band(now)}, now);
}

Result<ProfileTag> tag_of(const Calls& calls, const v1::RegisterRequest& request) {
  if (!calls.settings.keys) return fail(ErrorCode::conflict, "this server makes no tags, and knows none");
  if (request.has_profile()) return tag_of(calls, request.profile());
  return tag_of(calls, request.tag());
}

}  // namespace

grpc::Status register_instance(const Calls& calls, const v1::RegisterRequest& request, v1::RegisterResponse& response) {
  const auto tag = tag_of(calls, request);
  if (!tag) return persona::status_of(tag.error());
  const auto given = calls.engine().ask_for(tag->key(), request.pool());
  if (!given) return persona::status_of(given.error());
  write(*given, request.pool(), *response.mutable_instance());
  response.set_why(without_tags(given->why));
  if (request.has_profile()) response.set_tag(std::string(tag->text()));
  return grpc::Status::OK;
}

grpc::Status list(const Calls& calls, const v1::ListRequest& request, v1::ListResponse& response) {
  auto state = calls.engine().state();
  if (!request.pool().empty())
    if (const auto pool = find_pool(state, request.pool()); !pool) return persona::status_of(pool.error());
  for (const auto& pool : state.pools) write(pool, *response.add_pools());
  std::erase_if(state.instances, [&](const auto& instance) {
    return instance.id <= request.page_token() || (!request.pool().empty() && instance.pool != request.pool());
  });
  const auto wanted = request.page_size() == 0 ? kMostPage : std::min<std::size_t>(request.page_size(), kMostPage);
  const auto size = std::min(wanted, state.instances.size());
  const auto page_end = state.instances.begin() + static_cast<std::ptrdiff_t>(size);
  std::ranges::partial_sort(state.instances, page_end, {}, &ProvisioningEngine::InstanceState::id);
  for (auto each = state.instances.begin(); each != page_end; ++each) write(*each, *response.add_instances());
  if (page_end != state.instances.end()) response.set_next_page_token(std::prev(page_end)->id);
  return grpc::Status::OK;
}

grpc::Status release(const Calls& calls, const v1::ReleaseRequest& request) {
  const auto released = calls.engine().release(request.id());
  return released ? grpc::Status::OK : persona::status_of(released.error());
}

}  // namespace harbinger::provision
