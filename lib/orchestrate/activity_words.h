// Words of acts, as far as they may be kept.
#pragma once

#include <string>
#include <string_view>

namespace harbinger::orchestrate {

/// Whether `text` begins so, in upper or lower case. `word` is in lower case.
bool starts_with_word(std::string_view text, std::string_view word) noexcept;

/// By its first word, an act that only looks: get, list, describe and their like.
bool only_reads(std::string_view verb) noexcept;

/// By a word in it, an act that takes something away: delete, terminate, stop and their like.
bool removes(std::string_view verb) noexcept;

/// Adds `told` to `to` as it is kept: of its parts between slashes, those that stand for one thing or one person (ids, numbers, addresses, mail addresses,
/// ARNs) become `*`; what is not printable, or no UTF-8, becomes `_`; at most Activity::kMostText octets, cut between characters.
void write_kept_words(std::string_view told, std::string& to);

/// Adds `told` cut and printable, but whole: what a resource is made of has to be known to make it again.
void write_whole(std::string_view told, std::string& to);

/// The word by which a name of somebody's choosing tells what it is for ("alice-dev-2" is "dev"); empty where it tells nothing.
std::string_view purpose_of(std::string_view name) noexcept;

}  // namespace harbinger::orchestrate
