// How often what followed what: for each context its successors, the most frequent first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace harbinger {

/// Counts of successors by context, both any 64-bit numbers. Bounded: when there are too many contexts all counts are halved, and what was seen
/// once is forgotten; a context full of successors replaces its rarest. One thread at a time.
class SuccessorCounts {
 public:
  struct Successor {
    std::uint64_t resource = 0;
    float count = 0;
  };
  struct Context {
    float seen = 0;                     ///< how often the context came up
    std::vector<Successor> successors;  ///< the most frequent first, and of equals the one that got there first
  };

  explicit SuccessorCounts(std::size_t contexts, std::size_t successors = 256);

  /// `resource` followed `context`.
  void add(std::uint64_t context, std::uint64_t resource);
  /// The context came up: for counts in which one occurrence may have several successors. `add` alone does not count this.
  void occurred(std::uint64_t context);
  /// Null for a context without a trace.
  const Context* find(std::uint64_t context) const;
  std::size_t size() const { return contexts_.size(); }

 private:
  Context& at(std::uint64_t context);
  void forget();

  std::size_t max_contexts_, max_successors_;
  std::unordered_map<std::uint64_t, Context> contexts_;
};

}  // namespace harbinger
