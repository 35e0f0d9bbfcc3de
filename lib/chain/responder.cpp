#include <harbinger/responder.h>

#include "chain/responder_impl.h"

namespace harbinger {

std::size_t Responder::Impl::answer(const Incoming& in, const ZoneMap& zones, std::span<std::uint8_t> out,
                                    const MakeLater& later) {
  Query query = QueryParser::empty();
  QueryParser parser;
  const auto parsed = parser.parse(in, config.query_timeout, query);
  try {
    if (parsed == Parsed::zone_request) return answer_zone_request(in, query, parser, zones, out, later);
    if (parsed != Parsed::query) return answer_unparsed(query, parsed, parser.has_question(), out);
    return answer_query(query, zones, out, later);
  } catch (...) {
    blame("a plugin (admit, identify, decorate or observe)");
    return send_plain(query, Rcode::SERVFAIL, true, out);
  }
}

std::size_t Responder::Impl::answer_query(Query& query, const ZoneMap& zones, std::span<std::uint8_t> out,
                                          const MakeLater& later) {
  const auto* chain = query.klass() == RRClass::IN ? zones.find_for(query.name(), query.type()) : nullptr;
  if (!chain) {
    metrics.unserved.add();
    return send_plain(query, Rcode::REFUSED, true, out);
  }
  return admit_and_serve(query, *chain, out, later);
}

std::size_t Responder::Impl::answer_unparsed(const Query& query, Parsed parsed, bool with_question,
                                             std::span<std::uint8_t> out) {
  metrics.malformed[static_cast<std::size_t>(parsed)].add();
  if (parsed == Parsed::drop) return 0;
  const auto rcode = parsed == Parsed::notimp    ? Rcode::NOTIMP
                     : parsed == Parsed::badvers ? Rcode::BADVERS
                     : parsed == Parsed::notauth ? Rcode::NOTAUTH
                                                 : Rcode::FORMERR;
  return send_plain(query, rcode, with_question, out);
}

std::size_t Responder::Impl::send_plain(const Query& query, Rcode rcode, bool with_question,
                                        std::span<std::uint8_t> out) {
  ReplyEditor editor;
  ReplyFinisher::prepare(editor, query, rcode);
  const Sending sending{.now = query.arrived(), .with_question = with_question};
  return ReplyFinisher(query, plain.of(rcode), sending, reply_limit(query, config.max_udp_size, out.size()))
      .write(editor, out);
}

// Called while an exception is handled. It is the plugin's bug, so it costs this one reply and not the process.
void Responder::Impl::blame(std::string_view who) {
  std::string what = "something that is no std::exception";
  try {
    throw;
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
  }
  metrics.exceptions.add();
  log.error("exception", std::string(who) + " threw: " + what);
}

std::size_t Responder::Impl::admit_and_serve(Query& query, const std::shared_ptr<const Chain>& chain,
                                             std::span<std::uint8_t> out, const MakeLater& later) {
  if (const auto size = turn_away(query, *chain, out)) return *size;
  return identify_and_serve(query, chain, out, later);
}

// The reply of a plugin that lets this one not pass.
std::optional<std::size_t> Responder::Impl::turn_away(const Query& query, const Chain& chain,
                                                      std::span<std::uint8_t> out) {
  const auto now = query.arrived();
  for (auto* plugin : chain.admit()) {
    const auto verdict = plugin->admit(query);
    if (verdict.kind == Verdict::Kind::pass) continue;
    if (verdict.kind == Verdict::Kind::drop) return 0;
    if (verdict.kind == Verdict::Kind::truncate)
      return send(query, chain, plain.of(Rcode::NOERROR), {.now = now, .truncate = true}, Source::refused, out);
    return send(query, chain, plain.of(verdict.rcode), {.now = now, .ede = verdict.cause}, Source::refused, out);
  }
  return std::nullopt;
}

std::size_t Responder::Impl::identify_and_serve(Query& query, const std::shared_ptr<const Chain>& chain,
                                                std::span<std::uint8_t> out, const MakeLater& later) {
  const auto now = query.arrived();
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

std::size_t Responder::Impl::answer_miss(const Query& query, const std::shared_ptr<const Chain>& chain,
                                         const AnswerKey& key, KeptAnswer* stale, std::span<std::uint8_t> out,
                                         const MakeLater& later) {
  auto flight = flights.find(key);
  const bool joined = flight != nullptr;
  if (!flight) {
    if (overloaded()) {
      metrics.overloaded.add();
      return send(query, *chain, plain.of(Rcode::SERVFAIL), {.now = query.arrived(), .ede = EdeCode::not_ready},
                  Source::served, out);
    }
    flight = take_off(query, chain, key, stale);
    if (flight->landed) {
      const auto& answer = *flight->result.answer;
      if (answer.failed && stale && may_be_stale(*stale, query.arrived()))
        return send_stale(query, *chain, *stale, out);
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

std::size_t Responder::Impl::send(const Query& query, const Chain& chain, const KeptAnswer& answer, Sending sending,
                                  Source source, std::span<std::uint8_t> out) {
  ReplyEditor editor;
  ReplyFinisher::prepare(editor, query, answer.rcode);
  if (sending.truncate) editor.truncate();
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
  return send(query, chain, kept, as_stale(chain, query.arrived()), Source::stale, out);
}

Sending Responder::Impl::as_stale(const Chain& chain, MonotonicTime now) const {
  metrics.stale.add();
  return {.now = now, .stale_ttl = static_cast<std::uint32_t>(chain.cache().stale_ttl.count())};
}

// Popular answers never expire: whoever asks in the last part of a TTL makes it fresh for the others.
void Responder::Impl::refresh_if_due(const Query& query, const std::shared_ptr<const Chain>& chain, KeptAnswer& kept,
                                     const AnswerKey& key) {
  const auto percent = chain->cache().refresh_percent;
  if (!kept.ages || percent == 0 || kept.failed) return;
  const auto left = kept.expires - query.arrived(), whole = kept.expires - kept.stored;
  if (left * 100 > whole * percent || query.arrived().ns < kept.failing_until.load(std::memory_order_relaxed)) return;
  if (overloaded() || kept.refreshing.exchange(true, std::memory_order_relaxed)) return;
  metrics.refreshes.add();
  const auto flight = take_off(query, chain, key, &kept);
  if (!flight->landed) flights.add(flight);
}

Responder::Responder(const World& world, const ServerConfig& config) : impl_(std::make_unique<Impl>(world, config)) {}
Responder::~Responder() = default;

std::size_t Responder::answer(const Incoming& in, const ZoneMap& zones, std::span<std::uint8_t> out,
                              const std::function<std::unique_ptr<Later>()>& later) {
  return impl_->answer(in, zones, out, later);
}

void Responder::answers_changed(std::uint32_t chain, const Name& name) {
  impl_->cache.changes().mark(Changes::slot_of(chain, name));
}
void Responder::answers_changed_all(std::uint32_t chain) { impl_->cache.changes().mark(Changes::slot_of_chain(chain)); }
void Responder::resolve_ahead(const std::shared_ptr<const Chain>& chain, const AheadQuestion& question,
                              std::function<void(const AheadAnswer&)> done) {
  impl_->resolve_ahead(chain, question, std::move(done));
}
std::size_t Responder::in_flight() const { return impl_->in_flight.load(std::memory_order_relaxed); }

}  // namespace harbinger
