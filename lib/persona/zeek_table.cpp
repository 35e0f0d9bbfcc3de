#include "persona/zeek_table.h"

#include <algorithm>

namespace harbinger::persona {

std::vector<std::string_view> split(std::string_view line, char by) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= line.size();) {
    const auto end = std::min(line.find(by, from), line.size());
    parts.push_back(line.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

bool SeenRows::add(std::uint64_t row) {
  if (older_.contains(row) || !newer_.insert(row).second) return false;
  if (newer_.size() == kGeneration) {
    older_ = std::move(newer_);
    newer_.clear();
  }
  return true;
}

std::expected<void, LogTrouble> ZeekTable::read(std::string_view line, const Use& use) {
  if (line.starts_with("#fields\t")) return read_header(line);
  if (line.empty() || line[0] == '#') return {};
  if (columns_.empty()) return std::unexpected("expected a `#fields` line first, as Zeek writes it");
  row_ = split(line, '\t');
  if (row_.size() != width_)
    return std::unexpected("has " + std::to_string(row_.size()) + " fields, not " + std::to_string(width_));
  return read_row(use);
}

std::expected<void, LogTrouble> ZeekTable::read_header(std::string_view line) {
  const auto names = split(line.substr(std::string_view("#fields\t").size()), '\t');
  columns_.clear();
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    const auto found = std::ranges::find(names, wanted_[i]);
    if (found == names.end() && i < needed_) {
      columns_.clear();
      std::string needed(wanted_[0]);
      for (std::size_t each = 1; each < needed_; ++each)
        (needed += each + 1 < needed_ ? ", " : " and ") += wanted_[each];
      return std::unexpected("expected the fields " + needed + ", as in Zeek's " + std::string(kind_));
    }
    columns_.push_back(found == names.end() ? kNowhere : static_cast<std::size_t>(found - names.begin()));
  }
  width_ = names.size();
  return {};
}

std::string_view ZeekTable::field(std::size_t wanted) const {
  const auto column = columns_[wanted];
  if (column == kNowhere || row_[column] == "-" || row_[column] == "(empty)") return {};
  return row_[column];
}

}  // namespace harbinger::persona
