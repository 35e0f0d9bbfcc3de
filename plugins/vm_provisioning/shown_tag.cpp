#include "plugins/vm_provisioning/shown_tag.h"

#include <array>

#include "plugins/second_identifier.h"

namespace harbinger::vm_provisioning {

namespace {

using namespace std::chrono_literals;

JudgedTag judge_text(std::string_view text, ShownTag forged, const ProfileTagKeys& keys, UnixMillis now) noexcept {
  const auto tag = ProfileTag::parse(text);
  if (!tag) return {forged};
  switch (keys.check(*tag, now)) {
    case ProfileTagKeys::Verdict::ours:
      return {ShownTag::valid, tag->key()};
    case ProfileTagKeys::Verdict::expired:
      return {ShownTag::expired};
    case ProfileTagKeys::Verdict::forged:
      break;
  }
  return {forged};
}

}  // namespace

std::string_view to_string(ShownTag shown) {
  constexpr std::array<std::string_view, kShownTags> kWords{"none", "valid", "expired", "forged", "forged option"};
  return kWords[static_cast<std::size_t>(shown)];
}

JudgedTag judge(const ProvisionedNames::Match& match, std::optional<std::span<const std::uint8_t>> option,
                const ProfileTagKeys& keys, UnixMillis now) noexcept {
  if (match.tagged) return judge_text(match.tag, ShownTag::forged_label, keys, now);
  if (!option || option->empty()) return {};
  return judge_text({reinterpret_cast<const char*>(option->data()), option->size()}, ShownTag::forged_option, keys,
                    now);
}

Reply no_such_name(const Query& query, const Name& zone) {
  Reply reply = Reply::to(query);
  reply.set_authoritative().keep(Reply::Keeping::by_ttl);
  point_to(reply, query, {}, 5s, false, zone);
  reply.set_rcode(Rcode::NXDOMAIN);
  return reply;
}

}  // namespace harbinger::vm_provisioning
