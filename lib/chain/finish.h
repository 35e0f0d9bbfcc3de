// The last step before a reply is sent: header, question, TTLs, EDNS, size limit, truncation. All of it is decided here.
#pragma once

#include <optional>
#include <span>

#include "chain/kept_answer.h"

namespace harbinger {

/// How an answer is to be sent this time.
struct Sending {
  MonotonicTime now;
  bool with_question = true;                 ///< false when the question could not be read
  std::optional<std::uint32_t> stale_ttl{};  ///< every TTL becomes this one, and EDE says "stale"
  std::optional<EdeCode> ede{};              ///< in place of the answer's own
  bool truncate = false;                     ///< nothing of the answer, and TC
};

/// Writes replies. Allocates nothing.
class ReplyFinisher {
 public:
  /// `limit` is what the client and the transport take; at most out.size().
  ReplyFinisher(const Query& query, const KeptAnswer& answer, const Sending& sending, std::size_t limit)
      : query_(query), answer_(answer), sending_(sending), limit_(limit) {}

  /// What decorate may add to. Used before write.
  static void prepare(ReplyEditor& editor, const Query& query, Rcode rcode) {
    editor.rcode_ = rcode;
    editor.accepts_options_ = query.has_edns();
  }

  /// The finished message's size; 0 when `editor` says drop.
  std::size_t write(const ReplyEditor& editor, std::span<std::uint8_t> out);
  bool truncated() const { return truncated_; }

 private:
  void choose(const ReplyEditor& editor);
  std::size_t options_size(const ReplyEditor& editor) const;
  std::size_t put_header(std::uint8_t* out) const;
  std::size_t put_question(std::uint8_t* out) const;
  std::size_t put_body(std::uint8_t* out) const;
  std::size_t put_opt(const ReplyEditor& editor, std::uint8_t* out) const;
  std::uint8_t* put_ede(std::uint8_t* out) const;
  std::uint8_t* put_subnet(std::uint8_t* out) const;
  std::optional<EdeCode> ede() const;

  const Query& query_;
  const KeptAnswer& answer_;
  const Sending& sending_;
  const std::size_t limit_;
  std::size_t body_size_ = 0;
  int sections_ = 3;      // of the body that are sent
  int options_kept_ = 0;  // of the editor's
  bool ede_text_ = true;
  bool truncated_ = false;
};

/// How many octets a reply to this query may have.
std::size_t reply_limit(const Query& query, std::uint16_t max_udp_size, std::size_t room);

}  // namespace harbinger
