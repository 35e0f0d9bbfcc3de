// Tables as Zeek writes them: rows of fields separated by tabs, and a line that names the fields.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "persona/log_format.h"

namespace harbinger::persona {

std::vector<std::string_view> split(std::string_view line, char by);

/// Rows seen lately, in two generations so that it stays small.
class SeenRows {
 public:
  /// True the first time.
  bool add(std::uint64_t row);

 private:
  static constexpr std::size_t kGeneration = 1 << 20;
  std::unordered_set<std::uint64_t> newer_, older_;
};

/// Finds the fields that a kind of table is read by. `wanted` are their names, the first `needed` of which must be there.
class ZeekTable : public LogFormat {
 public:
  ZeekTable(std::vector<std::string_view> wanted, std::size_t needed, std::string_view kind)
      : wanted_(std::move(wanted)), needed_(needed), kind_(kind) {}

  void begin_file() override { columns_.clear(); }
  std::expected<void, LogTrouble> read(std::string_view line, const Use& use) final;

 protected:
  virtual std::expected<void, LogTrouble> read_row(const Use& use) = 0;
  /// The present row's field, by its place in `wanted`; empty for what is unset or not in the table.
  std::string_view field(std::size_t wanted) const;

 private:
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  std::expected<void, LogTrouble> read_header(std::string_view line);

  const std::vector<std::string_view> wanted_;
  const std::size_t needed_;
  const std::string_view kind_;
  std::size_t width_ = 0;
  std::vector<std::size_t> columns_;  // of the wanted fields; empty: no header yet
  std::vector<std::string_view> row_;
};

}  // namespace harbinger::persona
