#include "orchestrate/activity_format.h"

#include <array>
#include <string>

namespace harbinger::orchestrate {

namespace {

constexpr std::array<std::string_view, 5> kWords{"cloudtrail", "kubernetes-audit", "openstack", "json", "ui"};
constexpr std::string_view kZone = "zone=";

std::unexpected<Error> wrong(std::string why) { return fail(ErrorCode::malformed, std::move(why)); }

std::string all_words() {
  std::string text;
  for (const auto word : kWords) (text += text.empty() ? "" : ", ") += word;
  return text;
}

}  // namespace

std::span<const std::string_view> activity_formats() noexcept { return kWords; }

Result<std::unique_ptr<ActivityFormat>> make_activity_format(std::string_view word, std::string_view mapping) {
  if (word == "json") return make_mapped_format(mapping);
  if (word == "openstack" && (mapping.empty() || mapping.starts_with(kZone)))
    return make_openstack_format(mapping.empty() ? mapping : mapping.substr(kZone.size()));
  if (word == "openstack") return wrong("expected zone=OFFSET, as in zone=+02:00");
  const bool known = word == "cloudtrail" || word == "kubernetes-audit" || word == "ui";
  if (known && !mapping.empty()) return wrong("a mapping is for json; `" + std::string(word) + "` needs none");
  if (word == "cloudtrail") return make_cloudtrail_format();
  if (word == "kubernetes-audit") return make_kubernetes_audit_format();
  if (word == "ui") return make_ui_format();
  return fail(ErrorCode::unknown,
              "no format of activity is called `" + std::string(word) + "`; there are " + all_words());
}

}  // namespace harbinger::orchestrate
