// Words that targets share: tables of the configuration, and needs as they are written beside what was made of them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <harbinger/result.h>
#include "orchestrate/target.h"
#include "provision/option_words.h"

namespace harbinger::orchestrate {

/// What words of needs stand for, by the configuration: "large" -> "2 cpus 4096 MiB".
using WordTable = std::map<std::string, std::string>;

/// Parts of an order, at most.
inline constexpr std::uint32_t kMostParts = 1000;

/// `usual_start_s`, `cost_per_hour`: operators know their cloud better than we do.
void take_target_traits(provision::OptionWords& words, TargetTraits& traits);

/// Words for needs that do not tell theirs: options `usual_machine`, `usual_image`, `usual_security`.
struct UsualWords {
  std::string machine{}, image{}, security{};
};
UsualWords take_usual_words(provision::OptionWords& words);
Need with_usual_words(const UsualWords& usual, Need need);
/// `malformed` when a usual word is not in its table; empty tables have all words.
Result<void> check_usual_words(std::string_view target, const UsualWords& usual, const WordTable& machines,
                               const WordTable& images, const WordTable& securities);

/// "there is no machine type 'huge'; there are large, small": for who is refused.
std::string no_such_word(std::string_view what, std::string_view word, const WordTable& table);

/// "2 cpus 4096 MiB", in this order; nothing for what is not so.
std::optional<provision::Size> read_machine_size(std::string_view text);

/// A need as names and values, "machine" -> "large", that labels, annotations and metadata can keep; what is not told is left out, and words are cut to 127 octets.
std::map<std::string, std::string> need_words(const Need& need);
/// The need that they tell of; count is 1 where nothing is said.
Need read_need_words(const std::map<std::string, std::string>& words);

/// What two needs differ in besides count and machine type, by name: "image, security". Empty: nothing.
std::string other_difference(const Need& before, const Need& now);

/// Settings of an order, with only those that a target knows. `denied`, naming them.
Result<void> only_settings(std::string_view target, const TargetOrder& order,
                           const std::map<std::string, std::string>& known);

/// A setting's number within bounds; `usual` when it is not given. `denied` with what would be right.
Result<std::uint32_t> number_setting(const TargetOrder& order, const std::string& word, std::uint32_t usual,
                                     std::uint32_t most);
/// A setting; `usual` when it is not given.
std::string text_setting(const TargetOrder& order, const std::string& word, std::string usual = {});

}  // namespace harbinger::orchestrate
