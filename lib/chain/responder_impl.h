// What a Responder is made of. responder.cpp: from a message to a reply when the answer is there. responder_flights.cpp: when it
// has to be computed. responder_zone_requests.cpp: messages that are no queries.
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include <harbinger/responder.h>
#include <harbinger/worker.h>
#include "chain/answer_cache.h"
#include "chain/finish.h"
#include "chain/flight.h"
#include "chain/query_parser.h"
#include "chain/responder_metrics.h"
#include "chain/waiting_room.h"
#include "chain/zone_work.h"

namespace harbinger {

// Answers without records, made once: what is decided before or beside the chain.
class PlainAnswers {
 public:
  PlainAnswers() {
    for (std::size_t i = 0; i < answers_.size(); ++i) {
      answers_[i] = KeptAnswerRef::adopt(KeptAnswer::make({}));
      answers_[i]->rcode = static_cast<Rcode>(i);
    }
  }
  const KeptAnswer& of(Rcode rcode) const { return *answers_[static_cast<std::size_t>(rcode) % answers_.size()]; }

 private:
  std::array<KeptAnswerRef, 24> answers_;
};

struct Responder::Impl {
  static constexpr std::size_t kMostFlights = 65536;
  static constexpr std::size_t kMostZoneRequests = 1024;  // each owns a copy of its message

  Impl(const World& world, const ServerConfig& server)
      : clock(*world.clock),
        log(*(world.log ? world.log : &null_log_sink()), "chain"),
        config(server),
        cache(server.cache_size.bytes),
        metrics(*world.metrics, cache) {}

  using MakeLater = std::function<std::unique_ptr<Later>()>;

  std::size_t answer(const Incoming& in, const ZoneMap& zones, std::span<std::uint8_t> out, const MakeLater& later);
  std::size_t answer_query(Query& query, const ZoneMap& zones, std::span<std::uint8_t> out, const MakeLater& later);
  std::size_t answer_unparsed(const Query& query, Parsed parsed, bool with_question, std::span<std::uint8_t> out);
  std::size_t send_plain(const Query& query, Rcode rcode, bool with_question, std::span<std::uint8_t> out);
  std::size_t admit_and_serve(Query& query, const std::shared_ptr<const Chain>& chain, std::span<std::uint8_t> out,
                              const MakeLater& later);
  std::optional<std::size_t> turn_away(const Query& query, const Chain& chain, std::span<std::uint8_t> out);
  std::size_t identify_and_serve(Query& query, const std::shared_ptr<const Chain>& chain, std::span<std::uint8_t> out,
                                 const MakeLater& later);
  std::size_t answer_miss(const Query& query, const std::shared_ptr<const Chain>& chain, const AnswerKey& key,
                          KeptAnswer* stale, std::span<std::uint8_t> out, const MakeLater& later);
  std::size_t send(const Query& query, const Chain& chain, const KeptAnswer& answer, Sending sending, Source source,
                   std::span<std::uint8_t> out);

  std::size_t send_stale(const Query& query, const Chain& chain, const KeptAnswer& kept, std::span<std::uint8_t> out);

  // How to send an expired answer; counts it.
  Sending as_stale(const Chain& chain, MonotonicTime now) const;
  bool may_be_stale(const KeptAnswer& kept, MonotonicTime now) const { return kept.ages && now < kept.stale_until; }
  void refresh_if_due(const Query& query, const std::shared_ptr<const Chain>& chain, KeptAnswer& kept,
                      const AnswerKey& key);

  /// The thread's own, for replies that were not ready at once.
  static std::span<std::uint8_t> late_buffer();

  std::size_t answer_zone_request(const Incoming& in, Query& query, const QueryParser& parser, const ZoneMap& zones,
                                  std::span<std::uint8_t> out, const MakeLater& later);
  Task<void> maintain(std::shared_ptr<ZoneWork> work);
  void reply_late(ZoneWork& work);
  std::size_t end_zone_request(ZoneWork& work, std::span<std::uint8_t> out, const MakeLater& later);
  std::size_t nobody_maintains(Query& query, ZoneRequest::Kind kind, bool is_signed,
                               const std::shared_ptr<const Chain>* chain, std::span<std::uint8_t> out,
                               const MakeLater& later);

  void resolve_ahead(const std::shared_ptr<const Chain>& chain, const AheadQuestion& question,
                     std::function<void(const AheadAnswer&)> done);

  std::shared_ptr<Flight> take_off(const Query& query, const std::shared_ptr<const Chain>& chain, const AnswerKey& key,
                                   KeptAnswer* stale);
  Task<void> fly(std::shared_ptr<Flight> flight);
  void land(Flight& flight, const Reply& reply);
  bool board(Flight& flight, const std::shared_ptr<Waiter>& waiter);
  void deliver(const std::shared_ptr<Waiter>& waiter, Flight& flight);
  void answer_waiter(Waiter& waiter, const KeptAnswer& answer, Sending sending, Source source);
  std::size_t send_late(const Waiter& waiter, const KeptAnswer& answer, Sending sending, Source source);
  void give_up(const std::shared_ptr<Waiter>& waiter);
  void offer_stale(const std::shared_ptr<Waiter>& waiter);
  bool fits(const Query& query, const Flight& flight) const;
  void change_flights(const std::shared_ptr<Waiter>& waiter, const Flight& left);
  bool overloaded() const { return in_flight.load(std::memory_order_relaxed) >= kMostFlights; }
  void blame(std::string_view who);
  WaitingRoom& waiting_room();

  const Clock& clock;
  Logger log;
  const ServerConfig config;
  AnswerCache cache;
  ResponderMetrics metrics;
  PlainAnswers plain;
  Flights flights;
  std::atomic<std::size_t> in_flight{0};
  std::atomic<std::size_t> zone_requests{0};                        // of those in flight
  std::array<std::unique_ptr<WaitingRoom>, kMaxWorkers + 1> rooms;  // each made and used by its worker
};

}  // namespace harbinger
