#include <string>

#include "server/replay/columns.h"
#include "server/replay/results.h"

namespace harbinger::replay {

namespace {

std::string rankings(const Results& results) {
  Columns table({"next distinct resource, %", "top-1", "top-3", "top-5", "top-20", "MRR@20", "ECE", "CPU s"});
  for (const auto& model : results.models) {
    if (model.name == "oracle") continue;
    table.add({model.name, percent(model.top1), percent(model.top3), percent(model.top5), percent(model.top20),
               percent(model.mrr20), percent(model.ece), decimal(model.seconds, 1)});
  }
  const auto bound = [&](const char* name, double share) { table.add({name, percent(share)}); };
  if (results.bounds.targets == 0) return table.text();
  bound("oracle: seen before", results.bounds.target_seen);
  bound("oracle: pair seen before", results.bounds.target_pair);
  bound("oracle: unrestricted", 1);
  return table.text();
}

std::string prefetching(const Results& results) {
  const auto at = [](double waste) { return " @" + decimal(waste, 2); };
  Columns table({"prefetching, %", "coverage" + at(kTightWaste), "coverage" + at(kWideWaste),
                 "coverage" + at(results.waste), "precision", "waste", "bytes wasted", "late", "lead",
                 "latency saved"});
  for (const auto& model : results.models) {
    if (model.name == "oracle") continue;
    const auto& point = model.chosen;
    table.add({model.name, percent(model.tight.coverage), percent(model.wide.coverage), percent(point.coverage),
               percent(point.precision), decimal(point.waste, 2), decimal(point.wasted_bytes, 2),
               results.timed ? percent(point.late) : "-", results.timed ? span_text(point.lead_ms) : "-",
               results.timed ? percent(point.saved) : "-"});
  }
  const auto& oracle = results.models.back();
  table.add({"oracle: seen before, same budget", percent(oracle.tight.coverage), percent(oracle.wide.coverage),
             percent(oracle.chosen.coverage), percent(oracle.chosen.precision), "0.00", "0.00", "-", "-",
             results.timed ? percent(oracle.chosen.saved) : "-"});
  const auto bound = [&](const char* name, double share) {
    table.add({name, percent(share), percent(share), percent(share)});
  };
  bound("oracle: seen before", results.bounds.need_seen);
  bound("oracle: pair seen before", results.bounds.need_pair);
  return table.text();
}

}  // namespace

std::string to_table(const Results& results) {
  std::string out = results.trace + ": " + std::to_string(results.accesses) + " accesses; " + results.protocol + '\n';
  out += std::to_string(results.steps) + " predictions judged";
  if (results.sessions > 0)
    out += ", in " + std::to_string(results.sessions) + " sessions that begin in the judged part";
  out += "\n\n";
  out += rankings(results);
  if (results.needs == 0) return out;
  out += '\n';
  out += std::to_string(results.needs) +
         " needs: first visits to a resource within a session, except where it begins. @N: at N useless prefetches for "
         "each\n";
  if (results.timed)
    out += "A fetch takes " + decimal(results.network.rtt_ms, 0) + " ms and its octets at " +
           decimal(results.network.bandwidth_mbit, 0) + " Mbit/s, or what the trace says.\n";
  return out + '\n' + prefetching(results);
}

}  // namespace harbinger::replay
