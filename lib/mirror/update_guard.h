// How another DNS server itself refuses what an owner sends that is none any more: each change names the version it follows.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <harbinger/name.h>
#include <harbinger/result.h>
#include <harbinger/update.h>

// A lease cannot keep a message from arriving late, and what stood at a name may stand there again. So beside every name that we change there is a mark, a
// TXT record with the version of the last change (`version=17`), and a change is made only if the mark is the one that its sender knew of: a
// prerequisite on the value of a set (RFC 2136 sec. 2.4.2), which the server checks and changes in one step. Versions are never used twice.
namespace harbinger::mirror {

/// `_harbinger-mirror.NAME`; `too_large` where that is no name any more.
Result<Name> mark_of(const Name& name);

/// What stands at a name, as far as who is about to change it knows.
struct Believed {
  struct Set {
    RRType type = RRType::A;
    std::vector<Rdata> rdatas{};  ///< exactly these, in any order; none: no such set
  };
  std::optional<std::uint64_t> version{};  ///< of the mark; without one, there must be none
  std::vector<Set> sets{};  ///< what must be as we left it, or found it: else somebody changed it by hand
};

/// Adds to an update of `name` that it is made only if all is as believed, and that the mark is `version` then. A withdrawal leaves its mark as well: else one
/// who knew of no mark could come late. The same update once more is refused, since its mark is there: see `settled`. To renew a lease,
/// `believed.version` and `version` are the same.
Result<void> guard(UpdateBuilder& update, const Name& name, const Believed& believed, std::uint64_t version,
                   std::chrono::seconds ttl);

/// Takes the mark of a withdrawal away. When nobody can come late any more: later than every server's lease and the time for which a signature holds.
Result<void> take_mark(UpdateBuilder& update, const Name& name, std::uint64_t version);

/// The version in the TXT records at `mark_of`; nothing when there is none, `conflict` when there are several or others.
Result<std::optional<std::uint64_t>> marked_version(std::span<const Rdata> texts);

/// What a refused update, or one without an answer, came to, by the mark that is there now.
enum class Settled : unsigned char {
  made,       ///< it had been made before
  possible,   ///< nothing was changed: it may be sent again
  overtaken,  ///< another owner changed the name: it must not be sent again
};
Settled settled(std::optional<std::uint64_t> marked, const Believed& believed, std::uint64_t version);

}  // namespace harbinger::mirror
