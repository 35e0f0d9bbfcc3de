// A line as oslo.log writes it, taken apart.
#pragma once

#include <array>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "persona/log_format.h"

namespace harbinger::orchestrate {

/// Views are borrowed from the line, or from the reader. Empty: not told.
struct OsloLine {
  std::string_view date, time, component, request, user, project, message;
};

/// Reads `2023-11-14 22:13:20.123 1234 INFO nova.osapi_compute.wsgi.server [req-ID USER PROJECT - - -] MESSAGE`, with or without the name of a file before it, a
/// global request id, or `None` in the brackets; and rows of loghub's CSV, by their header. One thread.
class OsloReader {
 public:
  void begin_file() { columns_.reset(); }
  /// Nothing for a header. The rest of a message over several lines has no date, and is a trouble. Valid until the next call.
  std::expected<std::optional<OsloLine>, persona::LogTrouble> read(std::string_view line);

 private:
  enum Column : std::uint8_t { date, time, component, address, content, limit };
  using Columns = std::array<std::size_t, limit>;

  bool read_header(std::string_view line);
  std::expected<std::optional<OsloLine>, persona::LogTrouble> read_row(std::string_view line);
  bool split(std::string_view row);

  std::optional<Columns> columns_;
  std::vector<std::string> fields_;  // kept for their memory
};

}  // namespace harbinger::orchestrate
