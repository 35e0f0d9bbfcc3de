#include "persona/user_agent.h"

#include <algorithm>
#include <array>
#include <span>

namespace harbinger::persona {

namespace {

using Words = std::span<const std::string_view>;

// All in lower case. A word that begins with '^' stands at the beginning of the field only.
constexpr std::array<std::string_view, 27> kBots{
    "bot/",       "bot;",          "bot)",        "bot ",           "robot",      "crawl",       "spider",
    "slurp",      "mediapartners", "externalhit", "headlesschrome", "+http",      "ia_archiver", "archive.org",
    "scrapy",     "feedfetcher",   "lighthouse",  "pingdom",        "statuscake", "site24x7",    "check_http",
    "perplexity", "preview",       "uptime",      "phantomjs",      "^whatsapp/", "bytespider"};
constexpr std::array<std::string_view, 31> kServers{
    "^curl/",     "^wget",   "^python", "aiohttp",  "go-http-client", "^java/",          "httpclient", "^libwww",
    "node-fetch", "^axios",  "^undici", "^node",    "guzzle",         "^postmanruntime", "^ruby",      "^php",
    "powershell", "^httpie", "^aws-",   "^boto",    "^kube-probe",    "^prometheus",     "^grpc",      "^debian apt",
    "^docker",    "^git/",   "^envoy",  "^reqwest", "^rest-client",   "^wordpress",      "^faraday"};
constexpr std::array<std::string_view, 5> kConsoles{"playstation", "xbox", "nintendo", "steam deck", "steamdeck"};
constexpr std::array<std::string_view, 24> kTelevisions{
    "smart-tv", "smarttv", "smart tv",  "appletv", "apple tv",   "googletv", "google tv", "android tv",
    "hbbtv",    "crkey",   "roku",      "bravia",  "; aft",      "web0s",    "webos.tv",  "netcast",
    "viera",    "mibox",   "philipstv", "vizio",   "chromecast", "dtv",      "tv safari", "tvos"};
constexpr std::array<std::string_view, 19> kThings{
    "esp8266", "esp32",        "arduino",     "homeassistant", "home assistant", "homepod",     "sonos",
    "upnp/",   "qtcarbrowser", "tesla/",      "watchos",       "watch os",       "apple watch", "wear os",
    "tasmota", "shelly",       "micropython", "lwip",          "smartthings"};
constexpr std::array<std::string_view, 6> kTablets{"ipad", "tablet", "kindle", "; kf", "playbook", "; sm-t"};
constexpr std::array<std::string_view, 11> kPhones{"iphone",        "ipod",       "mobile", "dalvik",
                                                   "windows phone", "opera mini", "bb10",   "kaios",
                                                   "symbian",       "blackberry", "nokia"};
constexpr std::array<std::string_view, 8> kDesktops{"windows",      "macintosh",  "x11;",   "cros ",
                                                    "linux x86_64", "linux i686", "ubuntu", "mac os x"};

bool has_one(std::string_view text, Words words) noexcept {
  return std::ranges::any_of(words, [&](std::string_view word) {
    return word.front() == '^' ? text.starts_with(word.substr(1)) : text.find(word) != std::string_view::npos;
  });
}

bool is_bot(std::string_view text) noexcept {
  // Cubot makes telephones.
  if (text.find("cubot") != std::string_view::npos) return false;
  return text.ends_with("bot") || has_one(text, kBots);
}

// Whoever pretends to be a browser says what it really is as well, so the rarer kinds are looked for first.
DeviceClass device_of_lower(std::string_view text) noexcept {
  if (is_bot(text)) return DeviceClass::bot;
  if (has_one(text, kThings)) return DeviceClass::thing;
  if (has_one(text, kServers)) return DeviceClass::server;
  if (has_one(text, kConsoles)) return DeviceClass::console;
  if (has_one(text, kTelevisions)) return DeviceClass::television;
  if (has_one(text, kTablets)) return DeviceClass::tablet;
  if (has_one(text, kPhones)) return DeviceClass::phone;
  // Android says "Mobile" on phones only.
  if (text.find("android") != std::string_view::npos) return DeviceClass::tablet;
  return has_one(text, kDesktops) ? DeviceClass::desktop : DeviceClass::unknown;
}

}  // namespace

DeviceClass device_of(std::string_view user_agent) noexcept {
  std::array<char, 512> lower;
  const auto size = std::min(user_agent.size(), lower.size());
  std::transform(user_agent.begin(), user_agent.begin() + static_cast<std::ptrdiff_t>(size), lower.begin(),
                 [](char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each; });
  return device_of_lower({lower.data(), size});
}

}  // namespace harbinger::persona
