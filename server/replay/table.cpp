#include <string>
#include <vector>

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

// One sentence when clients had personas.
std::string personas(const Results& results) {
  for (const auto& model : results.models)
    if (model.personas)
      return percent(model.personas->share) + " % of all accesses came with one of " +
             std::to_string(model.personas->personas) + " personas\n";
  return {};
}

// The columns of one model; what needs time has none in a trace without times.
std::vector<std::string> prefetching_row(const Results& results, const ModelResult& model, bool with_coverage) {
  const auto& point = model.chosen;
  std::vector<std::string> row{model.name, percent(model.tight.coverage), percent(model.wide.coverage)};
  if (with_coverage) row.push_back(percent(point.coverage));
  for (const auto& text : {percent(point.precision), decimal(point.waste, 2), decimal(point.wasted_bytes, 2)})
    row.push_back(text);
  const bool has_times = results.timed && model.name != "oracle";
  row.push_back(has_times ? percent(point.late) : "-");
  row.push_back(has_times ? span_text(point.lead_ms) : "-");
  row.push_back(results.timed ? percent(point.saved) : "-");
  return row;
}

std::string prefetching(const Results& results) {
  const auto at = [](double waste) { return "coverage @" + decimal(waste, 2); };
  const bool asked_for_another = results.waste != kTightWaste && results.waste != kWideWaste;
  std::vector<std::string> head{"prefetching, %", at(kTightWaste), at(kWideWaste)};
  if (asked_for_another) head.push_back(at(results.waste));
  for (const auto* column : {"precision", "waste", "bytes wasted", "late", "lead", "latency saved"})
    head.emplace_back(column);
  Columns table(std::move(head));
  for (const auto& model : results.models) {
    auto row = prefetching_row(results, model, asked_for_another);
    if (model.name == "oracle") row[0] = "oracle: seen before, same budget";
    table.add(std::move(row));
  }
  const auto bound = [&](const char* name, double share) { table.add({name, percent(share), percent(share)}); };
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
  out += personas(results);
  if (results.needs == 0) return out;
  out += '\n';
  out += std::to_string(results.needs) +
         " needs: first visits to a resource within a session, except where it begins.\n"
         "@N: at N useless prefetches for each need; from `precision` on: @" +
         decimal(results.waste, 2) + ".\n";
  if (results.timed)
    out += "A fetch takes " + decimal(results.network.rtt_ms, 0) + " ms and its octets at " +
           decimal(results.network.bandwidth_mbit, 0) + " Mbit/s, or what the trace says.\n";
  return out + '\n' + prefetching(results);
}

}  // namespace harbinger::replay
