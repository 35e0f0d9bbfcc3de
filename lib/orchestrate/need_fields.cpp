#include "orchestrate/need_fields.h"

#include <charconv>

#include "orchestrate/context_counts.h"

namespace harbinger::orchestrate {

std::string_view to_string(NeedField field) noexcept {
  constexpr std::array<std::string_view, kNeedFields> kWords{"kind",  "machine", "image",    "security",
                                                             "count", "storage", "bandwidth"};
  return field < NeedField::limit ? kWords[static_cast<std::size_t>(field)] : "";
}

std::string word_of(const Need& need, NeedField field) {
  switch (field) {
    case NeedField::kind:
      return need.kind;
    case NeedField::machine:
      return need.machine;
    case NeedField::image:
      return need.image;
    case NeedField::security:
      return need.security;
    case NeedField::count:
      return std::to_string(need.count);
    case NeedField::storage:
      return std::to_string(need.storage_gb);
    case NeedField::bandwidth:
      return std::to_string(need.bandwidth_mbps);
    case NeedField::limit:
      break;
  }
  return {};
}

void set_word(Need& need, NeedField field, std::string_view word) {
  const auto number = [&](std::uint32_t& to) { std::from_chars(word.data(), word.data() + word.size(), to); };
  switch (field) {
    case NeedField::kind:
      need.kind = word;
      break;
    case NeedField::machine:
      need.machine = word;
      break;
    case NeedField::image:
      need.image = word;
      break;
    case NeedField::security:
      need.security = word;
      break;
    case NeedField::count:
      number(need.count);
      break;
    case NeedField::storage:
      number(need.storage_gb);
      break;
    case NeedField::bandwidth:
      number(need.bandwidth_mbps);
      break;
    case NeedField::limit:
      break;
  }
}

NeedWords words_of(const Need& need) {
  NeedWords words{};
  for (std::size_t i = 0; i < kNeedFields; ++i) words[i] = hash_of(word_of(need, static_cast<NeedField>(i)));
  return words;
}

// FNV-1a; not kept from those who would choose words, so collisions cost accuracy and nothing else.
std::uint32_t hash_of(std::string_view word) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char each : word) hash = (hash ^ static_cast<std::uint8_t>(each)) * 0x100000001B3ULL;
  return static_cast<std::uint32_t>(hash ^ hash >> 32);
}

std::uint64_t hash_of(const NeedWords& words) noexcept {
  std::uint64_t hash = 1;
  for (const auto word : words) hash = context_of(hash, word);
  return hash;
}

}  // namespace harbinger::orchestrate
