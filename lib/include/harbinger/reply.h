// A reply as plugins make it, what decorate may add to it, and what observe gets to see.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/clock.h>
#include <harbinger/query.h>
#include <harbinger/rr.h>

namespace harbinger {

/// What `serve` returns. The OPT record, sizes and truncation are not its business: the responder does those.
class Reply {
 public:
  /// NOERROR with no records yet.
  static Reply to(const Query&) { return Reply(Rcode::NOERROR); }
  /// An empty reply with this code.
  static Reply with(Rcode rcode) { return Reply(rcode); }
  /// SERVFAIL with a cause that clients can read (RFC 8914).
  static Reply failure(EdeCode cause, std::string text);
  /// "I do not know that name": what the end of a chain returns; becomes REFUSED.
  static Reply nobody_answered();

  Rcode rcode() const { return rcode_; }
  Reply& set_rcode(Rcode rcode) {
    rcode_ = rcode;
    return *this;
  }
  bool authoritative() const { return authoritative_; }
  Reply& set_authoritative(bool yes = true) {
    authoritative_ = yes;
    return *this;
  }
  bool recursion_available() const { return recursion_available_; }
  Reply& set_recursion_available(bool yes = true) {
    recursion_available_ = yes;
    return *this;
  }
  bool authentic_data() const { return authentic_data_; }
  Reply& set_authentic_data(bool yes = true) {
    authentic_data_ = yes;
    return *this;
  }
  bool answered() const { return answered_; }
  bool failed() const { return failed_; }

  const std::vector<Record>& answers() const { return answers_; }
  const std::vector<Record>& authorities() const { return authorities_; }
  const std::vector<Record>& additionals() const { return additionals_; }
  std::vector<Record>& answers() { return answers_; }
  std::vector<Record>& authorities() { return authorities_; }
  std::vector<Record>& additionals() { return additionals_; }
  Reply& add_answer(Record record) {
    answers_.push_back(std::move(record));
    return *this;
  }
  Reply& add_authority(Record record) {
    authorities_.push_back(std::move(record));
    return *this;
  }
  Reply& add_additional(Record record) {
    additionals_.push_back(std::move(record));
    return *this;
  }
  void drop_additional() { additionals_.clear(); }

  /// Says why, in the reply's OPT record when the client understands EDNS. One cause; the last one set counts.
  Reply& explain(EdeCode cause, std::string text = {});
  const std::optional<std::pair<EdeCode, std::string>>& explanation() const { return explanation_; }

  /// How the answer cache may keep this reply.
  enum class Keeping : std::uint8_t {
    by_ttl,         ///< ages with its TTLs (data of others)
    until_changed,  ///< TTLs do not age; stays until its names change (our own data)
    never,
  };
  Keeping keeping() const { return keeping_; }
  Reply& keep(Keeping keeping) {
    keeping_ = keeping;
    return *this;
  }

  /// This reply also rests on the state of `name` (an endpoint, a zone): Answers::changed(name) makes it disappear.
  /// The question's own name and the zone of the chain are always counted in. At most 3.
  Reply& depends_on(const Name& name);
  std::span<const Name> dependencies() const { return dependencies_; }

  /// The answer holds for every client within the first `bits` of the subnet that was read with Query::subnet
  /// (an upstream's ECS scope, RFC 7871 sec. 7.3.1).
  Reply& limit_subnet(std::uint8_t bits) {
    subnet_bits_ = bits;
    return *this;
  }
  std::optional<std::uint8_t> subnet_limit() const { return subnet_bits_; }

  /// It was chosen by where the client is, by a fact that was made of its subnet: others may not share it (RFC 7871 sec. 7.2.1).
  Reply& set_for_subnet(bool yes = true) {
    for_subnet_ = yes;
    return *this;
  }
  bool for_subnet() const { return for_subnet_; }

  /// Which plugin made this reply; set by the chain, read by metrics and `why`.
  std::string_view made_by() const { return made_by_; }
  Reply& set_made_by(std::string_view plugin) {
    made_by_ = plugin;
    return *this;
  }

 private:
  explicit Reply(Rcode rcode) : rcode_(rcode) {}

  Rcode rcode_;
  bool authoritative_ = false, recursion_available_ = false, authentic_data_ = false;
  bool answered_ = true, failed_ = false, for_subnet_ = false;
  Keeping keeping_ = Keeping::by_ttl;
  std::optional<std::uint8_t> subnet_bits_;
  std::vector<Record> answers_, authorities_, additionals_;
  std::optional<std::pair<EdeCode, std::string>> explanation_;
  std::vector<Name> dependencies_;
  std::string_view made_by_;  // a plugin's name lives as long as its chain
};

/// What `decorate` may do to one client's copy of a reply. Nothing of it is cached.
class ReplyEditor {
 public:
  Rcode rcode() const { return rcode_; }
  /// Adds an EDNS option. False, and nothing added, when the client sent no OPT or the room for options is used up. `optional` options are
  /// dropped first when the reply would not fit, last added first; they never set TC.
  bool add_option(OptionCode code, std::span<const std::uint8_t> data, bool optional = true);
  /// No reply at all.
  void drop() { dropped_ = true; }
  /// An empty reply with TC set, so that the client comes back over TCP.
  void truncate() { truncated_ = true; }

 private:
  friend class ReplyFinisher;
  struct Added {
    std::uint16_t offset;
    std::uint16_t size;
    bool optional;
  };
  static constexpr std::size_t kMostOptions = 8;
  Rcode rcode_ = Rcode::NOERROR;
  bool accepts_options_ = false, dropped_ = false, truncated_ = false;
  std::uint8_t count_ = 0;
  std::uint16_t used_ = 0;
  std::array<Added, kMostOptions> added_;
  std::array<std::uint8_t, 768> octets_;
};

/// How a reply came about.
enum class Source : std::uint8_t { refused, served, cache, stale, coalesced };

/// What `observe` sees: the reply as it is sent. Valid during the call.
struct ReplyView {
  std::span<const std::uint8_t> wire{};  ///< empty when dropped
  Rcode rcode = Rcode::NOERROR;
  Source source = Source::served;
  bool truncated = false;
  std::string_view made_by{};  ///< the plugin behind the answer; empty when refused before any ran
  Duration took{};             ///< from reading the query to this moment; 0 when answered within its batch
};

}  // namespace harbinger
