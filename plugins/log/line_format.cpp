#include "plugins/log/line_format.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include <harbinger/log.h>
#include <harbinger/persona_directory.h>

namespace harbinger::querylog {

namespace {

using When = std::chrono::system_clock::time_point;
using Field = LineFormat::Field;

void put_time(const LogEvent&, When when, std::string& out) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(when.time_since_epoch()).count();
  const std::time_t seconds = ms / 1000;
  std::tm at{};
  gmtime_r(&seconds, &at);
  std::array<char, 40> text;
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &at);
  out.append(text.data(), size).append(".").append(std::to_string(1000 + ms % 1000).substr(1)).append("Z");
}

void put_remote(const LogEvent& event, When, std::string& out) {
  const auto text = event.client.ip.to_string();
  if (event.client.ip.is_v4())
    out += text;
  else
    out.append("[").append(text).append("]");
}

// Presentation form escapes what a name's syntax needs; what a log line needs comes on top.
void put_name(const LogEvent& event, When, std::string& out) {
  const auto name = Name::from_wire({event.name.data(), event.name_size});
  if (name) out += escape_for_log(name->to_string());
}

void put_flags(const LogEvent& event, When, std::string& out) {
  static constexpr std::array<std::pair<std::uint16_t, std::string_view>, 7> kFlags{
      {{0x8000, "qr"}, {0x0400, "aa"}, {0x0200, "tc"}, {0x0100, "rd"}, {0x0080, "ra"}, {0x0020, "ad"}, {0x0010, "cd"}}};
  const auto begin = out.size();
  for (const auto& [bit, word] : kFlags)
    if (event.flags & bit) out.append(out.size() == begin ? "" : ",").append(word);
  if (out.size() == begin) out += "-";
}

void put_duration(const LogEvent& event, When, std::string& out) {
  std::array<char, 40> text;
  const auto size = std::snprintf(text.data(), text.size(), "%.9fs", static_cast<double>(event.took.count()) * 1e-9);
  out.append(text.data(), static_cast<std::size_t>(size));
}

std::string_view source_word(Source source) {
  switch (source) {
    case Source::refused:
      return "refused";
    case Source::served:
      return "served";
    case Source::cache:
      return "cache";
    case Source::stale:
      return "stale";
    case Source::coalesced:
      return "coalesced";
  }
  return "-";
}

struct Placeholder {
  std::string_view word;
  Field field;
};

constexpr std::array kPlaceholders{
    Placeholder{"time", put_time},
    Placeholder{"remote", put_remote},
    Placeholder{"port", [](const LogEvent& e, When, std::string& out) { out += std::to_string(e.client.port); }},
    Placeholder{">id", [](const LogEvent& e, When, std::string& out) { out += std::to_string(e.id); }},
    Placeholder{"type", [](const LogEvent& e, When, std::string& out) { out += to_string(e.type); }},
    Placeholder{"class", [](const LogEvent& e, When, std::string& out) { out += to_string(e.klass); }},
    Placeholder{"name", put_name},
    Placeholder{"proto", [](const LogEvent& e, When, std::string& out) { out += to_string(e.transport); }},
    Placeholder{"size", [](const LogEvent& e, When, std::string& out) { out += std::to_string(e.query_size); }},
    Placeholder{">do", [](const LogEvent& e, When, std::string& out) { out += e.dnssec_ok ? "true" : "false"; }},
    Placeholder{">bufsize", [](const LogEvent& e, When, std::string& out) { out += std::to_string(e.udp_size); }},
    Placeholder{"rcode",
                [](const LogEvent& e, When, std::string& out) { out += e.reply_size ? to_string(e.rcode) : "-"; }},
    Placeholder{">rflags", put_flags},
    Placeholder{"rsize", [](const LogEvent& e, When, std::string& out) { out += std::to_string(e.reply_size); }},
    Placeholder{"duration", put_duration},
    Placeholder{"plugin",
                [](const LogEvent& e, When, std::string& out) {
                  e.made_by_size ? out.append(e.made_by.data(), e.made_by_size) : out.append("-");
                }},
    Placeholder{"persona",
                [](const LogEvent& e, When, std::string& out) {
                  // Whoever named it in a catalogue did not think of log lines.
                  out += escape_for_log(persona_directory().name(e.persona).view());
                }},
    Placeholder{"source", [](const LogEvent& e, When, std::string& out) { out += source_word(e.source); }},
};

std::unexpected<Error> unknown_placeholder(std::string_view word) {
  std::string known;
  for (const auto& each : kPlaceholders) known.append(" {").append(each.word).append("}");
  return fail(ErrorCode::unknown,
              "common, combined or text with the placeholders" + known + " ({" + std::string(word) + "} is none)");
}

}  // namespace

Result<LineFormat> LineFormat::parse(std::string_view text) {
  LineFormat format;
  format.text_ = text;
  const std::string combined = "{time} " + std::string(kCommon) + " {plugin} {source}";
  if (text == "common") text = kCommon;
  if (text == "combined") text = combined;
  while (!text.empty()) {
    const auto begin = text.find('{'), end = text.find('}', begin);
    if (begin != 0) format.pieces_.emplace_back(std::string(text.substr(0, begin)));
    if (begin == std::string_view::npos) break;
    const auto word = text.substr(begin + 1, end == std::string_view::npos ? end : end - begin - 1);
    const auto found = std::ranges::find(kPlaceholders, word, &Placeholder::word);
    if (end == std::string_view::npos || found == kPlaceholders.end()) return unknown_placeholder(word);
    format.pieces_.emplace_back(found->field);
    text.remove_prefix(end + 1);
  }
  return format;
}

void LineFormat::write(const LogEvent& event, When when, std::string& out) const {
  for (const auto& piece : pieces_) {
    if (const auto* field = std::get_if<Field>(&piece))
      (*field)(event, when, out);
    else
      out += std::get<std::string>(piece);
  }
  out += '\n';
}

}  // namespace harbinger::querylog
