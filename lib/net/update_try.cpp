#include "net/update_try.h"

#include <unordered_map>

#include <harbinger/message.h>

namespace harbinger::net {

namespace {

constexpr std::size_t kLargestMessage = 65535;

ErrorCode code_of(Rcode rcode) {
  switch (rcode) {
    case Rcode::FORMERR:
    case Rcode::NOTZONE:
      return ErrorCode::malformed;
    case Rcode::SERVFAIL:
      return ErrorCode::unreachable;
    case Rcode::NOTIMP:
      return ErrorCode::unsupported;
    case Rcode::NXDOMAIN:
    case Rcode::YXDOMAIN:
    case Rcode::YXRRSET:
    case Rcode::NXRRSET:
      return ErrorCode::conflict;
    default:
      return ErrorCode::denied;
  }
}

std::string meaning_of(Rcode rcode, const std::string& zone) {
  switch (rcode) {
    case Rcode::FORMERR:
      return "the server does not understand the update";
    case Rcode::SERVFAIL:
      return "the server failed; nothing was changed";
    case Rcode::NXDOMAIN:
      return "a name that must be in use is not";
    case Rcode::NOTIMP:
      return "the server takes no updates";
    case Rcode::REFUSED:
      return "the server's policy does not let this key or address change this in " + zone;
    case Rcode::YXDOMAIN:
      return "a name that must not be in use is";
    case Rcode::YXRRSET:
      return "records that must not exist do";
    case Rcode::NXRRSET:
      return "records that must exist do not, or are others";
    case Rcode::NOTAUTH:
      return "the server is not the primary of " + zone + ", or does not accept the key";
    case Rcode::NOTZONE:
      return "a name is not in " + zone;
    default:
      return "the server does not make the change";
  }
}

// The refusal of an unsigned reply is told all the same: over TCP only who sees the connection could have made it up.
std::unexpected<Error> refused(Rcode rcode, const Name& zone, std::string_view more = {}) {
  return fail(code_of(rcode), to_string(rcode) + ": " + meaning_of(rcode, zone.to_string()) + std::string(more));
}

bool may_be_passed_over(RRType type) {
  return type == RRType::CNAME || type == RRType::DNAME || type == RRType::NS || type == RRType::SOA;
}

bool is_key_trouble(const TsigClient& signer) { return signer.error() != TsigError::none; }

}  // namespace

UpdateTry::UpdateTry(const UpdateMessage& update, const std::shared_ptr<const TsigKey>& key) : update_(update) {
  if (key) signer_.emplace(key);
}

Result<std::vector<std::uint8_t>> UpdateTry::message(std::uint16_t id, TsigTime now) {
  std::vector<std::uint8_t> octets(kLargestMessage);
  auto size = update_.write(octets, id);
  if (size && signer_) size = signer_->sign(octets, *size, now);
  if (!size) return fail(ErrorCode::malformed, size.error().message);
  octets.resize(*size);
  return octets;
}

Result<UpdateDone> UpdateTry::judge(std::span<const std::uint8_t> reply, TsigTime now) {
  const auto header = Header::parse(reply);
  if (!header || !header->qr || header->opcode != Opcode::UPDATE)
    return fail(ErrorCode::timeout, "what came back is no reply to an update");
  if (!signer_) return judge_content(reply);
  const auto believed = signer_->verify(reply, now);
  if (believed) return judge_content(reply);
  if (is_key_trouble(*signer_)) return fail(ErrorCode::denied, "NOTAUTH, " + believed.error().message);
  if (header->rcode == 0)
    return fail(ErrorCode::timeout, "not known whether it was changed: " + believed.error().message);
  return refused(static_cast<Rcode>(header->rcode), update_.zone, "; " + believed.error().message);
}

Result<UpdateDone> UpdateTry::judge_content(std::span<const std::uint8_t> reply) const {
  const auto message = Message::parse(reply);
  if (!message) {
    const auto rcode = static_cast<Rcode>(reply[3] & 0x0f);
    if (rcode != Rcode::NOERROR) return refused(rcode, update_.zone);
    return UpdateDone{};  // the change was made; only what was said beside that cannot be read
  }
  if (message->rcode() != Rcode::NOERROR) return refused(message->rcode(), update_.zone);
  if (!update_.lease) return UpdateDone{};
  const auto lease = update_lease(*message);
  return UpdateDone{lease ? *lease : std::nullopt};
}

// RFC 2136 sec. 3.4.2: additions and removals say what there shall be, so a second time changes nothing. Not so where one was passed over the first time
// because of what a later one removes: an alias beside other records, or the last name server of a zone.
bool repeatable(const UpdateMessage& update) {
  if (!update.prerequisites.empty()) return false;
  std::unordered_map<Name, bool, NameHash> added;  // and whether a type that may be passed over was
  for (const auto& change : update.changes) {
    const auto& record = change.record;
    if (change.kind == Change::Kind::add)
      added[record.name] |= may_be_passed_over(record.type);
    else if (const auto before = added.find(record.name); before != added.end())
      if (before->second || may_be_passed_over(record.type)) return false;
  }
  return true;
}

bool worth_another_try(const Error& error, const UpdateMessage& update) {
  return error.code == ErrorCode::unreachable || (error.code == ErrorCode::timeout && repeatable(update));
}

bool may_be_the_fault_of_one(const Error& error) {
  return error.code == ErrorCode::denied || error.code == ErrorCode::malformed || error.code == ErrorCode::conflict;
}

}  // namespace harbinger::net
