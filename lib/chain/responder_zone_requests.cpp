#include <algorithm>

#include "chain/responder_impl.h"

namespace harbinger {

std::size_t Responder::Impl::answer_zone_request(const Incoming& in, Query& query, const QueryParser& parser,
                                                 const ZoneMap& zones, std::span<std::uint8_t> out,
                                                 const MakeLater& later) {
  const auto* chain = query.klass() == RRClass::IN ? zones.find_for(query.name(), query.type()) : nullptr;
  if (!chain) return nobody_maintains(query, parser.kind(), parser.is_signed(), nullptr, out, later);
  if (const auto size = turn_away(query, **chain, out)) return *size;
  metrics.zone_requests[static_cast<std::size_t>(parser.kind())].add();
  if (zone_requests.load(std::memory_order_relaxed) >= kMostZoneRequests) {
    metrics.overloaded.add();
    return send(query, **chain, plain.of(Rcode::SERVFAIL), {.now = query.arrived(), .ede = EdeCode::not_ready},
                Source::refused, out);
  }

  const auto limit = reply_limit(query, config.max_udp_size, out.size());
  const auto work = std::make_shared<ZoneWork>(in, config.query_timeout, *chain, limit);
  work->make_later = &later;
  zone_requests.fetch_add(1, std::memory_order_relaxed);
  in_flight.fetch_add(1, std::memory_order_relaxed);
  start(maintain(work));
  work->make_later = nullptr;
  if (work->replied) return kLater;
  if (work->done) return end_zone_request(*work, out, later);
  if (!work->has_later()) work->take(later());
  return kLater;
}

Task<void> Responder::Impl::maintain(std::shared_ptr<ZoneWork> work) {
  const ZoneRequest request{work->parser.kind(), work->query, work->bytes};
  for (const auto& plugin : work->chain->plugins()) {
    try {
      Task<bool> task = plugin->maintain(request, *work);
      const bool answered = co_await std::move(task);
      work->answered = answered;
    } catch (...) {
      blame("plugin " + std::string(plugin->name()));
      work->broken = true;
    }
    if (work->answered || work->broken) break;
  }
  work->done = true;
  in_flight.fetch_sub(1, std::memory_order_relaxed);
  zone_requests.fetch_sub(1, std::memory_order_relaxed);
  if (work->has_later()) reply_late(*work);  // else the caller is still there, and sends
}

// Nobody is there to catch, so an exception ends here.
void Responder::Impl::reply_late(ZoneWork& work) {
  const auto buffer = late_buffer();
  auto size = std::size_t{0};
  try {
    size = end_zone_request(work, buffer, [&] { return work.give_later(); });
  } catch (...) {
    blame("a plugin (identify, decorate or observe)");
    size = send_plain(work.query, Rcode::SERVFAIL, true, buffer);
  }
  work.replied = true;
  if (size != kLater && work.has_later()) work.give_later()->reply(buffer.first(size));
}

// What is left to say when the plugins are done.
std::size_t Responder::Impl::end_zone_request(ZoneWork& work, std::span<std::uint8_t> out, const MakeLater& later) {
  if (work.broken && work.held.empty()) return send_plain(work.query, Rcode::SERVFAIL, true, out);
  if (!work.answered && !work.broken)
    return nobody_maintains(work.query, work.parser.kind(), work.parser.is_signed(), &work.chain, out, later);
  std::ranges::copy(work.held, out.begin());
  return work.held.size();
}

// Transfers are questions: those that are not signed may be answered like others.
std::size_t Responder::Impl::nobody_maintains(Query& query, ZoneRequest::Kind kind, bool is_signed,
                                              const std::shared_ptr<const Chain>* chain, std::span<std::uint8_t> out,
                                              const MakeLater& later) {
  if (kind != ZoneRequest::Kind::transfer) return answer_unparsed(query, Parsed::notimp, false, out);
  if (is_signed) return answer_unparsed(query, Parsed::notauth, true, out);
  if (chain) return identify_and_serve(query, *chain, out, later);
  metrics.unserved.add();
  return send_plain(query, Rcode::REFUSED, true, out);
}

}  // namespace harbinger
