// Reading of the windows that bursts are judged against.
#include <nlohmann/json.hpp>

#include "server/replay/forecast_bursts.h"
#include "server/replay/times.h"
#include "server/replay/unpack.h"

namespace harbinger::replay {

namespace {

std::unexpected<Error> no_windows(const std::string& file, const std::string& what) {
  return fail(ErrorCode::malformed,
              file + ": " + what + R"(; expected {"NAME": [["2015-03-03 04:37:53", "2015-03-04 13:37:53"]]})");
}

Result<std::string> read_all(const std::string& file) {
  auto source = open_octets(file);
  if (!source) return fail(source.error());
  std::string all;
  std::vector<char> part(1 << 16);
  while (const auto count = (*source)->read(part)) all.append(part.data(), count);
  return all;
}

// Throws nlohmann's errors where it is no pair of texts.
std::optional<TimeWindow> window_of(const nlohmann::json& pair) {
  const auto from = parse_time(pair.at(0).get<std::string>()), until = parse_time(pair.at(1).get<std::string>());
  if (!from || !until || *from > *until) return std::nullopt;
  return TimeWindow{*from, *until};
}

std::string plain(std::string name) {
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  for (std::size_t at = 0; (at = name.find('/', at)) != std::string::npos;) name.replace(at, 1, "__");
  return name;
}

}  // namespace

Result<Windows> read_windows(const std::string& file) {
  const auto text = read_all(file);
  if (!text) return fail(text.error());
  Windows windows;
  try {
    const auto json = nlohmann::json::parse(*text);
    for (const auto& [name, pairs] : json.items()) {
      auto& all = windows[plain(name)];
      for (const auto& pair : pairs) {
        const auto window = window_of(pair);
        if (!window) return no_windows(file, "`" + pair.dump() + "` is no time after another");
        all.push_back(*window);
      }
    }
  } catch (const nlohmann::json::exception& error) {
    return no_windows(file, error.what());
  }
  return windows;
}

const std::vector<TimeWindow>* windows_of(const Windows& windows, std::string series) {
  const auto found = windows.find(plain(std::move(series)));
  return found == windows.end() ? nullptr : &found->second;
}

}  // namespace harbinger::replay
