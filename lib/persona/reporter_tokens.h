// The tokens of reporters that are no browsers.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/result.h>

namespace harbinger::persona {

/// Who presents one of these may tell of other clients than itself.
class ReporterTokens {
 public:
  static constexpr std::size_t kShortest = 16;

  /// None at all.
  ReporterTokens() = default;
  /// A token a line, `#` begins a comment. Errors: not_found, malformed (shorter than 16 characters), with file and line.
  static Result<ReporterTokens> load(const std::filesystem::path& file);

  bool empty() const { return tokens_.empty(); }
  /// Whether `authorization` is "Bearer " and one of them. Takes as long for a nearly right token as for a wrong one.
  bool match(std::string_view authorization) const noexcept;

 private:
  std::vector<std::string> tokens_;
};

}  // namespace harbinger::persona
