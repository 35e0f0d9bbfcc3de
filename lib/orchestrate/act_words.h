// The words behind the buckets of signs, to explain with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "orchestrate/act_tokens.h"

namespace harbinger::orchestrate {

/// One word for each bucket of verbs, kinds, sources and what is asked for; the first that was seen. A word that one user alone has used is told to
/// nobody: it might be a name. Scopes have no words. Memory is bounded by the number of buckets.
class ActWords {
 public:
  static constexpr std::size_t kMostText = 48;

  void hear(const Activity& act, const KnownAct& known);
  /// Empty where none may be told.
  std::string_view word(std::uint16_t token) const;

  struct Word {
    std::string text{};
    ActorKey first = 0;   ///< who used it first
    bool shared = false;  ///< somebody else did, too
  };
  const std::unordered_map<std::uint16_t, Word>& all() const { return words_; }
  /// A word that may be told, from disk.
  void put(std::uint16_t token, std::string text) { words_[token] = {std::move(text), 0, true}; }

 private:
  void hear_one(Sign sign, std::uint16_t bucket, std::string_view word, std::string_view more, ActorKey actor);

  std::unordered_map<std::uint16_t, Word> words_;
};

/// A sign as words for people: "verb and kind Get billing", "by console"; empty where there is no word that may be told.
std::string sign_text(std::uint16_t token, const ActWords& words);

}  // namespace harbinger::orchestrate
