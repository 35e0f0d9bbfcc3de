// What the responder counts.
#pragma once

#include <array>

#include <harbinger/metrics.h>
#include "chain/answer_cache.h"

namespace harbinger {

struct ResponderMetrics {
  ResponderMetrics(Metrics& metrics, const AnswerCache& cache)
      : hits(metrics.counter("harbinger_cache_hits_total", "Queries answered from the answer cache.")),
        misses(metrics.counter("harbinger_cache_misses_total", "Queries that had to be served.")),
        stale(metrics.counter("harbinger_cache_served_stale_total", "Queries answered with expired data (RFC 8767).")),
        refreshes(metrics.counter("harbinger_cache_prefetch_total", "Answers refreshed before they expired.")),
        ahead(metrics.counter("harbinger_cache_resolved_ahead_total",
                              "Answers computed because a plugin expects the question.")),
        unserved(metrics.counter("harbinger_dns_unserved_total", "Queries for zones that are not served.")),
        timeouts(metrics.counter("harbinger_dns_timeouts_total", "Queries given up at their deadline.")),
        overloaded(metrics.counter("harbinger_dns_overloaded_total", "Queries refused because too many were in work.")),
        exceptions(metrics.counter("harbinger_panics_total", "Exceptions that left a plugin.")) {
    static constexpr std::array kKinds{"update", "transfer", "notify"};
    for (std::size_t i = 0; i < kKinds.size(); ++i)
      zone_requests[i] = metrics.counter("harbinger_dns_zone_requests_total",
                                         "Messages that maintain a zone and were admitted.", {{"kind", kKinds[i]}});
    static constexpr std::array kReasons{"", "dropped", "formerr", "notimp", "badvers", "notauth"};
    for (std::size_t i = 1; i < kReasons.size(); ++i)
      malformed[i] = metrics.counter("harbinger_dns_malformed_total", "Messages that were no query that can be served.",
                                     {{"reason", kReasons[i]}});
    gauges = {
        metrics.gauge("harbinger_cache_entries", "Answers kept.", [&] { return double(cache.usage().entries); }),
        metrics.gauge("harbinger_cache_size_bytes", "Memory of the answers kept.",
                      [&] { return double(cache.usage().octets); }),
        metrics.gauge("harbinger_cache_evictions", "Answers evicted so far.",
                      [&] { return double(cache.usage().evictions); }),
    };
  }

  Counter hits, misses, stale, refreshes, ahead, unserved, timeouts, overloaded, exceptions;
  std::array<Counter, 3> zone_requests;  ///< by ZoneRequest::Kind
  std::array<Counter, 6> malformed;      ///< by Parsed
  std::array<Metrics::GaugeHandle, 3> gauges;
};

}  // namespace harbinger
