#include "plugins/file/updates.h"

#include <harbinger/loop.h>

#include "plugins/file/transfer_messages.h"

namespace harbinger::file {

namespace {

using Answer = DynamicZone::Answer;

// The answer comes on the writer's thread, and is taken further on the worker's. g++ 12 destroys twice what a lambda within co_await holds by value.
Task<Answer> change(DynamicZone& zone, UpdateMessage update) {
  const auto answer = std::make_shared<Answer>();
  co_await Suspend([&](const std::function<void()>& resume) {
    zone.change(std::move(update), [answer, loop = Loop::current(), resume](const Answer& come) {
      *answer = come;
      loop->post(resume);
    });
  });
  co_return *answer;
}

std::vector<std::uint8_t> lease_option(const UpdateLease& lease) {
  const auto data = lease.to_octets();
  std::vector<std::uint8_t> option{0, static_cast<std::uint8_t>(kUpdateLease), 0,
                                   static_cast<std::uint8_t>(data.size())};
  option.insert(option.end(), data.begin(), data.end());
  return option;
}

EdeCode cause_of(Rcode rcode) { return rcode == Rcode::SERVFAIL ? EdeCode::not_ready : EdeCode::prohibited; }

}  // namespace

// What is wrong with who sent it comes before what is wrong with it: a stranger learns nothing of the zone.
Answer Updates::objection_to(const DynamicZone* zone, const TsigRequest& signature,
                             const std::expected<UpdateMessage, UpdateRefusal>& update) const {
  if (signature.error() != TsigError::none) return {Rcode::NOTAUTH, signature.why()};
  if (!zone) return {Rcode::NOTAUTH, "this is not the name of a zone here"};
  if (!signature.authentic()) return {Rcode::REFUSED, "a change must be signed with a key that may make it"};
  if (!update) return {update.error().rcode, update.error().why};
  if (auto why = objection(rules_, signature.key()->name, update->zone, *update); !why.empty())
    return {Rcode::REFUSED, why};
  return {};
}

Task<void> Updates::serve(std::shared_ptr<DynamicZone> zone, const ZoneRequest& request, ZoneReplies& replies) {
  auto signature = TsigRequest::check(request.wire, keys_, tsig_time(clock_));
  if (!signature) {
    const auto malformed = refusal(request.query, Opcode::UPDATE, nullptr, clock_, Rcode::FORMERR,
                                   EdeCode::invalid_data, signature.error().message);
    co_await replies.send(malformed);
    co_return;
  }
  auto update = UpdateMessage::read(request.wire);
  Answer answer = objection_to(zone.get(), *signature, update);
  if (answer.rcode == Rcode::NOERROR) {
    Task<Answer> made = change(*zone, std::move(*update));
    answer = co_await std::move(made);
  }
  if (answer.rcode != Rcode::NOERROR)
    log_.info("update",
              "from " + request.query.client().to_string() + ": " + to_string(answer.rcode) + ": " + answer.why);
  const auto reply = answer.rcode == Rcode::NOERROR
                         ? bare_reply(request.query, Opcode::UPDATE, &*signature, clock_, answer.rcode,
                                      answer.lease ? lease_option(*answer.lease) : std::vector<std::uint8_t>())
                         : refusal(request.query, Opcode::UPDATE, &*signature, clock_, answer.rcode,
                                   cause_of(answer.rcode), answer.why);
  co_await replies.send(reply);
}

}  // namespace harbinger::file
