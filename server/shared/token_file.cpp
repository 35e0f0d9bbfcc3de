#include "server/shared/token_file.h"

#include <utility>

#include "base/token_lines.h"

namespace harbinger::server {

Result<std::string> read_token(const std::filesystem::path& file) {
  auto first = read_first_token(file);
  if (!first) return fail(std::move(first.error()));
  if (!first->more.empty()) return fail(ErrorCode::malformed, "a token has no spaces", first->at);
  return std::move(first->token);
}

}  // namespace harbinger::server
