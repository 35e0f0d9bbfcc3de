#include "edge/fetch_target.h"

#include <algorithm>
#include <limits>

#include <harbinger/fragments.h>

namespace harbinger::edge {

namespace {

constexpr std::size_t kMostHost = 261;  // a name of 255 octets and a port

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter; }

std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

bool is_host_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
         std::string_view("-._:[]").contains(letter);
}

bool is_path_letter(char letter) { return letter > ' ' && letter < 0x7f; }

std::unexpected<Error> malformed(std::string_view text) {
  return fail(ErrorCode::malformed, "`" + std::string(text.substr(0, 200)) +
                                        "` cannot be fetched: write http://host/path, host/path or /path");
}

struct Scheme {
  bool named = false;
  std::string_view usual_port = ":80";
};

// Takes the scheme off, if there is one; nothing for one that no web cache knows.
std::optional<Scheme> take_scheme(std::string_view& text) {
  const auto end = text.find("://");
  if (end == text.npos || text.find('/') < end) return Scheme{};  // none, or within the path
  const std::string word = lowered(text.substr(0, end));
  text.remove_prefix(end + 3);
  if (word == "http") return Scheme{.named = true};
  if (word == "https") return Scheme{.named = true, .usual_port = ":443"};
  return std::nullopt;
}

bool fits(const ByteRange& range) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  return range.offset <= kMost && range.length <= kMost - range.offset;
}

bool is_plain(const FetchTarget& target) {
  return !target.host.empty() && target.host.size() <= kMostHost && std::ranges::all_of(target.host, is_host_letter) &&
         std::ranges::all_of(target.path, is_path_letter);
}

}  // namespace

std::string FetchTarget::key() const { return range ? fragment_text(whole(), *range) : whole(); }

std::string FetchTarget::range_field() const {
  if (!range) return {};
  const std::string from = "bytes=" + std::to_string(range->offset) + "-";
  return range->length == 0 ? from : from + std::to_string(range->offset + range->length - 1);
}

std::string FetchTarget::extension() const {
  const std::string_view name = std::string_view(path).substr(0, path.find('?'));
  const auto dot = name.rfind('.');
  if (dot == name.npos || name.find('/', dot) != name.npos || name.size() - dot > 9) return {};
  return lowered(name.substr(dot));
}

Result<FetchTarget> read_target(std::string_view resource, std::string_view host_of_origin) {
  if (resource.size() > FragmentTable::kMaxResource) return malformed(resource);
  const Fragment fragment = parse_fragment(resource);
  std::string_view text = fragment.resource;
  text = text.substr(0, text.find('#'));
  const auto scheme = take_scheme(text);
  if (!scheme) return malformed(resource);

  const auto slash = std::min(text.find_first_of("/?"), text.size());
  const bool at_origin = slash == 0 && !scheme->named;
  FetchTarget target{.host = lowered(at_origin ? host_of_origin : text.substr(0, slash)),
                     .path = std::string(text.substr(slash)),
                     .range = fragment.range};
  if (target.host.ends_with(scheme->usual_port)) target.host.resize(target.host.size() - scheme->usual_port.size());
  // A bare name is one that DNS clients ask for; what they fetch from there is not known.
  if (target.path.empty() && !scheme->named) return malformed(resource);
  if (!target.path.starts_with('/')) target.path.insert(0, "/");
  if (!is_plain(target) || (target.range && !fits(*target.range))) return malformed(resource);
  return target;
}

}  // namespace harbinger::edge
