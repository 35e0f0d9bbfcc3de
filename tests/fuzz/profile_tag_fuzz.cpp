// Any text as a tag, as a URL and in a log line; any octets as a name that may carry one.
#include <harbinger/profile_tag.h>

#include <cstdlib>

using namespace harbinger;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

const ProfileTagKeys& keys() {
  static const ProfileTagKeys keys(Secret{}, {});
  return keys;
}

void check_tag(std::string_view text) {
  const auto tag = ProfileTag::parse(text);
  if (!tag) return;
  require(tag->text().size() == text.size() && tag->key() != 0);
  require(ProfileTag::parse(tag->text()) == tag);
  // Whoever finds one has broken it, by a chance of one in 10^11.
  require(keys().check(*tag, 0) == ProfileTagKeys::Verdict::forged);
}

void check_text(std::string_view text) {
  const auto clean = without_tags(text);
  require(!has_tag(clean) && clean.size() <= text.size());
  require(has_tag(text) == (clean != text));
  require(without_tags(clean) == clean);
}

void check_url(std::string_view url) {
  static const auto made = keys().make({"here", "mobile", 1, "gold", 2}, 0);
  const auto tagged = with_tag(url, made);
  require(tag_in_url(tagged) == made);
  require(with_tag(tagged, made) == tagged);
  require(tag_in_url(without_tags(tagged)) == std::nullopt);
  if (tag_in_url(url)) require(has_tag(url));
}

void check_name(const Name& name) {
  const auto tag = tag_in(name);
  if (!tag) return;
  require(has_tag_label(name.wire()));
  require(has_tag(name.to_string()));
  require(tag_in(name.lowercase()) == tag);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_tag(text);
  check_text(text);
  check_url(text);
  static_cast<void>(has_tag_label({data, size}));
  if (const auto name = Name::from_wire({data, size})) check_name(*name);
  if (const auto name = Name::parse(text)) check_name(*name);
  return 0;
}
