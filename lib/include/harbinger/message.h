// Whole messages (RFC 1035 sec. 4): reading without allocation, and writing with name compression.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <harbinger/edns.h>
#include <harbinger/name.h>
#include <harbinger/result.h>
#include <harbinger/rr.h>

namespace harbinger {

/// The first twelve octets.
struct Header {
  static constexpr std::size_t kSize = 12;

  std::uint16_t id = 0;
  bool qr = false;
  Opcode opcode = Opcode::QUERY;
  bool aa = false, tc = false, rd = false, ra = false, ad = false, cd = false;
  std::uint8_t rcode = 0;  ///< the lower four bits
  std::uint16_t qdcount = 0, ancount = 0, nscount = 0, arcount = 0;

  static Result<Header> parse(std::span<const std::uint8_t> message);
  void write(std::span<std::uint8_t, kSize> out) const;
};

struct Question {
  Name name;
  RRType type = RRType::A;
  RRClass klass = RRClass::IN;
};

/// The OPT record, options still packed (they point into the message).
struct Edns {
  std::uint16_t udp_size = 512;
  std::uint8_t extended_rcode = 0;
  std::uint8_t version = 0;
  bool dnssec_ok = false;
  std::span<const std::uint8_t> options{};

  /// First option with this code.
  std::optional<std::span<const std::uint8_t>> option(OptionCode code) const;
};

/// Reads a name at `offset`, following compression pointers, which must point backwards (RFC 9267 sec. 2). `offset` is moved behind
/// it, or stays when there is none.
Result<Name> read_name(std::span<const std::uint8_t> message, std::size_t& offset);

/// A record's fixed part and where its data lies; nothing is copied but the owner's name.
struct RecordView {
  Name name;
  RRType type = RRType::A;
  RRClass klass = RRClass::IN;
  std::uint32_t ttl = 0;  ///< as on the wire; values with the top bit set read as 0 (RFC 2181 sec. 8)
  std::size_t ttl_offset = 0;
  std::size_t rdata_offset = 0;
  std::size_t rdata_size = 0;
};

/// Reads one record at `offset` and moves it behind, or leaves it when there is none. The data is not looked into: see read_rdata.
Result<RecordView> read_record(std::span<const std::uint8_t> message, std::size_t& offset);

/// A message taken apart completely. For upstream replies, tests and tools; the query path uses QueryParser (query.h).
struct Message {
  Header header;
  std::optional<Question> question;
  std::vector<Record> answers, authorities, additionals;  ///< without OPT and without TSIG
  std::optional<Edns> edns;                               ///< `options` points into the parsed bytes
  Rcode rcode() const { return static_cast<Rcode>(header.rcode | (edns ? edns->extended_rcode << 4 : 0)); }

  /// Malformed when any part is: counts that do not fit, octets left over, two OPT records, bad record data.
  static Result<Message> parse(std::span<const std::uint8_t> bytes);

  /// In the manner of dig: header line, question, sections, options.
  std::string to_string() const;
};

/// Writes a message front to back into a buffer of the caller. Once something did not fit, `overflowed` is true, the message is as
/// it was before that record, and nothing more is added.
class MessageWriter {
 public:
  /// `out` holds the whole message; at least Header::kSize octets. Counts are kept by the writer.
  MessageWriter(std::span<std::uint8_t> out, const Header& header);

  enum class Section : std::uint8_t { answer, authority, additional };

  bool add_question(const Question& question);
  bool add_record(Section section, const Record& record);
  /// Data in uncompressed wire form; names in it are compressed for the types of RFC 1035 only (RFC 3597 sec. 4).
  bool add_record(Section section, const Name& name, RRType type, RRClass klass, std::uint32_t ttl,
                  std::span<const std::uint8_t> rdata);
  /// The OPT record, always last. `options` is packed option data.
  bool add_opt(const Edns& edns);

  bool overflowed() const { return overflowed_; }
  std::size_t size() const { return size_; }
  /// Writes the counts and returns the finished message.
  std::span<const std::uint8_t> finish();
  Header& header() { return header_; }

 private:
  // A suffix that was written, which later names may point to: its first label stands at `offset`, what follows that at `rest`.
  struct Suffix {
    std::uint16_t offset;
    std::uint16_t rest;  // 0: the root
  };
  static constexpr std::size_t kRememberedNames = 64, kSlots = 2 * kRememberedNames;

  bool put(std::span<const std::uint8_t> octets);
  bool put_u16(std::uint16_t value);
  bool put_u32(std::uint32_t value);
  bool put_name(std::span<const std::uint8_t> wire);
  bool put_rdata(RRType type, std::span<const std::uint8_t> rdata);
  bool put_sharing_names(RRType type, std::span<const std::uint8_t> rdata);
  bool put_record(std::span<const std::uint8_t> owner, RRType type, std::uint16_t klass, std::uint32_t ttl,
                  std::span<const std::uint8_t> rdata);
  const Suffix* find(std::uint16_t rest, const std::uint8_t* label) const;
  bool remember(Suffix suffix);
  bool undo(std::size_t size);

  std::span<std::uint8_t> out_;
  Header header_;
  std::size_t size_ = Header::kSize;
  bool overflowed_ = false;
  std::uint8_t question_name_size_ = 0;
  std::uint8_t remembered_ = 0;
  std::array<Suffix, kRememberedNames> suffixes_;  // the first `remembered_` are written
  std::array<std::uint8_t, kSlots> slots_{};       // hash table of numbers in suffixes_, plus one
};

/// A plain query for one name, with EDNS when `udp_size` is not 0. For upstream questions, health checks and tests.
std::vector<std::uint8_t> make_query(std::uint16_t id, const Question& question, bool recursion_desired = true,
                                     std::uint16_t udp_size = 1232, bool dnssec_ok = false,
                                     std::span<const std::uint8_t> options = {});

}  // namespace harbinger
