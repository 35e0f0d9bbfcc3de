// $GENERATE: one line that stands for many records.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <harbinger/result.h>

namespace harbinger::file {

/// `start-stop` or `start-stop/step`.
struct GenerateRange {
  std::uint32_t start = 0;
  std::uint32_t stop = 0;
  std::uint32_t step = 1;

  std::uint64_t count() const { return std::uint64_t{stop - start} / step + 1; }
  static Result<GenerateRange> parse(std::string_view text);
};

/// `text` with each `$` replaced by `value`, each `${offset,width,base}` by the value so written, and `$$` or `\$` by a
/// dollar sign. Bases: d o x X, and n N for hexadecimal digits in reverse order with dots between (ip6.arpa).
Result<std::string> expand_generate(std::string_view text, std::uint32_t value);

}  // namespace harbinger::file
