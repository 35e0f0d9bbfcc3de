// How browsers are told of likely pages: a Link field, and a document of speculation rules. Texts in, texts out.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace harbinger::edge {

/// A page, or what belongs to one, of the site that is being told of it.
struct PageHint {
  std::string path;  ///< as by path_on_site
  double probability = 0;
};

/// `www.example.org:8080` of a URL; empty when it has none.
std::string_view authority_of(std::string_view url) noexcept;

/// What `url` is called on the site of this authority: its path and query, with everything escaped that could end a field, a quoted string or a
/// link in angle brackets. Whether it is http or https does not matter. Nothing for another site's, for a part of a resource, and for paths
/// that browsers would take for the name of a host (`//`). A path alone is taken for one of the site.
std::optional<std::string> path_on_site(std::string_view url, std::string_view authority);

/// False where the path's ending says that it is no page: an image, a script, a film. Only pages may stand in speculation rules.
bool may_be_page(std::string_view path) noexcept;

/// Whether a browser takes speculation rules by header, as its Sec-CH-UA field tells: Chromium from version 121 on, by whatever name.
bool follows_rules(std::string_view sec_ch_ua) noexcept;

/// RFC 8288: `</next>; rel=prefetch, </after>; rel=prefetch`, in the order given, leaving out what would make it longer than `most`.
std::string link_field(std::span<const PageHint> hints, std::size_t most = 2048);

/// The Speculation-Rules field that names the document of rules for `path` (path_on_site). Without the path when that is very long: browsers tell it
/// once more, in Referer.
std::string rules_field(std::string_view path);
inline constexpr std::string_view kRulesPath = "/v1/speculation-rules";

/// The document: fetch at once what is at least `immediate` probable, the rest when the user points at a link to it. Without hints, a document
/// that asks for nothing.
std::string rules_document(std::span<const PageHint> hints, double immediate);

}  // namespace harbinger::edge
