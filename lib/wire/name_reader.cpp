#include "wire/name_reader.h"

#include <harbinger/message.h>

namespace harbinger {
namespace wire {
namespace {

std::unexpected<Error> bad(ErrorCode code, const char* what, std::size_t offset) {
  return fail(code, std::string(what) + " at octet " + std::to_string(offset));
}

}  // namespace

Result<Name> NameReader::read(std::size_t& offset, std::size_t end) {
  NameBuilder builder;
  std::size_t segment = offset;  // where the labels between two pointers begin
  std::size_t at = offset;
  std::size_t behind = 0;  // the first pointer, if any
  while (true) {
    if (at >= end) return bad(ErrorCode::truncated, "name cut short", at);
    if (steps_left_-- == 0) {
      steps_left_ = 0;
      return bad(ErrorCode::too_large, "too many labels in one message", at);
    }
    const std::uint8_t head = message_[at];
    if (head != 0 && head <= Name::kMaxLabel) {
      at += head + 1u;
      if (at - segment >= Name::kMaxWire) return bad(ErrorCode::too_large, "name longer than 255 octets", segment);
      continue;
    }

    if (!builder.append_labels(message_.subspan(segment, at - segment))) {
      return bad(ErrorCode::too_large, "name longer than 255 octets", segment);
    }
    if (head == 0) {
      offset = behind ? behind : at + 1;
      return builder.finish();
    }

    // RFC 9267 sec. 2: 01 and 10 are reserved, and a pointer must lead to a prior name: only backwards, so no loop can
    // form.
    if (head < 0xc0) return bad(ErrorCode::malformed, "reserved label type", at);
    if (pointers_ == Pointers::forbidden) return bad(ErrorCode::malformed, "compression pointer where none may be", at);
    if (at + 1 >= end) return bad(ErrorCode::truncated, "name cut short", at);
    const std::size_t target = (head & 0x3fu) << 8 | message_[at + 1];
    if (target >= segment) return bad(ErrorCode::malformed, "compression pointer that does not point backwards", at);
    if (target < Header::kSize) return bad(ErrorCode::malformed, "compression pointer into the header", at);
    if (behind == 0) behind = at + 2;
    end = at;  // what a prior name may use ends where this pointer stands
    segment = at = target;
  }
}

}  // namespace wire

Result<Name> read_name(std::span<const std::uint8_t> message, std::size_t& offset) {
  return wire::NameReader(message).read(offset);
}

}  // namespace harbinger
