// Options as rows: a word, a field, a check and a help text. The rows parse, validate, report and document; plugins contain no parser.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/config.h>
#include <harbinger/name.h>
#include <harbinger/result.h>
#include <harbinger/rr.h>

namespace harbinger {

/// One row as text, for `-plugins`, README checks and error messages.
struct OptionInfo {
  std::string word;
  std::string form;           ///< `DURATION`, `ADDRESS...`, `random|round_robin`
  std::string default_value;  ///< as it would be written; empty when there is none
  std::string help;
  bool is_argument = false;
  bool required = false;
};
using OptionTable = std::vector<OptionInfo>;

}  // namespace harbinger
