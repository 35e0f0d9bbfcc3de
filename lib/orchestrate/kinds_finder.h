// Kinds of users, found from what they do.
#pragma once

#include <cstdint>
#include <span>

#include "orchestrate/user_kinds.h"

namespace harbinger::orchestrate {

/// Of fewer users no kinds are found.
inline constexpr std::size_t kFewestForKinds = 16;

/// Expectation maximisation on users with and without labels (Nigam, McCallum, Thrun and Mitchell, "Text classification from labeled and unlabeled documents
/// using EM", Machine Learning 2000), from many kinds on; kinds that explain no more apart than together are merged, by the Bayesian information criterion
/// and unless labels differ. Signs that users keep to for themselves, as scopes, count less: by how much more users of one kind differ in them than
/// chance explains. Deterministic. Some tenths of a second for 500 users. Kinds have neither clusters nor values yet.
UserKinds find_kinds(std::span<const LabelledUser> users, std::uint64_t seed);

/// Gives each kind the number of the old one that most of its users are of, else the next new one.
void keep_numbers(UserKinds& kinds, const UserKinds& old, std::span<const LabelledUser> users, std::uint16_t& last);

}  // namespace harbinger::orchestrate
