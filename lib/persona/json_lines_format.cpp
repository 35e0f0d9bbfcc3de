#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "persona/event_door.h"
#include "persona/log_format.h"
#include "persona/log_times.h"

namespace harbinger::persona {

namespace {

using Json = nlohmann::json;
using Path = std::vector<std::string>;

enum Field : std::uint8_t {
  client,
  resource,
  host,
  at,
  action,
  method,
  status,
  user_agent,
  outcome,
  type,
  dwell,
  extent,
  limit
};
constexpr std::array<std::string_view, limit> kWords{"client", "resource",   "host",    "at",   "action", "method",
                                                     "status", "user_agent", "outcome", "type", "dwell",  "extent"};

using Mapping = std::array<Path, limit>;

const Json* find(const Json& line, const Path& path) {
  const Json* at = &line;
  for (const auto& step : path) {
    const auto found = at->is_object() ? at->find(step) : at->end();
    if (!at->is_object() || found == at->end()) return nullptr;
    at = &*found;
  }
  return path.empty() ? nullptr : at;
}

class JsonLinesFormat final : public LogFormat {
 public:
  explicit JsonLinesFormat(Mapping mapping) : mapping_(std::move(mapping)) {}

  std::expected<void, LogTrouble> read(std::string_view line, const Use& use) override {
    if (line.find_first_not_of(" \t") == std::string_view::npos) return {};
    const auto json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return std::unexpected("expected an object of JSON");
    for (std::uint8_t field = 0; field < limit; ++field) texts_[field] = text(json, mapping_[field]);
    return read_texts(use);
  }

 private:
  // Texts and numbers, written the same way.
  static std::string text(const Json& line, const Path& path) {
    const auto* value = find(line, path);
    if (!value || value->is_null()) return {};
    if (value->is_string()) return value->get<std::string>();
    return value->is_number() ? value->dump() : std::string();
  }

  std::expected<void, LogTrouble> read_texts(const Use& use) {
    LogRecord record;
    if (!texts_[at].empty()) {
      record.at = parse_time(texts_[at]);
      if (!record.at) record.at = parse_clf_time(texts_[at]);
      if (!record.at) return trouble(LogTrouble::Kind::time, "no time", texts_[at]);
    }
    if (!read_number(status, 999, record.status) || !read_number(type, 65'535, record.type) ||
        !read_number(dwell, 1e9, record.dwell_s) || !read_number(extent, 1e9, record.extent))
      return trouble(LogTrouble::Kind::number, "no number that can be here", wrong_);
    if (!texts_[outcome].empty()) {
      const auto known = parse_outcome(texts_[outcome]);
      if (!known) return std::unexpected("`" + texts_[outcome] + "` is no outcome");
      record.outcome = *known;
    }
    if (!texts_[host].empty() && texts_[resource].starts_with('/'))
      texts_[resource].insert(0, "https://" + texts_[host]);
    record.client = texts_[client];
    record.resource = texts_[resource];
    record.action = texts_[action];
    record.method = texts_[method];
    record.user_agent = texts_[user_agent];
    use(record);
    return {};
  }

  // What was not told stays as it is.
  template <class Number>
  bool read_number(Field field, double most, Number& number) {
    wrong_ = texts_[field];
    if (wrong_.empty()) return true;
    const auto value = parse_number<double>(wrong_);
    if (!value || !(*value >= 0 && *value <= most)) return false;
    number = static_cast<Number>(*value);
    return true;
  }

  static std::unexpected<LogTrouble> trouble(LogTrouble::Kind kind, std::string_view what, std::string_view text) {
    return std::unexpected(LogTrouble(kind, "`" + std::string(text) + "` is " + std::string(what)));
  }

  const Mapping mapping_;
  std::array<std::string, limit> texts_;
  std::string wrong_;
};

template <class Use>
void for_each_part(std::string_view text, char by, Use&& use) {
  for (std::size_t from = 0; from <= text.size();) {
    const auto end = std::min(text.find(by, from), text.size());
    use(text.substr(from, end - from));
    from = end + 1;
  }
}

std::unexpected<Error> wrong_mapping(std::string why) { return fail(ErrorCode::malformed, std::move(why)); }

}  // namespace

Result<std::unique_ptr<LogFormat>> make_json_lines_format(std::string_view mapping) {
  Mapping paths;
  std::string wrong;
  for_each_part(mapping, ',', [&](std::string_view pair) {
    const auto sign = pair.find('=');
    const auto word = std::ranges::find(kWords, pair.substr(0, sign));
    if (sign == std::string_view::npos || word == kWords.end() || sign + 1 == pair.size()) {
      wrong = pair;
      return;
    }
    auto& path = paths[static_cast<std::size_t>(word - kWords.begin())];
    path.clear();
    for_each_part(pair.substr(sign + 1), '.', [&](std::string_view step) { path.emplace_back(step); });
  });
  if (!wrong.empty())
    return wrong_mapping("`" + wrong + "` is no mapping; expected our field, `=` and theirs, as in client=remote_addr");
  if (paths[client].empty() || paths[resource].empty())
    return wrong_mapping("a mapping for client and one for resource are needed");
  return std::make_unique<JsonLinesFormat>(std::move(paths));
}

Result<std::unique_ptr<LogFormat>> make_log_format(std::string_view word, std::string_view mapping) {
  if (word != "json" && !mapping.empty()) return wrong_mapping("a mapping is for json");
  if (word == "combined") return make_clf_format();
  if (word == "zeek-dns") return make_zeek_dns_format();
  if (word == "zeek-http") return make_zeek_http_format();
  if (word == "json") return make_json_lines_format(mapping);
  return fail(ErrorCode::unknown, "no log format is called `" + std::string(word) +
                                      "`; there are combined (nginx, Apache, Varnish), zeek-dns, zeek-http, json");
}

}  // namespace harbinger::persona
