#include <harbinger/responder.h>

#include <array>
#include <memory>
#include <vector>

#include "chain/answer_cache.h"
#include "chain/finish.h"
#include "chain/flight.h"
#include "chain/query_parser.h"
#include "chain/responder_metrics.h"
#include "chain/waiting_room.h"
#include <harbinger/worker.h>

namespace harbinger {

namespace {

using namespace std::chrono_literals;

// RFC 8767 sec. 5: after a failed refresh, stale answers are given at once for so long.
constexpr Duration kFailureRecheck = 30s;
constexpr std::size_t kMostFlights = 65536;

std::span<std::uint8_t> late_buffer() {
  thread_local const auto buffer = std::make_unique<std::array<std::uint8_t, 65535>>();
  return *buffer;
}

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

}  // namespace

struct Responder::Impl {
  Impl(const World& world, const ServerConfig& server)
      : clock(*world.clock),
        log(*(world.log ? world.log : &null_log_sink()), "chain"),
        config(server),
        cache(server.cache_size.bytes),
        metrics(*world.metrics, cache) {}

  using MakeLater = std::function<std::unique_ptr<Later>()>;

  std::size_t answer(const Incoming& in, const ZoneMap& zones, std::span<std::uint8_t> out, const MakeLater& later);
  std::size_t answer_unparsed(const Query& query, Parsed parsed, bool with_question, std::span<std::uint8_t> out);
  std::size_t admit_and_serve(Query& query, const std::shared_ptr<const Chain>& chain, std::span<std::uint8_t> out,
                              const MakeLater& later);
  std::size_t answer_miss(const Query& query, const std::shared_ptr<const Chain>& chain, const AnswerKey& key,
                          KeptAnswer* stale, std::span<std::uint8_t> out, const MakeLater& later);
  std::size_t send(const Query& query, const Chain& chain, const KeptAnswer& answer, Sending sending, Source source,
                   std::span<std::uint8_t> out);

  std::size_t send_stale(const Query& query, const Chain& chain, const KeptAnswer& kept, std::span<std::uint8_t> out);

  bool may_be_stale(const KeptAnswer& kept, MonotonicTime now) const { return kept.ages && now < kept.stale_until; }
  void refresh_if_due(const Query& query, const std::shared_ptr<const Chain>& chain, KeptAnswer& kept, const AnswerKey& key);

  std::shared_ptr<Flight> take_off(const Query& query, const std::shared_ptr<const Chain>& chain, const AnswerKey& key,
                                   KeptAnswer* stale);
  Task<void> fly(std::shared_ptr<Flight> flight);
  void land(Flight& flight, const Reply& reply);
  bool board(Flight& flight, const std::shared_ptr<Waiter>& waiter);
  void deliver(const std::shared_ptr<Waiter>& waiter, Flight& flight);
  void answer_waiter(Waiter& waiter, const KeptAnswer& answer, Sending sending, Source source);
  void give_up(const std::shared_ptr<Waiter>& waiter);
  void offer_stale(const std::shared_ptr<Waiter>& waiter);
  bool fits(const Query& query, const Flight& flight) const;
  WaitingRoom& waiting_room();

  const Clock& clock;
  Logger log;
  const ServerConfig config;
  AnswerCache cache;
  ResponderMetrics metrics;
  PlainAnswers plain;
  Flights flights;
  std::atomic<std::size_t> in_flight{0};
  std::array<std::unique_ptr<WaitingRoom>, kMaxWorkers + 1> rooms;  // each made and used by its worker
};

std::size_t Responder::Impl::answer(const Incoming& in, const ZoneMap& zones, std::span<std::uint8_t> out,
                                    const MakeLater& later) {
  Query query = QueryParser::empty();
  QueryParser parser;
  const auto parsed = parser.parse(in, config.query_timeout, query);
  if (parsed != Parsed::query) return answer_unparsed(query, parsed, parser.has_question(), out);

  const auto* chain = query.klass() == RRClass::IN ? zones.find_for(query.name(), query.type()) : nullptr;
  if (!chain) {
    metrics.unserved.add();
    ReplyEditor editor;
    const Sending sending{.now = in.now};
    ReplyFinisher::prepare(editor, query, Rcode::REFUSED);
    return ReplyFinisher(query, plain.of(Rcode::REFUSED), sending, reply_limit(query, config.max_udp_size, out.size()))
        .write(editor, out);
  }
  return admit_and_serve(query, *chain, out, later);
}

std::size_t Responder::Impl::answer_unparsed(const Query& query, Parsed parsed, bool with_question, std::span<std::uint8_t> out) {
  metrics.malformed[static_cast<std::size_t>(parsed)].add();
  if (parsed == Parsed::drop) return 0;
  const auto rcode = parsed == Parsed::notimp    ? Rcode::NOTIMP
                     : parsed == Parsed::badvers ? Rcode::BADVERS
                     : parsed == Parsed::notauth ? Rcode::NOTAUTH
                                                 : Rcode::FORMERR;
  ReplyEditor editor;
  ReplyFinisher::prepare(editor, query, rcode);
  const Sending sending{.now = query.arrived(), .with_question = with_question};
  return ReplyFinisher(query, plain.of(rcode), sending, reply_limit(query, config.max_udp_size, out.size())).write(editor, out);
}

std::size_t Responder::Impl::admit_and_serve(Query& query, const std::shared_ptr<const Chain>& chain, std::span<std::uint8_t> out,
                                             const MakeLater& later) {
  const auto now = query.arrived();
  for (auto* plugin : chain->admit()) {
    const auto verdict = plugin->admit(query);
    if (verdict.kind == Verdict::Kind::pass) continue;
    if (verdict.kind == Verdict::Kind::drop) return 0;
    return send(query, *chain, plain.of(verdict.rcode), {.now = now, .ede = verdict.cause}, Source::refused, out);
  }
  for (auto* plugin : chain->identify()) plugin->identify(query);

  AnswerKey key(chain->id(), query);
  KeptAnswer* stale = nullptr;
  if (auto* kept = chain->cache().off ? nullptr : cache.find(key, query); kept && cache.still_right(*kept)) {
    if (kept->fresh(now)) {
      metrics.hits.add();
      refresh_if_due(query, chain, *kept, key);
      return send(query, *chain, *kept, {.now = now}, Source::cache, out);
    }
    if (may_be_stale(*kept, now)) {
      stale = kept;
      if (now.ns < kept->failing_until.load(std::memory_order_relaxed)) return send_stale(query, *chain, *kept, out);
    }
  }
  metrics.misses.add();
  return answer_miss(query, chain, key, stale, out, later);
}

std::size_t Responder::Impl::answer_miss(const Query& query, const std::shared_ptr<const Chain>& chain, const AnswerKey& key,
                                         KeptAnswer* stale, std::span<std::uint8_t> out, const MakeLater& later) {
  auto flight = flights.find(key);
  const bool joined = flight != nullptr;
  if (!flight) {
    if (in_flight.load(std::memory_order_relaxed) >= kMostFlights) {
      metrics.overloaded.add();
      return send(query, *chain, plain.of(Rcode::SERVFAIL), {.now = query.arrived(), .ede = EdeCode::not_ready},
                  Source::served, out);
    }
    flight = take_off(query, chain, key, stale);
    if (flight->landed) {
      const auto& answer = *flight->result.answer;
      if (answer.failed && stale && may_be_stale(*stale, query.arrived())) return send_stale(query, *chain, *stale, out);
      return send(query, *chain, answer, {.now = query.arrived()}, Source::served, out);
    }
    flights.add(flight);
  }

  auto waiter = std::make_shared<Waiter>(query);
  waiter->chain = chain;
  waiter->later = later();
  waiter->stale = KeptAnswerRef::share(stale);
  waiter->source = joined ? Source::coalesced : Source::served;
  waiter->home = Loop::current();
  waiting_room().enter(waiter);
  if (!board(*flight, waiter)) deliver(waiter, *flight);
  return kLater;
}

std::size_t Responder::Impl::send(const Query& query, const Chain& chain, const KeptAnswer& answer, Sending sending, Source source,
                                  std::span<std::uint8_t> out) {
  ReplyEditor editor;
  ReplyFinisher::prepare(editor, query, answer.rcode);
  for (auto* plugin : chain.decorate()) plugin->decorate(query, editor);
  ReplyFinisher finisher(query, answer, sending, reply_limit(query, config.max_udp_size, out.size()));
  const auto size = finisher.write(editor, out);

  const ReplyView view{.wire = out.first(size),
                       .rcode = answer.rcode,
                       .source = source,
                       .truncated = finisher.truncated(),
                       .made_by = answer.made_by,
                       .took = sending.now - query.arrived()};
  for (auto* plugin : chain.observe()) plugin->observe(query, view);
  return size;
}

std::size_t Responder::Impl::send_stale(const Query& query, const Chain& chain, const KeptAnswer& kept,
                                        std::span<std::uint8_t> out) {
  metrics.stale.add();
  const auto ttl = static_cast<std::uint32_t>(chain.cache().stale_ttl.count());
  return send(query, chain, kept, {.now = query.arrived(), .stale_ttl = ttl}, Source::stale, out);
}

// Popular answers never expire: whoever asks in the last part of a TTL makes it fresh for the others.
void Responder::Impl::refresh_if_due(const Query& query, const std::shared_ptr<const Chain>& chain, KeptAnswer& kept,
                                     const AnswerKey& key) {
  const auto percent = chain->cache().refresh_percent;
  if (!kept.ages || percent == 0 || kept.failed) return;
  const auto left = kept.expires - query.arrived(), whole = kept.expires - kept.stored;
  if (left * 100 > whole * percent) return;
  if (kept.refreshing.exchange(true, std::memory_order_relaxed)) return;
  metrics.refreshes.add();
  const auto flight = take_off(query, chain, key, &kept);
  if (!flight->landed) flights.add(flight);
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
  } catch (const std::exception& error) {
    const std::string plugin(record.deepest ? record.deepest->name() : "chain");
    log.error("exception", "plugin " + plugin + " threw: " + error.what());
    metrics.exceptions.add();
    reply.emplace(Reply::failure(EdeCode::other, "plugin " + plugin + " failed"));
  }
  land(*flight, *reply);
}

void Responder::Impl::land(Flight& flight, const Reply& reply) {
  const auto& rules = flight.chain->cache();
  const auto now = clock.now();
  auto encoded = encode(reply, *flight.query, flight.key, flight.query.record(), rules, now);
  encoded.answer->stamp.store(flight.stamp, std::memory_order_relaxed);
  if (encoded.answer->failed && flight.stale && may_be_stale(*flight.stale, now)) {
    flight.stale->failing_until.store((now + kFailureRecheck).ns, std::memory_order_relaxed);
    flight.stale->refreshing.store(false, std::memory_order_relaxed);
  } else if (encoded.keep) {
    cache.store(encoded.answer, flight.key, encoded.facts.refs(), flight.airborne ? AnswerCache::Cost::waited : AnswerCache::Cost::inline_);
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
  if (waiters.empty()) return;

  // The flight's last owner may be the coroutine that called; waiters on other loops need it a little longer.
  for (const auto& waiter : waiters) {
    if (waiter->home == Loop::current() || !waiter->home)
      deliver(waiter, flight);
    else
      waiter->home->post([this, waiter, result = flight.result.answer, shared = flight.shared_from_this()] { deliver(waiter, *shared); });
  }
}

// False when the flight has landed meanwhile.
bool Responder::Impl::board(Flight& flight, const std::shared_ptr<Waiter>& waiter) {
  const std::lock_guard guard(flight.lock);
  if (flight.landed) return false;
  flight.waiters.push_back(waiter);
  return true;
}

// Is the answer of this flight the one that `query` would have got?
bool Responder::Impl::fits(const Query& query, const Flight& flight) const {
  if (!flight.result.share) return false;
  for (const auto& fact : flight.result.facts.refs())
    if (query.value_of(fact) != flight.query->value_of(fact)) return false;
  return true;
}

void Responder::Impl::deliver(const std::shared_ptr<Waiter>& waiter, Flight& flight) {
  if (waiter->answered) return;
  const auto now = clock.now();
  if (waiter->source == Source::coalesced && !fits(*waiter->query, flight)) {
    // It depends on facts in which this client differs: it gets a flight of its own.
    waiter->source = Source::served;
    const auto own = take_off(*waiter->query, waiter->chain, AnswerKey(waiter->chain->id(), *waiter->query), waiter->stale.get());
    if (!board(*own, waiter)) deliver(waiter, *own);
    return;
  }
  const auto& answer = *flight.result.answer;
  if (answer.failed && waiter->stale && may_be_stale(*waiter->stale, now)) return offer_stale(waiter);
  answer_waiter(*waiter, answer, {.now = now}, waiter->source);
}

void Responder::Impl::answer_waiter(Waiter& waiter, const KeptAnswer& answer, Sending sending, Source source) {
  waiter.answered = true;
  const auto size = send(*waiter.query, *waiter.chain, answer, sending, source, late_buffer());
  waiting_room().leave(waiter);
  waiter.later->reply(late_buffer().first(size));
}

void Responder::Impl::give_up(const std::shared_ptr<Waiter>& waiter) {
  if (waiter->stale && may_be_stale(*waiter->stale, clock.now())) return offer_stale(waiter);
  metrics.timeouts.add();
  answer_waiter(*waiter, plain.of(Rcode::SERVFAIL), {.now = clock.now(), .ede = EdeCode::no_reachable_authority}, Source::served);
}

void Responder::Impl::offer_stale(const std::shared_ptr<Waiter>& waiter) {
  metrics.stale.add();
  const auto ttl = static_cast<std::uint32_t>(waiter->chain->cache().stale_ttl.count());
  answer_waiter(*waiter, *waiter->stale, {.now = clock.now(), .stale_ttl = ttl}, Source::stale);
}

WaitingRoom& Responder::Impl::waiting_room() {
  auto& room = rooms[worker_index()];
  if (!room)
    room = std::make_unique<WaitingRoom>([this](const auto& waiter) { give_up(waiter); },
                                         [this](const auto& waiter) { offer_stale(waiter); });
  return *room;
}

Responder::Responder(const World& world, const ServerConfig& config) : impl_(std::make_unique<Impl>(world, config)) {}
Responder::~Responder() = default;

std::size_t Responder::answer(const Incoming& in, const ZoneMap& zones, std::span<std::uint8_t> out,
                              const std::function<std::unique_ptr<Later>()>& later) {
  return impl_->answer(in, zones, out, later);
}

void Responder::answers_changed(std::uint32_t chain, const Name& name) { impl_->cache.changes().mark(Changes::slot_of(chain, name)); }
void Responder::answers_changed_all(std::uint32_t chain) { impl_->cache.changes().mark(Changes::slot_of_chain(chain)); }
std::size_t Responder::in_flight() const { return impl_->in_flight.load(std::memory_order_relaxed); }

}  // namespace harbinger
