#include "plugins/forward/read_reply.h"

#include "plugins/forward/scrub.h"

namespace harbinger::forward {

namespace {

std::optional<EdeCode> cause_in(const Message& message) {
  const auto option = message.edns ? message.edns->option(OptionCode::EDE) : std::nullopt;
  if (!option) return std::nullopt;
  const auto error = ExtendedError::parse(*option);
  if (!error) return std::nullopt;
  return error->code;
}

bool may_be_handed_on(Rcode rcode) {
  return rcode == Rcode::NOERROR || rcode == Rcode::NXDOMAIN || rcode == Rcode::YXDOMAIN;
}

}  // namespace

bool is_cut(std::span<const std::uint8_t> reply) { return reply.size() > 2 && reply[2] & 0x02; }

Rcode short_rcode(std::span<const std::uint8_t> reply) {
  return reply.size() > 3 ? static_cast<Rcode>(reply[3] & 0x0F) : Rcode::SERVFAIL;
}

std::expected<Reply, Trouble> read_reply(std::span<const std::uint8_t> bytes, const Query& query,
                                         const std::optional<ClientSubnet>& sent) {
  auto message = Message::parse(bytes);
  if (!message) return std::unexpected(Trouble{});
  const auto cause = cause_in(*message);
  if (!may_be_handed_on(message->rcode()))
    return std::unexpected(Trouble{Trouble::Kind::bad_rcode, message->rcode(), cause});
  const auto scrubbed = scrub(*message, query.question(), query.dnssec_ok());
  if (!scrubbed) return std::unexpected(Trouble{});

  Reply reply = Reply::with(message->rcode());
  if (sent) {
    const auto scope = scope_of(*message, *sent);
    if (!scope) return std::unexpected(Trouble{});
    reply.limit_subnet(*scope);
  }
  reply.answers() = std::move(message->answers);
  reply.authorities() = std::move(message->authorities);
  reply.set_recursion_available().set_authentic_data(message->header.ad).keep(Reply::Keeping::by_ttl);
  if (cause) reply.explain(*cause);  // the text is somebody else's and stays behind
  return reply;
}

}  // namespace harbinger::forward
