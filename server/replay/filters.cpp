#include "server/replay/filters.h"

#include <algorithm>
#include <array>

namespace harbinger::replay {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }

bool contains_word(std::string_view text, std::string_view word) {
  return !std::ranges::search(text, word, {}, lower).empty();
}

// Programs that people look through begin like this.
constexpr std::array<std::string_view, 10> kBrowsers{"mozilla/", "opera/", "opera mini",   "blackberry", "nokia",
                                                     "samsung",  "lg-",    "sonyericsson", "ucweb",      "docomo"};

// What crawlers, monitors, feed readers, libraries and scripts call themselves, though some begin like a browser.
constexpr std::array<std::string_view, 22> kBotWords{
    "bot",    "crawl",    "spider", "slurp", "archiv", "monitor", "fetch", "check",  "preview", "feed",  "http:",
    "https:", "scoutjet", "python", "curl",  "wget",   "libwww",  "proxy", "search", "validat", "nutch", "@"};

constexpr std::array<std::string_view, 17> kDecorations{"gif", "jpg",  "jpeg",  "png",  "bmp", "ico",
                                                        "svg", "webp", "xbm",   "avif", "css", "js",
                                                        "mjs", "woff", "woff2", "ttf",  "eot"};

}  // namespace

bool is_bot(std::string_view user_agent) {
  const auto begins = [&](std::string_view browser) {
    return std::ranges::equal(user_agent.substr(0, browser.size()), browser, {}, lower);
  };
  if (std::ranges::none_of(kBrowsers, begins)) return true;
  return std::ranges::any_of(kBotWords, [&](auto word) { return contains_word(user_agent, word); });
}

bool is_decoration(std::string_view path) {
  path = path.substr(0, path.find_first_of("?#;"));
  const auto dot = path.rfind('.');
  if (dot == std::string_view::npos) return false;
  const auto ending = path.substr(dot + 1);
  return std::ranges::any_of(kDecorations, [&](auto known) { return std::ranges::equal(ending, known, {}, lower); });
}

std::string_view host_of(std::string_view resource) {
  if (const auto scheme = resource.find("://"); scheme != std::string_view::npos)
    resource.remove_prefix(scheme + 3);
  else if (resource.starts_with('/'))
    return {};
  return resource.substr(0, resource.find_first_of(":/?#"));
}

bool passes(const Filters& filters, Record& record) {
  if (record.resource.empty() || record.client.empty()) return false;
  if (filters.humans && is_bot(record.user_agent)) return false;
  if (filters.bots && !is_bot(record.user_agent)) return false;
  if (filters.pages) {
    if (record.method != "GET" || record.status < 200 || record.status > 399) return false;
    record.resource = record.resource.substr(0, record.resource.find('?'));
    if (is_decoration(record.resource)) return false;
  }
  if (filters.hosts) record.resource = host_of(record.resource);
  return !record.resource.empty();
}

}  // namespace harbinger::replay
