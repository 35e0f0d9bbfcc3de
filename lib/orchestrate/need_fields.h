// A need as words of its fields, one after the other, as they are foretold.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "orchestrate/need.h"

namespace harbinger::orchestrate {

/// In the order in which they are foretold: each knows the ones before it.
enum class NeedField : std::uint8_t { kind, machine, image, security, count, storage, bandwidth, limit };
inline constexpr std::size_t kNeedFields = static_cast<std::size_t>(NeedField::limit);
std::string_view to_string(NeedField field) noexcept;

/// "" and "0" where nothing is told.
std::string word_of(const Need& need, NeedField field);
/// Words that are no numbers leave a number as it is.
void set_word(Need& need, NeedField field, std::string_view word);

/// Hashes of a need's words: stay what they are when words lose their numbers.
using NeedWords = std::array<std::uint32_t, kNeedFields>;
NeedWords words_of(const Need& need);
std::uint32_t hash_of(std::string_view word) noexcept;
std::uint64_t hash_of(const NeedWords& words) noexcept;

}  // namespace harbinger::orchestrate
