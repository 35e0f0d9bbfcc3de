#include "server/ctl/hint_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include <harbinger/hints.h>

#include "wire/svc_key.h"

namespace harbinger::ctl {
namespace {

using Row = std::array<std::string, 5>;
using Octets = std::span<const std::uint8_t>;

std::string with_one_digit(double value, const char* unit) {
  std::array<char, 48> text;
  std::snprintf(text.data(), text.size(), value < 99.95 ? "%.1f %s" : "%.0f %s", value, unit);
  return text.data();
}

std::string range_text(const Hint& hint) {
  if (!hint.range) return "";
  const auto first = std::to_string(hint.range->offset) + '-';
  return hint.range->length == 0 ? first : first + std::to_string(hint.range->offset + hint.range->length - 1);
}

Row row_of(const Hint& hint) {
  return {std::string(hint.resource), std::to_string(std::lround(hint.confidence * 100)) + " %",
          size_text(hint.size_bytes), time_text(hint.in_ms), range_text(hint)};
}

// The resource stands at the left, figures at the right of their columns.
std::string table_of(const std::vector<Row>& rows) {
  std::array<std::size_t, 5> widths{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string gap(widths[i] - row[i].size(), ' ');
      line += "  " + (i == 0 ? row[i] + gap : gap + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

void add_table(Octets data, const Name& asked, const std::string& where, HintTables& tables) {
  std::vector<Row> rows{{"RESOURCE", "CONFIDENCE", "SIZE", "IN", "OCTETS"}};
  HintReader reader(data, asked.to_string());
  while (const auto hint = reader.next()) rows.push_back(row_of(*hint));
  const auto count = rows.size() - 1;
  tables.text += where + ": " + std::to_string(count) + (count == 1 ? " hint" : " hints") + " in " +
                 std::to_string(data.size()) + " octets" +
                 (reader.well_formed() ? "" : "; the rest is malformed, or of a version that is not known here") + '\n';
  if (count > 0) tables.text += table_of(rows);
  tables.hints += count;
  tables.well_formed = tables.well_formed && reader.well_formed();
}

// Behind priority and target (RFC 9460 sec. 2.2); the record was checked when it was read.
Octets hints_in(const Record& record) {
  Octets rest = Octets(record.rdata).subspan(2);
  while (rest[0] != 0) rest = rest.subspan(rest[0] + 1u);
  rest = rest.subspan(1);
  while (!rest.empty()) {
    const auto param = wire::take_svc_param(rest);
    if (param.key == kHintCode) return param.value;
  }
  return {};
}

}  // namespace

std::string size_text(std::uint64_t octets) {
  if (octets == 0) return "";
  if (octets < 1000) return std::to_string(octets) + " B";
  constexpr std::array<const char*, 4> kUnits{"kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(octets) / 1000;
  std::size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  return with_one_digit(value, kUnits[unit]);
}

std::string time_text(std::uint32_t ms) {
  if (ms == 0) return "";
  return ms < 10000 ? std::to_string(ms) + " ms" : with_one_digit(ms / 1000.0, "s");
}

HintTables hint_tables(const Message& reply) {
  HintTables tables;
  const auto option = reply.edns ? reply.edns->option(OptionCode::HINTS) : std::nullopt;
  if (option && reply.question) add_table(*option, reply.question->name, "for this client", tables);
  for (const auto& record : reply.answers) {
    if (record.type != RRType::SVCB && record.type != RRType::HTTPS) continue;
    const auto data = hints_in(record);
    if (!data.empty())
      add_table(data, record.name, "for everybody, in " + record.name.to_string() + ' ' + to_string(record.type),
                tables);
  }
  return tables;
}

}  // namespace harbinger::ctl
