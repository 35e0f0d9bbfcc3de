// The contexts of a moment: where the model counts what followed, and where it looks for what may follow.
#pragma once

#include <optional>

#include "learn/sequence/memory.h"
#include "learn/sequence/name_structure.h"

namespace harbinger::sequence {

/// How far back rules look.
inline constexpr std::size_t kRuleWindow = 10;

namespace key {
std::uint64_t order_1(TextId current) noexcept;
std::uint64_t order_2(TextId previous, TextId current) noexcept;
std::uint64_t order_3(TextId before, TextId previous, TextId current) noexcept;
std::uint64_t rule(TextId earlier) noexcept;
std::uint64_t own_order_1(ClientKey client, TextId current) noexcept;
std::uint64_t own(ClientKey client) noexcept;
std::uint64_t persona(PersonaId persona, TextId current) noexcept;
/// What clients of a persona want, wherever they are.
std::uint64_t favourites(PersonaId persona) noexcept;
/// `back`: 0 for the present text, 1 for the one before.
std::uint64_t shape(std::uint64_t template_hash, std::size_t back) noexcept;
}  // namespace key

/// What a rule that looks `back` steps back counts for: it fades with the distance.
constexpr double rule_weight(std::size_t back) noexcept { return 1.0 / static_cast<double>(1 + back); }

/// What is counted: everything, or, to be quick, one half of the contexts that bear it, for twice their weight. Halves take turns.
enum class Share : std::uint8_t { all, first_half, second_half };

/// Brings near what `count_step` counts in; `prefetch_marks` well before it.
void prefetch_marks(const Memory& memory, const Moment& moment, Share share) noexcept;
void prefetch_step(const Memory& memory, const Moment& moment, Share share) noexcept;
/// Counts that `next` followed `moment`.
void count_step(Memory& memory, const Moment& moment, TextId next, Share share);
/// Counts which edits make the text of `next`, wanted at `at`, out of those before it.
void count_structure(Memory& memory, const Moment& moment, TextId next, UnixMillis at);

/// Gathers who might follow `moment`, with their evidence.
void collect(Memory& memory, const Moment& moment, bool structure, Candidates& out);

}  // namespace harbinger::sequence
