// Messages as octets, right and wrong ones; and an edge that does not read.
#pragma once

#include <cstddef>
#include <string>

namespace harbinger::test {

std::string hello_octets(const std::string& name);
/// So many empty latencies in a session's message, or in a report.
std::string empty_latencies(std::size_t parts);
std::string empty_reports(std::size_t parts);
/// One event, that is to begin at 1'000 ms.
std::string event_octets(const std::string& tag, const std::string& resources, double lift, unsigned lasts_s = 0);
/// One of each part that is wrong, beside a good latency and a Status that must be cut.
std::string absurd_words();
std::string bad_status(double load);
std::string report_octets(const std::string& clients, const std::string& endpoint, float rtt_ms, unsigned ttl_s = 0);
/// taken and rejected of an answer.
struct Receipt {
  std::size_t taken = 0, rejected = 0;
};
Receipt receipt_of(const std::string& octets);

/// Joins and never reads.
class StuckEdge {
 public:
  StuckEdge(const std::string& address, const std::string& name);
  ~StuckEdge();
  StuckEdge(const StuckEdge&) = delete;
  StuckEdge& operator=(const StuckEdge&) = delete;

 private:
  struct Impl;
  Impl* impl_;
};

}  // namespace harbinger::test
