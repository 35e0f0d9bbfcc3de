// From the words of one entry to a record: owner, TTL and class where they stand, and what applies where they are left
// out.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <harbinger/rr.h>

#include "plugins/file/findings.h"

namespace harbinger::file {

/// A word with its place.
struct TextWord {
  std::string_view text;
  int line = 0;
  int column = 0;
  bool quoted = false;
};

/// A record as read; valid during the call it is passed to.
struct ParsedRecord {
  const Name& owner;
  RRType type;
  std::uint32_t ttl;
  std::span<const std::uint8_t> rdata;
  Place place;
};

/// What entries inherit within one file: each $INCLUDE has its own.
struct Scope {
  Name origin;
  std::optional<Name> owner;
  bool owner_is_bad = false;  ///< the last owner was no name: what would inherit it is left out without a word
  const std::string* file = nullptr;
};

/// Reads records; knows the TTLs that later ones inherit (RFC 2308 sec. 4: $TTL; RFC 1035 sec. 5.1: the last one
/// stated).
class RecordReader {
 public:
  explicit RecordReader(Findings& findings) : findings_(findings) {}

  /// The record of one entry; nullopt when something is wrong with it, which is reported then. `owner_given`: the first
  /// word is the owner. The result points into this reader and the scope and is valid until the next call.
  std::optional<ParsedRecord> read(std::span<const TextWord> words, bool owner_given, Scope& scope);

  void set_default_ttl(std::uint32_t ttl) { default_ttl_ = ttl; }

  /// A name of a directive or an owner; reports what is wrong with it.
  std::optional<Name> read_name(const TextWord& word, const Scope& scope);

 private:
  struct Fields {
    std::optional<std::uint32_t> ttl;
    std::optional<RRClass> klass;
    std::optional<RRType> type;
  };

  bool read_owner(const TextWord& word, Scope& scope);
  bool read_fields(std::span<const TextWord>& words, const Place& end, Fields& fields);
  bool read_field(const TextWord& word, const Place& place, Fields& fields);
  bool read_data(RRType type, std::span<const TextWord> words, const Scope& scope, const Place& place);
  bool complete_ttl(Fields& fields, const Place& place);

  Findings& findings_;
  std::optional<std::uint32_t> default_ttl_, last_ttl_;
  Rdata rdata_;
  std::vector<Word> words_;  // kept for their memory
};

}  // namespace harbinger::file
