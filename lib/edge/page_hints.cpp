#include "edge/page_hints.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

namespace harbinger::edge {

namespace {

constexpr std::size_t kMostPathInField = 512;
constexpr int kFirstWithRules = 121;

constexpr std::string_view kDigits = "0123456789ABCDEF";

void escape(char each, std::string& text) {
  const auto octet = static_cast<unsigned char>(each);
  ((text += '%') += kDigits[octet >> 4]) += kDigits[octet & 15];
}

// Of what the URL standard lets stand in a path or query, all stays as it is: a page of another spelling would be another page.
bool must_be_escaped(char each) {
  const auto octet = static_cast<unsigned char>(each);
  return octet <= 0x20 || octet >= 0x7f || std::string_view("\"<>\\`{}").contains(each);
}

bool is_unreserved(char each) {
  return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9') ||
         std::string_view("-._~/").contains(each);
}

bool begins_as_path(std::string_view text) { return text.starts_with('/') && !text.starts_with("//"); }

// Sorted.
constexpr std::array<std::string_view, 42> kNoPages{
    "atom", "avif", "bmp", "css", "csv", "eot", "gif",  "gz",   "ico",  "jpeg", "jpg",   "js",  "json", "m3u8",
    "m4a",  "m4s",  "m4v", "map", "mjs", "mov", "mp3",  "mp4",  "mpd",  "ogg",  "otf",   "pdf", "png",  "rss",
    "svg",  "tar",  "ts",  "ttf", "txt", "vtt", "wasm", "webm", "webp", "woff", "woff2", "xml", "xz",   "zip"};
static_assert(std::ranges::is_sorted(kNoPages));

nlohmann::ordered_json rule(std::span<const PageHint> hints, const char* eagerness) {
  auto urls = nlohmann::ordered_json::array();
  for (const auto& hint : hints) urls.push_back(hint.path);
  return {{"source", "list"}, {"urls", std::move(urls)}, {"eagerness", eagerness}};
}

}  // namespace

std::string_view authority_of(std::string_view url) noexcept {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

std::optional<std::string> path_on_site(std::string_view url, std::string_view authority) {
  if (!url.starts_with('/')) {
    const auto theirs = authority_of(url);
    if (theirs.empty() || theirs != authority) return std::nullopt;
    url.remove_prefix(static_cast<std::size_t>(theirs.data() - url.data()) + theirs.size());
  }
  // What follows `#` is a part, of the page or of the resource.
  if (!begins_as_path(url) || url.contains('#')) return std::nullopt;
  std::string path;
  path.reserve(url.size());
  for (const char each : url) {
    if (must_be_escaped(each))
      escape(each, path);
    else
      path += each;
  }
  return path;
}

bool may_be_page(std::string_view path) noexcept {
  path = path.substr(0, path.find('?'));
  path.remove_prefix(path.rfind('/') + 1);
  const auto dot = path.rfind('.');
  if (dot == std::string_view::npos) return true;
  std::array<char, 8> lower{};
  const auto ending = path.substr(dot + 1);
  if (ending.size() > lower.size()) return true;
  std::ranges::transform(ending, lower.begin(),
                         [](char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each; });
  return !std::ranges::binary_search(kNoPages, std::string_view(lower.data(), ending.size()));
}

bool follows_rules(std::string_view sec_ch_ua) noexcept {
  // "Not:A-Brand";v="8", "Chromium";v="156"
  constexpr std::string_view kBrand = "\"Chromium\";v=\"";
  const auto at = sec_ch_ua.find(kBrand);
  if (at == std::string_view::npos) return false;
  const auto version = sec_ch_ua.substr(at + kBrand.size());
  int number = 0;
  std::from_chars(version.data(), version.data() + version.size(), number);
  return number >= kFirstWithRules;
}

std::string link_field(std::span<const PageHint> hints, std::size_t most) {
  constexpr std::string_view kBefore = ", <", kBehind = ">; rel=prefetch";
  std::string text;
  for (const auto& hint : hints) {
    if (text.size() + kBefore.size() + hint.path.size() + kBehind.size() > most) continue;
    ((text += kBefore.substr(text.empty() ? 2 : 0)) += hint.path) += kBehind;
  }
  return text;
}

std::string rules_field(std::string_view path) {
  std::string text = "\"" + std::string(kRulesPath);
  const auto bare = text.size();
  text += "?for=";
  for (const char each : path) {
    if (is_unreserved(each))
      text += each;
    else
      escape(each, text);
  }
  if (text.size() > kMostPathInField) text.resize(bare);
  return text += '"';
}

std::string rules_document(std::span<const PageHint> hints, double immediate) {
  std::vector<PageHint> sure, likely;
  for (const auto& hint : hints) (hint.probability >= immediate ? sure : likely).push_back(hint);
  auto rules = nlohmann::ordered_json::array();
  if (!sure.empty()) rules.push_back(rule(sure, "immediate"));
  if (!likely.empty()) rules.push_back(rule(likely, "moderate"));
  return nlohmann::ordered_json{{"prefetch", std::move(rules)}}.dump() + "\n";
}

}  // namespace harbinger::edge
