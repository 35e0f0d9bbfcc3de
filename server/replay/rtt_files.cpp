#include "server/replay/rtt_files.h"

#include <algorithm>
#include <filesystem>

#include "server/replay/line_input.h"
#include "server/replay/times.h"

namespace harbinger::replay {

namespace {

constexpr float kLeastMs = 2;  // a median below it is in seconds

Result<LineInput> open_lines(const std::string& file) {
  auto octets = open_octets(file);
  if (!octets) return fail(octets.error());
  return LineInput(std::move(*octets));
}

std::vector<float> numbers_in(std::string_view line) {
  std::vector<float> numbers;
  while (!line.empty()) {
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    if (end > 0) numbers.push_back(static_cast<float>(parse_number<double>(line.substr(0, end)).value_or(0)));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return numbers;
}

Result<std::vector<std::vector<float>>> read_matrix(const std::string& file) {
  auto lines = open_lines(file);
  if (!lines) return fail(lines.error());
  std::vector<std::vector<float>> matrix;
  while (const auto line = lines->next())
    if (auto row = numbers_in(*line); !row.empty()) matrix.push_back(std::move(row));
  for (const auto& row : matrix)
    if (row.size() != matrix.size())
      return fail(ErrorCode::malformed, file + ": no square matrix: " + std::to_string(matrix.size()) +
                                            " lines, and one of " + std::to_string(row.size()) + " numbers");
  if (matrix.empty()) return fail(ErrorCode::malformed, file + ": no matrix: it has no line with numbers");
  return matrix;
}

void to_ms(steer::RttSlices& slices) {
  auto some = slices.front().front();
  std::ranges::nth_element(some, some.begin() + static_cast<std::ptrdiff_t>(some.size() / 2));
  if (some[some.size() / 2] >= kLeastMs) return;
  for (auto& slice : slices)
    for (auto& row : slice)
      for (auto& value : row) value *= 1000;
}

// "San+JosePing.csv.gz" is San Jose.
std::string city_of(const std::string& file) {
  auto name = std::filesystem::path(file).filename().string();
  name = name.substr(0, name.find("Ping.csv"));
  std::ranges::replace(name, '+', ' ');
  return name;
}

// `"Adelaide Australia, Oceania",16145km,16145,322.38ms,322.38,...`
std::optional<std::pair<std::string_view, float>> ping_in(std::string_view line) {
  if (!line.starts_with('"')) return std::nullopt;
  const auto quote = line.find('"', 1);
  if (quote == std::string_view::npos) return std::nullopt;
  const auto city = line.substr(1, quote - 1);
  line.remove_prefix(quote + 1);
  for (int column = 1; column < 5; ++column) {
    const auto comma = line.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    line.remove_prefix(comma + 1);
  }
  const auto value = parse_number<double>(line.substr(0, line.find(',')));
  if (!value || *value <= 0) return std::nullopt;
  return std::pair(city, static_cast<float>(*value));
}

}  // namespace

Result<steer::RttSlices> read_rtt_matrices(const std::vector<std::string>& files) {
  steer::RttSlices slices;
  for (const auto& file : files) {
    auto matrix = read_matrix(file);
    if (!matrix) return fail(matrix.error());
    if (!slices.empty() && matrix->size() != slices.front().size())
      return fail(ErrorCode::conflict, file + ": has " + std::to_string(matrix->size()) +
                                           " nodes, and the first file " + std::to_string(slices.front().size()));
    slices.push_back(std::move(*matrix));
  }
  to_ms(slices);
  return slices;
}

Result<steer::RttSlices> read_city_pings(const std::vector<std::string>& files) {
  std::vector<std::string> cities;
  for (const auto& file : files) cities.push_back(city_of(file));
  steer::RttSlices slices(1, std::vector(files.size(), std::vector<float>(files.size(), 0)));
  for (std::size_t from = 0; from < files.size(); ++from) {
    auto lines = open_lines(files[from]);
    if (!lines) return fail(lines.error());
    while (const auto line = lines->next()) {
      const auto ping = ping_in(*line);
      if (!ping) continue;
      // The longest that fits: there is a York and a York New.
      std::size_t to = cities.size();
      for (std::size_t each = 0; each < cities.size(); ++each)
        if (ping->first.starts_with(cities[each] + " ") &&
            (to == cities.size() || cities[each].size() > cities[to].size()))
          to = each;
      if (to < cities.size() && to != from) slices[0][from][to] = ping->second;
    }
  }
  return slices;
}

}  // namespace harbinger::replay
