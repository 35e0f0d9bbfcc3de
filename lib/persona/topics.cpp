#include "persona/topics.h"

#include <algorithm>
#include <array>
#include <span>

namespace harbinger::persona {

namespace {

using Words = std::span<const std::string_view>;

// Whole words between dots, dashes, slashes and digits, so that "again" is no game. Short, and of names that the world uses.
constexpr std::array<std::string_view, 22> kVideo{
    "video", "videos",     "youtube",     "googlevideo", "netflix", "nflxvideo", "vimeo", "twitch",
    "ttvnw", "hls",        "dash",        "vod",         "stream",  "streaming", "media", "tv",
    "hulu",  "primevideo", "dailymotion", "movie",       "film",    "playback"};
constexpr std::array<std::string_view, 16> kGame{
    "game",     "games",     "gaming",    "steam",    "steampowered", "playstation", "xbox",   "xboxlive",
    "nintendo", "riotgames", "epicgames", "blizzard", "battle",       "minecraft",   "roblox", "matchmaking"};
constexpr std::array<std::string_view, 16> kSocial{
    "social",   "facebook", "fbcdn",    "instagram", "twitter",  "twimg", "tiktok",   "snapchat",
    "whatsapp", "reddit",   "linkedin", "pinterest", "mastodon", "chat",  "telegram", "discord"};
constexpr std::array<std::string_view, 18> kReading{"news",    "wiki",     "wikipedia", "article", "articles", "blog",
                                                    "journal", "paper",    "papers",    "library", "book",     "books",
                                                    "read",    "magazine", "docs",      "pdf",     "times",    "post"};
constexpr std::array<std::string_view, 22> kTelemetry{
    "telemetry", "metrics", "beacon",    "analytics", "ntp",  "pool",   "collect", "collector",
    "report",    "crash",   "stats",     "sensor",    "iot",  "device", "devices", "firmware",
    "update",    "updates", "heartbeat", "mqtt",      "ping", "time"};

bool letter(char c) { return c >= 'a' && c <= 'z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

bool is_one_of(std::string_view word, Words words) { return std::ranges::find(words, word) != words.end(); }

Topic topic_of_word(std::string_view word) {
  if (word.size() < 2) return Topic::none;
  if (is_one_of(word, kVideo)) return Topic::video;
  if (is_one_of(word, kGame)) return Topic::game;
  if (is_one_of(word, kSocial)) return Topic::social;
  if (is_one_of(word, kReading)) return Topic::reading;
  if (is_one_of(word, kTelemetry)) return Topic::telemetry;
  return Topic::none;
}

// "seg-12.ts", "chunk_003.m4s", "#bytes=0-4095", "x-00017.mp4": what is fetched piece by piece.
bool is_fragment(std::string_view resource) {
  if (const auto mark = resource.find('#'); mark != std::string_view::npos) return mark + 1 < resource.size();
  const auto dot = resource.rfind('.');
  if (dot == std::string_view::npos || resource.find('/') == std::string_view::npos) return false;
  const auto ending = resource.substr(dot + 1);
  if (ending == "m4s" || ending == "ts" || ending == "m4v") return true;
  return (ending == "mp4" || ending == "jpg" || ending == "bin") && dot >= 3 && digit(resource[dot - 1]) &&
         digit(resource[dot - 2]) && digit(resource[dot - 3]);
}

}  // namespace

std::string_view to_string(Topic topic) noexcept {
  constexpr std::array<std::string_view, kTopics + 1> kNames{"fragments", "video",     "game", "social",
                                                             "reading",   "telemetry", "none"};
  return kNames[std::min(static_cast<std::size_t>(topic), kTopics)];
}

Topic topic_of(std::string_view resource) noexcept {
  if (is_fragment(resource)) return Topic::fragments;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= resource.size(); ++i) {
    if (i < resource.size() && letter(resource[i])) continue;
    if (const auto topic = topic_of_word(resource.substr(begin, i - begin)); topic != Topic::none) return topic;
    begin = i + 1;
  }
  return Topic::none;
}

}  // namespace harbinger::persona
