// From the octets of a message to a Query, or the reason why it gets none.
#pragma once

#include <harbinger/query.h>
#include <harbinger/responder.h>
#include <harbinger/zone_request.h>

namespace harbinger {

/// What to do with a message.
enum class Parsed : std::uint8_t {
  query,         ///< well formed: serve it
  drop,          ///< not even worth an error: too short, or a reply (answering those makes loops)
  formerr,       ///< RFC 1035 sec. 4.1.1
  notimp,        ///< an opcode other than QUERY
  badvers,       ///< EDNS version above 0 (RFC 6891 sec. 6.1.3)
  notauth,       ///< signed with TSIG, and no key is known here (RFC 8945 sec. 5.2.1)
  zone_request,  ///< no query: an UPDATE, a transfer or a NOTIFY, well formed as a message; also the signed question
                 ///< for a SOA, with which secondaries begin a transfer
};

/// Reads queries in one walk over their octets. Allocates nothing for a well-formed one, nor for most others.
class QueryParser {
 public:
  /// Fills `query` as far as the message goes: after an error the id, and the question if `has_question` says so.
  Parsed parse(const Incoming& in, Duration time_to_answer, Query& query);
  bool has_question() const { return has_question_; }
  /// Of a zone_request: what it is, and whether it is signed.
  ZoneRequest::Kind kind() const { return kind_; }
  bool is_signed() const { return signed_; }
  /// A query to parse into.
  static Query empty() { return {}; }

 private:
  // The fixed part of a record; its owner's name is walked over, not read.
  struct RecordHead {
    bool root_owner;
    RRType type;
    std::size_t class_offset, data_offset, data_size;
  };

  Parsed read_other_opcode(const Header& header, Query& query);
  Parsed read_question(std::size_t& offset, Query& query);
  Parsed read_records(const Header& header, std::size_t& offset, Query& query);
  Parsed read_opt(const RecordHead& record, Query& query);
  bool skip_name(std::size_t& offset) const;
  bool read_head(std::size_t& offset, RecordHead& record) const;

  std::span<const std::uint8_t> bytes_;
  bool has_question_ = false;
  bool signed_ = false;
  ZoneRequest::Kind kind_{};
};

}  // namespace harbinger
