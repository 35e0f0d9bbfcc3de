#include "server/worker_context.h"

namespace harbinger::server {

namespace {

Counter closed(Metrics& metrics, const char* cause) {
  return metrics.counter("harbinger_tcp_closed_total", "Connections that the server closed, by cause.",
                         {{"cause", cause}});
}

}  // namespace

Counters::Counters(Metrics& metrics)
    : udp_unsent(metrics.counter("harbinger_udp_unsent_total", "Replies that the system did not take.")),
      udp_ignored(metrics.counter("harbinger_udp_ignored_total", "Datagrams from port 0 or from ourselves.")),
      tcp_accepted(metrics.counter("harbinger_tcp_accepted_total", "Connections accepted.")),
      tcp_accept_pauses(
          metrics.counter("harbinger_tcp_accept_pauses_total", "Pauses for want of descriptors or memory.")),
      tcp_idle(closed(metrics, "idle")),
      tcp_slow_message(closed(metrics, "slow_message")),
      tcp_slow_reader(closed(metrics, "slow_reader")),
      tcp_crowded_out(closed(metrics, "crowded_out")),
      tcp_broken(closed(metrics, "broken")) {}

}  // namespace harbinger::server
