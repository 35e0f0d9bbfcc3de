#include "orchestrate/target_words.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace harbinger::orchestrate {

namespace {

constexpr std::size_t kMostText = 127;

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

std::string_view take_word(std::string_view& text) {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  const auto end = std::min(text.find_first_of(" \t", begin), text.size());
  const auto word = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return word;
}

std::uint32_t count_of(const std::map<std::string, std::string>& words, const std::string& name, std::uint32_t usual) {
  const auto found = words.find(name);
  std::uint32_t value = usual;
  if (found != words.end()) std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

}  // namespace

void take_target_traits(provision::OptionWords& words, TargetTraits& traits) {
  const double usual = std::chrono::duration<double>(traits.usual_start).count();
  traits.usual_start = std::chrono::milliseconds(std::llround(words.number("usual_start_s", usual) * 1000));
  traits.cost_per_hour = words.number("cost_per_hour", traits.cost_per_hour);
}

UsualWords take_usual_words(provision::OptionWords& words) {
  return {.machine = words.text("usual_machine"),
          .image = words.text("usual_image"),
          .security = words.text("usual_security")};
}

Need with_usual_words(const UsualWords& usual, Need need) {
  if (need.machine.empty()) need.machine = usual.machine;
  if (need.image.empty()) need.image = usual.image;
  if (need.security.empty()) need.security = usual.security;
  return need;
}

Result<void> check_usual_words(std::string_view target, const UsualWords& usual, const WordTable& machines,
                               const WordTable& images, const WordTable& securities) {
  struct Row {
    const char* option;
    const std::string& word;
    const WordTable& table;
  };
  for (const auto& [option, word, table] :
       {Row{"usual_machine", usual.machine, machines}, Row{"usual_image", usual.image, images},
        Row{"usual_security", usual.security, securities}})
    if (!word.empty() && !table.empty() && !table.contains(word))
      return fail(ErrorCode::malformed,
                  std::string(target) + ": option " + option + ": " + no_such_word("word", word, table));
  return {};
}

std::string no_such_word(std::string_view what, std::string_view word, const WordTable& table) {
  std::string known;
  for (const auto& [name, meaning] : table) known.append(known.empty() ? "" : ", ").append(name);
  return "there is no " + std::string(what) + " '" + std::string(word.substr(0, kMostText)) + "'; there " +
         (known.empty()       ? "are none at all"
          : table.size() == 1 ? "is " + known
                              : "are " + known);
}

std::optional<provision::Size> read_machine_size(std::string_view text) {
  const auto cpus = number_of(take_word(text));
  const auto cpus_unit = take_word(text);
  const auto memory = number_of(take_word(text));
  const auto memory_unit = take_word(text);
  const bool units = (cpus_unit == "cpus" || cpus_unit == "cpu") && (memory_unit == "MiB" || memory_unit == "GiB");
  if (!cpus || !memory || !units || !take_word(text).empty()) return std::nullopt;
  const double mb = memory_unit == "GiB" ? *memory * 1024 : *memory;
  if (!(*cpus > 0 && *cpus <= 4096 && mb >= 1 && mb <= 1e8)) return std::nullopt;
  return provision::Size{.cpus = *cpus, .memory_mb = static_cast<std::uint64_t>(mb)};
}

std::map<std::string, std::string> need_words(const Need& need) {
  std::map<std::string, std::string> words{{"count", std::to_string(need.count)}};
  const auto put = [&](const char* name, const std::string& text) {
    if (!text.empty()) words[name] = text.substr(0, kMostText);
  };
  put("kind", need.kind);
  put("machine", need.machine);
  put("image", need.image);
  put("security", need.security);
  if (need.storage_gb > 0) words["storage_gb"] = std::to_string(need.storage_gb);
  if (need.bandwidth_mbps > 0) words["bandwidth_mbps"] = std::to_string(need.bandwidth_mbps);
  return words;
}

Need read_need_words(const std::map<std::string, std::string>& words) {
  const auto text = [&](const std::string& name) {
    const auto found = words.find(name);
    return found == words.end() ? std::string() : found->second;
  };
  return {.kind = text("kind"),
          .machine = text("machine"),
          .image = text("image"),
          .security = text("security"),
          .count = count_of(words, "count", 1),
          .storage_gb = count_of(words, "storage_gb", 0),
          .bandwidth_mbps = count_of(words, "bandwidth_mbps", 0)};
}

std::string other_difference(const Need& before, const Need& now) {
  std::string names;
  const auto add = [&](const char* name, bool differs) {
    if (differs) names.append(names.empty() ? "" : ", ").append(name);
  };
  add("kind", before.kind != now.kind);
  add("image", before.image != now.image);
  add("security", before.security != now.security);
  add("storage", before.storage_gb != now.storage_gb);
  add("bandwidth", before.bandwidth_mbps != now.bandwidth_mbps);
  return names;
}

Result<void> only_settings(std::string_view target, const TargetOrder& order,
                           const std::map<std::string, std::string>& known) {
  for (const auto& [word, value] : order.settings)
    if (!known.contains(word))
      return fail(ErrorCode::denied, std::string(target) + ": " + no_such_word("setting", word, known));
  return {};
}

Result<std::uint32_t> number_setting(const TargetOrder& order, const std::string& word, std::uint32_t usual,
                                     std::uint32_t most) {
  const auto found = order.settings.find(word);
  if (found == order.settings.end()) return usual;
  const auto& text = found->second;
  std::uint32_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size() && value >= 1 && value <= most) return value;
  return fail(ErrorCode::denied,
              "setting " + word + " is '" + text + "', should be a number from 1 to " + std::to_string(most));
}

std::string text_setting(const TargetOrder& order, const std::string& word, std::string usual) {
  const auto found = order.settings.find(word);
  return found == order.settings.end() ? usual : found->second;
}

}  // namespace harbinger::orchestrate
