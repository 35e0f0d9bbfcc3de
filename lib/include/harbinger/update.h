// UPDATE messages (RFC 2136): what must hold, and what shall change in a zone then. To and from bytes; nothing is applied here.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <harbinger/edns.h>
#include <harbinger/message.h>
#include <harbinger/name.h>
#include <harbinger/result.h>
#include <harbinger/rr.h>

namespace harbinger {

/// Something that must hold for any change to be made (sec. 2.4).
struct Prerequisite {
  enum class Kind : std::uint8_t {
    name_in_use,  ///< the name has records
    name_unused,  ///< the name has none: NXDOMAIN would be right
    set_exists,   ///< the name has records of the type
    set_absent,   ///< it has none
    set_is,       ///< it has exactly `rdatas`, in any order
  };
  Kind kind = Kind::name_in_use;
  Name name{};
  RRType type = RRType::ANY;  ///< ANY where it is about the name
  std::vector<Rdata> rdatas{};

  bool operator==(const Prerequisite&) const = default;
  /// `www.example.org. A must not exist`
  std::string to_string() const;
};

/// One change (sec. 2.5); they are made in their order.
struct Change {
  enum class Kind : std::uint8_t {
    add,            ///< `record` to its set
    remove_record,  ///< the record with this data, whatever its TTL
    remove_set,     ///< all records of `record.type` at the name
    remove_name,    ///< all records of the name
  };
  Kind kind = Kind::add;
  /// Class IN. Only additions have a TTL; without data where no data is meant, and of type ANY where a name is removed.
  Record record{};

  bool operator==(const Change&) const = default;
  /// `add www.example.org. 60 IN A 192.0.2.1`
  std::string to_string() const;
};

/// How long changes last unless they are made again (RFC 9664): EDNS option 2.
struct UpdateLease {
  std::chrono::seconds lease{0};  ///< 0 .. 2^32-1
  /// Of KEY records; as `lease` when it is missing.
  std::optional<std::chrono::seconds> key_lease{};

  bool operator==(const UpdateLease&) const = default;
  /// Malformed unless 4 or 8 octets.
  static Result<UpdateLease> parse(std::span<const std::uint8_t> data);
  std::vector<std::uint8_t> to_octets() const;
};
inline constexpr OptionCode kUpdateLease{2};
/// The option in a message, asked for or granted; nullopt when there is none.
Result<std::optional<UpdateLease>> update_lease(const Message& message);

/// Why an UPDATE cannot be processed, as its answer tells it.
struct UpdateRefusal {
  Rcode rcode = Rcode::FORMERR;
  std::string why;
};

struct UpdateMessage {
  Name zone;  ///< of class IN
  std::vector<Prerequisite> prerequisites{};
  std::vector<Change> changes{};
  std::optional<UpdateLease> lease{};

  bool operator==(const UpdateMessage&) const = default;

  /// Reads a whole message, with or without a signature, which is not checked. Strict: one zone of type SOA; only the forms of sec. 2.4 and 2.5, no meta
  /// types; every record's data as its type wants it. FORMERR for what breaks that, NOTZONE for names outside of the zone, NOTAUTH for zones of another class
  /// than IN, BADVERS for EDNS other than 0. Prerequisites `set_is` come last, put together by set; all else keeps its order.
  static std::expected<UpdateMessage, UpdateRefusal> read(std::span<const std::uint8_t> message);

  /// Writes it with this id to the front of `out` and returns its size; `too_large` when it does not fit.
  Result<std::size_t> write(std::span<std::uint8_t> out, std::uint16_t id) const;
};

/// An UPDATE that reads aloud: `UpdateBuilder(zone).require_absent(name).add(record).lease(60s).message()`.
class UpdateBuilder {
 public:
  explicit UpdateBuilder(Name zone) : message_{.zone = zone} {}

  UpdateBuilder& require_in_use(const Name& name);
  UpdateBuilder& require_exists(const Name& name, RRType type);
  /// No records at all.
  UpdateBuilder& require_absent(const Name& name);
  UpdateBuilder& require_absent(const Name& name, RRType type);
  /// Exactly these.
  UpdateBuilder& require_is(const Name& name, RRType type, std::vector<Rdata> rdatas);

  UpdateBuilder& add(Record record);
  UpdateBuilder& remove(Record record);
  UpdateBuilder& remove_set(const Name& name, RRType type);
  UpdateBuilder& remove_name(const Name& name);
  /// `remove_set`, then `add` of each: the same result, however often it is done.
  UpdateBuilder& replace_set(const Name& name, RRType type, std::span<const Record> records);

  UpdateBuilder& lease(std::chrono::seconds lease);

  const UpdateMessage& message() const { return message_; }

 private:
  UpdateBuilder& require(Prerequisite::Kind kind, const Name& name, RRType type);
  UpdateBuilder& change(Change::Kind kind, const Name& name, RRType type);

  UpdateMessage message_;
};

}  // namespace harbinger
