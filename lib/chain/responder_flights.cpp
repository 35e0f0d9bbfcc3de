#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "chain/responder_impl.h"

namespace harbinger {

namespace {

using namespace std::chrono_literals;

// RFC 8767 sec. 5: after a failed refresh, stale answers are given at once for so long.
constexpr Duration kFailureRecheck = 30s;

AheadAnswer as_ahead(const Encoded& result) {
  using Outcome = AheadAnswer::Outcome;
  const auto& answer = *result.answer;
  if (answer.failed) return {Outcome::failed, false, 0};
  const bool for_all = result.keep && result.share && result.facts.refs().empty();
  const auto ttl = std::chrono::duration_cast<std::chrono::seconds>(answer.expires - answer.stored).count();
  return {for_all ? Outcome::kept : Outcome::not_kept, answer.ages,
          for_all && answer.ages ? static_cast<std::uint32_t>(ttl) : 0};
}

}  // namespace

std::span<std::uint8_t> Responder::Impl::late_buffer() {
  thread_local const auto buffer = std::make_unique<std::array<std::uint8_t, 65535>>();
  return *buffer;
}

// As a refresh, but nobody has asked. What is kept already stays until the new answer is there.
void Responder::Impl::resolve_ahead(const std::shared_ptr<const Chain>& chain, const AheadQuestion& question,
                                    std::function<void(const AheadAnswer&)> done) {
  using Outcome = AheadAnswer::Outcome;
  const Query query = QueryBuilder(question.name, question.type)
                          .recursion_desired(question.recursion_desired)
                          .dnssec_ok(question.dnssec_ok)
                          .checking_disabled(question.checking_disabled)
                          .arrived(clock.now(), config.query_timeout)
                          .build();
  AnswerKey key(chain->id(), query);
  if (overloaded()) return done({Outcome::overloaded, false, 0});
  if (flights.find(key)) return done({Outcome::under_way, false, 0});
  auto* kept = chain->cache().off ? nullptr : cache.find(key, query);
  if (kept && !cache.still_right(*kept)) kept = nullptr;
  if (kept && kept->refreshing.exchange(true, std::memory_order_relaxed)) return done({Outcome::under_way, false, 0});

  metrics.ahead.add();
  const auto flight = take_off(query, chain, key, kept);
  if (flight->landed) return done(as_ahead(flight->result));
  flight->resolved_ahead = std::move(done);
  flights.add(flight);
}

std::shared_ptr<Flight> Responder::Impl::take_off(const Query& query, const std::shared_ptr<const Chain>& chain,
                                                  const AnswerKey& key, KeptAnswer* stale) {
  auto flight = std::make_shared<Flight>(query, key);
  flight->chain = chain;
  flight->stamp = cache.changes().now();
  flight->stale = KeptAnswerRef::share(stale);
  in_flight.fetch_add(1, std::memory_order_relaxed);
  start(fly(flight));
  flight->airborne = true;
  return flight;
}

Task<void> Responder::Impl::fly(std::shared_ptr<Flight> flight) {
  auto& record = flight->query.start_record();
  std::optional<Reply> reply;
  try {
    const Next first(flight->chain->serve());
    Task<Reply> task = first(*flight->query);
    Reply served = co_await std::move(task);
    if (record.deepest && served.answered()) served.set_made_by(record.deepest->name());
    reply.emplace(std::move(served));
  } catch (...) {
    const std::string plugin(record.deepest ? record.deepest->name() : "chain");
    blame("plugin " + plugin);
    reply.emplace(Reply::failure(EdeCode::other, "plugin " + plugin + " failed"));
  }
  land(*flight, *reply);
}

void Responder::Impl::land(Flight& flight, const Reply& reply) {
  const auto& rules = flight.chain->cache();
  const auto now = clock.now();
  AnswerKey key = flight.key;
  auto encoded = encode(reply, *flight.query, key, flight.query.record(), rules, now);
  encoded.answer->stamp.store(flight.stamp, std::memory_order_relaxed);
  if (encoded.answer->failed && flight.stale && may_be_stale(*flight.stale, now)) {
    flight.stale->failing_until.store((now + kFailureRecheck).ns, std::memory_order_relaxed);
    flight.stale->refreshing.store(false, std::memory_order_relaxed);
  } else if (encoded.keep) {
    cache.store(encoded.answer, key, encoded.facts.refs(),
                flight.airborne ? AnswerCache::Cost::waited : AnswerCache::Cost::inline_);
  }

  std::vector<std::shared_ptr<Waiter>> waiters;
  {
    const std::lock_guard guard(flight.lock);
    flight.result = std::move(encoded);
    flight.landed = true;
    waiters.swap(flight.waiters);
  }
  flights.remove(flight);
  in_flight.fetch_sub(1, std::memory_order_relaxed);
  if (flight.resolved_ahead) flight.resolved_ahead(as_ahead(flight.result));
  if (waiters.empty()) return;

  // The flight's last owner may be the coroutine that called; waiters on other loops need it a little longer.
  for (const auto& waiter : waiters) {
    if (waiter->home == Loop::current() || !waiter->home)
      deliver(waiter, flight);
    else
      waiter->home->post([this, waiter, shared = flight.shared_from_this()] { deliver(waiter, *shared); });
  }
}

// False when the flight has landed meanwhile.
bool Responder::Impl::board(Flight& flight, const std::shared_ptr<Waiter>& waiter) {
  const std::lock_guard guard(flight.lock);
  if (flight.landed) return false;
  flight.waiters.push_back(waiter);
  return true;
}

// Is the answer of this flight the one that `query` would have got? Not if something changed since it began: the client may have asked after
// that.
bool Responder::Impl::fits(const Query& query, const Flight& flight) const {
  if (!flight.result.share || !cache.still_right(*flight.result.answer)) return false;
  for (const auto& fact : flight.result.facts.refs())
    if (query.value_of(fact) != flight.query->value_of(fact)) return false;
  return true;
}

void Responder::Impl::deliver(const std::shared_ptr<Waiter>& waiter, Flight& flight) {
  if (waiter->answered) return;
  const auto now = clock.now();
  if (waiter->source == Source::coalesced && !fits(*waiter->query, flight)) return change_flights(waiter, flight);
  const auto& answer = *flight.result.answer;
  if (answer.failed && waiter->stale && may_be_stale(*waiter->stale, now)) return offer_stale(waiter);
  answer_waiter(*waiter, answer, {.now = now}, waiter->source);
}

// The answer depends on facts in which this client differs, or is out of date: the client waits for that of somebody who has the same facts,
// or gets a flight of its own. What may not be shared is computed for each.
void Responder::Impl::change_flights(const std::shared_ptr<Waiter>& waiter, const Flight& left) {
  AnswerKey key(waiter->chain->id(), *waiter->query);
  key.narrow_to(*waiter->query, left.result.facts.refs());
  if (left.result.share)
    if (const auto other = flights.find(key); other && board(*other, waiter)) return;

  waiter->source = Source::served;
  if (overloaded()) {
    metrics.overloaded.add();
    return answer_waiter(*waiter, plain.of(Rcode::SERVFAIL), {.now = clock.now(), .ede = EdeCode::not_ready},
                         waiter->source);
  }
  const auto own = take_off(*waiter->query, waiter->chain, key, waiter->stale.get());
  if (left.result.share && !own->landed) flights.add(own);
  if (!board(*own, waiter)) deliver(waiter, *own);
}

void Responder::Impl::answer_waiter(Waiter& waiter, const KeptAnswer& answer, Sending sending, Source source) {
  waiter.answered = true;
  waiting_room().leave(waiter);
  waiter.later->reply(late_buffer().first(send_late(waiter, answer, sending, source)));
}

// Others wait behind this one, so an exception ends here.
std::size_t Responder::Impl::send_late(const Waiter& waiter, const KeptAnswer& answer, Sending sending, Source source) {
  try {
    return send(*waiter.query, *waiter.chain, answer, sending, source, late_buffer());
  } catch (...) {
    blame("a plugin (decorate or observe)");
    return send_plain(*waiter.query, Rcode::SERVFAIL, true, late_buffer());
  }
}

void Responder::Impl::give_up(const std::shared_ptr<Waiter>& waiter) {
  if (waiter->stale && may_be_stale(*waiter->stale, clock.now())) return offer_stale(waiter);
  metrics.timeouts.add();
  answer_waiter(*waiter, plain.of(Rcode::SERVFAIL), {.now = clock.now(), .ede = EdeCode::no_reachable_authority},
                Source::served);
}

void Responder::Impl::offer_stale(const std::shared_ptr<Waiter>& waiter) {
  answer_waiter(*waiter, *waiter->stale, as_stale(*waiter->chain, clock.now()), Source::stale);
}

WaitingRoom& Responder::Impl::waiting_room() {
  auto& room = rooms[worker_index()];
  if (!room)
    room = std::make_unique<WaitingRoom>([this](const auto& waiter) { give_up(waiter); },
                                         [this](const auto& waiter) { offer_stale(waiter); });
  return *room;
}

}  // namespace harbinger
