#include "plugins/file/transfer.h"

#include <algorithm>

#include "plugins/file/serials.h"

namespace harbinger::file {

namespace {

// Nothing but the SOA: the client has it all (RFC 1995 sec. 2), or shall come back over TCP.
class OnlySoa final : public TransferContent {
 public:
  explicit OnlySoa(const Zone& zone) : soa_(soa_record(zone)) {}
  bool fill(TransferMessages& messages) override { return messages.add(soa_); }

 private:
  const Record soa_;
};

bool over_udp(const ZoneRequest& request) { return request.query.transport() == Transport::udp; }

// RFC 1995 sec. 3: the client's SOA stands in the authority section.
std::optional<std::uint32_t> client_serial(const ZoneRequest& request) {
  const auto message = Message::parse(request.wire);
  if (!message || message->authorities.size() != 1 || message->authorities[0].type != RRType::SOA) return std::nullopt;
  const auto soa = Soa::from_rdata(message->authorities[0].rdata);
  return soa ? std::optional(soa->serial) : std::nullopt;
}

const char* kind_of(RRType type) { return type == RRType::AXFR ? "axfr" : type == RRType::IXFR ? "ixfr" : "soa"; }

// How many are under way.
class Counted {
 public:
  explicit Counted(std::atomic<int>& count) : count_(count), number_(++count) {}
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  int number() const { return number_; }

 private:
  std::atomic<int>& count_;
  const int number_;
};

}  // namespace

struct Transfers::Refusal {
  Rcode rcode;
  EdeCode cause;
  std::string why;
  const char* result = "refused";
};

// One request on its way.
struct Transfers::Job {
  const ServedZone* served;
  const ZoneRequest& request;
  ZoneReplies& replies;
  TsigRequest signature;
  int running;  // this one included
  MonotonicTime began;
  std::shared_ptr<const Zone> zone;
  const char* kind = kind_of(request.query.type());
  const char* result = "sent";
  std::string why{};
  std::size_t messages = 0, records = 0, octets = 0;
};

Transfers::Transfers(std::vector<TransferRule> rules, TsigKeys keys, const PluginContext& context)
    : rules_(std::move(rules)),
      keys_(std::move(keys)),
      clock_(*context.clock),
      metrics_(context.metrics),
      log_(context.log) {}

Task<void> Transfers::serve(const ServedZone* zone, const ZoneRequest& request, ZoneReplies& replies) {
  const Counted counted(running_);
  auto signature = TsigRequest::check(request.wire, keys_, tsig_time(clock_));
  if (!signature) {
    const auto message = malformed(request, Opcode::QUERY, signature.error());
    co_await replies.send(message);
    co_return;
  }
  Job job{zone, request, replies, std::move(*signature), counted.number(), clock_.now(), zone ? zone->hold() : nullptr};
  const auto against = objection(job);
  Task<void> answered = against ? refuse(job, *against) : answer(job);
  co_await std::move(answered);
  report(job);
}

std::vector<std::uint8_t> Transfers::malformed(const ZoneRequest& request, Opcode opcode, const Error& error) const {
  return refusal(request.query, opcode, nullptr, clock_, Rcode::FORMERR, EdeCode::invalid_data, error.message);
}

std::optional<Transfers::Refusal> Transfers::objection(const Job& job) const {
  if (job.signature.error() != TsigError::none)
    return Refusal{Rcode::NOTAUTH, EdeCode::prohibited, job.signature.why()};
  if (!job.zone) return Refusal{Rcode::NOTAUTH, EdeCode::not_authoritative, "this is not the name of a zone here"};
  if (job.request.query.type() == RRType::SOA) return std::nullopt;
  const IpAddress client = job.request.query.client().ip;
  if (!std::ranges::any_of(rules_, [&](const TransferRule& rule) { return rule.allows(client, job.signature); }))
    return Refusal{Rcode::REFUSED, EdeCode::prohibited, "the zone is not for transfer to this address and key"};
  if (job.request.query.type() == RRType::AXFR && over_udp(job.request))  // RFC 5936 sec. 4.2
    return Refusal{Rcode::FORMERR, EdeCode::not_supported, "AXFR goes over TCP"};
  if (job.running > kMost)
    return Refusal{Rcode::SERVFAIL, EdeCode::not_ready, "too many transfers at the same time", "busy"};
  return std::nullopt;
}

Task<void> Transfers::refuse(Job& job, const Refusal& refusal) {
  job.result = refusal.result;
  job.why = refusal.why;
  const auto message = file::refusal(job.request.query, Opcode::QUERY, &job.signature, clock_, refusal.rcode,
                                     refusal.cause, refusal.why);
  co_await job.replies.send(message);
}

Task<void> Transfers::answer(Job& job) {
  auto content = choose(job);
  if (!content) {
    const Refusal no_serial{Rcode::FORMERR, EdeCode::invalid_data, "IXFR should carry the client's SOA as authority"};
    Task<void> refused = refuse(job, no_serial);
    co_await std::move(refused);
    co_return;
  }
  bool sent = co_await send(job, *content);
  if (!sent && over_udp(job.request) && job.messages == 0) {  // RFC 1995 sec. 2: too large for a datagram
    OnlySoa soa(*job.zone);
    job.kind = "soa";
    sent = co_await send(job, soa);
  }
  if (!sent) job.result = "broken";
}

std::unique_ptr<TransferContent> Transfers::choose(Job& job) const {
  if (job.request.query.type() == RRType::SOA) return std::make_unique<OnlySoa>(*job.zone);
  if (job.request.query.type() == RRType::AXFR) return std::make_unique<WholeZone>(job.zone);
  const auto serial = client_serial(job.request);
  return serial ? steps_or_zone(job, *serial) : nullptr;
}

std::unique_ptr<TransferContent> Transfers::steps_or_zone(Job& job, std::uint32_t client_serial) const {
  const std::uint32_t ours = job.zone->soa().serial;
  if (later_serial(ours, client_serial)) {
    auto steps = job.served->history().since(client_serial);
    // The history may be a moment ahead of the zone, or behind it.
    const bool usable = steps && !steps->empty() && !later_serial(ours, steps->back()->to);
    if (usable) return std::make_unique<ZoneSteps>(std::move(*steps));
    job.kind = "axfr";
    if (!over_udp(job.request)) return std::make_unique<WholeZone>(job.zone);
  }
  job.kind = "soa";
  return std::make_unique<OnlySoa>(*job.zone);
}

Task<bool> Transfers::send(Job& job, TransferContent& content) {
  TransferMessages messages(job.request, job.replies, job.signature, clock_);
  bool complete = false, going_on = true;
  while (going_on && !complete) {
    complete = content.fill(messages);
    if (!complete && over_udp(job.request)) co_return false;
    going_on = co_await messages.send();
    job.messages = messages.messages();
    job.records = messages.records();
    job.octets = messages.octets();
  }
  co_return complete&& going_on;
}

Task<void> Transfers::turn_away_notify(const ZoneRequest& request, ZoneReplies& replies) {
  auto signature = TsigRequest::check(request.wire, keys_, tsig_time(clock_));
  const auto message = signature ? refusal(request.query, Opcode::NOTIFY, &*signature, clock_, Rcode::NOTAUTH,
                                           EdeCode::not_supported, "this server is a primary of its zones")
                                 : malformed(request, Opcode::NOTIFY, signature.error());
  co_await replies.send(message);
}

void Transfers::report(const Job& job) {
  const std::string zone = job.request.query.name().to_string();
  if (metrics_ && job.served)
    metrics_
        ->counter("harbinger_file_transfers_total", "Requests for zone transfers, by what was sent.",
                  {{"zone", job.served->apex().to_string()}, {"kind", job.kind}, {"result", job.result}})
        .add();
  std::string line = "zone " + escape_for_log(zone) + ": " + job.kind + " to " +
                     job.request.query.client().to_string() + " " + job.result;
  if (!job.why.empty()) return log_.warning("transfer refused", line + ": " + job.why);
  if (job.request.query.type() == RRType::SOA) return;
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - job.began);
  log_.info("transfer", line + ", serial " + std::to_string(job.zone->soa().serial) + ", " +
                            std::to_string(job.records) + " records, " + std::to_string(job.octets) + " octets, " +
                            std::to_string(took.count()) + " ms");
}

}  // namespace harbinger::file
