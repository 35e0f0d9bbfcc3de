#include "orchestrate/glance_images.h"

#include <algorithm>

namespace harbinger::orchestrate {

namespace {

constexpr Duration kHolds = std::chrono::minutes(5);

// 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", kDigits = "0123456789abcdefABCDEF";
  return text.size() == kForm.size() && std::ranges::equal(text, kForm, [&](char c, char form) {
           return form == '-' ? c == '-' : kDigits.find(c) != kDigits.npos;
         });
}

}  // namespace

Result<std::string> GlanceImages::id_of(const std::string& word, const provision::RestLimits& limits) {
  if (is_uuid(word)) return word;
  const auto now = glance_.clock().now();
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find(word); found != known_.end() && now - found->second.at < kHolds)
      return found->second.id;
  }
  const auto listed = glance_.pages("/images?limit=100&name=" + provision::url_escaped(word), "images", limits);
  if (!listed) return fail(listed.error());
  if (listed->empty()) return fail(ErrorCode::denied, "Glance has no image '" + word + "'");
  if (listed->size() > 1)
    return fail(ErrorCode::denied, "Glance has " + std::to_string(listed->size()) + " images of the name '" + word +
                                       "'; `image.WORD ID` says which one is meant");
  auto id = provision::text_member(listed->front(), {"id"});
  if (id.empty()) return fail(ErrorCode::malformed, "Glance answered with an image that has no id");
  const std::lock_guard lock(mutex_);
  constexpr std::size_t kMost = 1000;
  if (known_.size() >= kMost) known_.clear();
  known_[word] = {.id = id, .at = now};
  return id;
}

}  // namespace harbinger::orchestrate
