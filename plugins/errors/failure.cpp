#include "plugins/errors/failure.h"

#include <algorithm>
#include <cstring>

#include <harbinger/edns.h>
#include <harbinger/log.h>
#include <harbinger/message.h>

namespace harbinger::errors {

namespace {

template <std::size_t Size>
std::uint8_t copy_text(std::string_view text, std::array<char, Size>& to) {
  const auto size = std::min(text.size(), Size);
  std::copy_n(text.data(), size, to.data());
  return static_cast<std::uint8_t>(size);
}

// The server writes OPT last, and a failure carries no records: behind the question there is only OPT.
std::optional<ExtendedError> extended_error_of(std::span<const std::uint8_t> wire) {
  const auto header = Header::parse(wire);
  if (!header || header->ancount + header->nscount > 0 || header->arcount != 1) return std::nullopt;
  std::size_t offset = Header::kSize;
  if (header->qdcount == 1) {
    if (!read_name(wire, offset)) return std::nullopt;
    offset += 4;
  }
  const auto opt = read_record(wire, offset);
  if (!opt || opt->type != RRType::OPT) return std::nullopt;
  OptionReader options(wire.subspan(opt->rdata_offset, opt->rdata_size));
  while (const auto option = options.next())
    if (option->code == OptionCode::EDE)
      if (const auto error = ExtendedError::parse(option->data)) return *error;
  return std::nullopt;
}

}  // namespace

void Failure::fill(const Query& query, const ReplyView& reply) {
  type = query.type();
  name_size = static_cast<std::uint8_t>(query.name().size());
  std::memcpy(name.data(), query.name().wire().data(), name_size);
  made_by_size = copy_text(reply.made_by, made_by);
  const auto error = extended_error_of(reply.wire);
  has_cause = error.has_value();
  cause = error ? static_cast<std::uint16_t>(error->code) : std::uint16_t{0};
  text_size = error ? copy_text(error->text, text) : std::uint8_t{0};
}

std::string Failure::reason() const {
  std::string reason = made_by_size == 0 ? "server" : std::string(made_by.data(), made_by_size);
  reason += ": ";
  if (!has_cause) return reason + "failed";
  if (text_size == 0) return reason + "extended error " + std::to_string(cause);
  return reason + escape_for_log({text.data(), text_size}) + " (extended error " + std::to_string(cause) + ")";
}

std::string Failure::line() const {
  const auto asked = Name::from_wire({name.data(), name_size});
  return (asked ? escape_for_log(asked->to_string()) : "?") + " " + to_string(type) + ": " + reason();
}

}  // namespace harbinger::errors
