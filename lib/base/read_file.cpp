#include "base/read_file.h"

#include <fstream>
#include <sstream>

namespace harbinger {

Result<std::string> read_file(const std::filesystem::path& file, std::string_view what) {
  const auto trouble = [&](ErrorCode code, const char* why) {
    return fail(code, "cannot read " + std::string(what) + ' ' + file.string() + why);
  };
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) return trouble(ErrorCode::malformed, ": it is a folder");
  std::ifstream in(file, std::ios::binary);
  if (!in) return trouble(ErrorCode::not_found, "");
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) return trouble(ErrorCode::malformed, " to its end");
  return std::move(text).str();
}

}  // namespace harbinger
