#include "mirror/pdme_text.h"

#include <harbinger/log.h>
#include "base/text_line.h"

namespace harbinger::mirror {

namespace {

std::string bytes(std::uint64_t octets) {
  const double number = static_cast<double>(octets);
  if (number >= 1e9) return text_line("%.1f GB", number / 1e9);
  if (number >= 1e6) return text_line("%.1f MB", number / 1e6);
  return text_line("%.1f kB", number / 1e3);
}

std::string row(const MirrorState& mirror) {
  return text_line("%-40s %-12s %-16s %-10s %8.0fs %6.0fs %9.1f %9.1f %8.2f %10s\n", or_dash(mirror.resource).c_str(),
                   or_dash(mirror.cluster).c_str(), or_dash(mirror.server).c_str(), mirror.step.c_str(), mirror.for_s,
                   mirror.lease_s, mirror.expected, mirror.now, mirror.benefit, bytes(mirror.bytes).c_str());
}

std::string candidate_row(const MirrorReasons::Candidate& each) {
  const auto& score = each.score;
  return text_line(
      "    %-20s %7.3f = (%.3f latency %+.3f free capacity %+.3f diversity %+.3f cost %+.3f trust) x %.2f: %s\n",
      or_dash(each.server).c_str(), score.total, score.latency, score.free_capacity, score.diversity, score.cost,
      score.trust, score.preference, each.verdict.c_str());
}

std::string one_cluster(const MirrorReasons& reasons) {
  auto page = text_line("cluster %s, type %s, %s%s\n", or_dash(reasons.cluster).c_str(), or_dash(reasons.type).c_str(),
                        reasons.bytes == 0 ? "size not known" : bytes(reasons.bytes).c_str(),
                        reasons.owner.empty() ? "" : (", decided by " + escape_for_log(reasons.owner)).c_str());
  page += text_line("  requests a minute: %.1f expected, %.1f at most (0.9 quantile), %.1f now%s\n", reasons.expected,
                    reasons.high, reasons.now, reasons.burst ? ", in a burst" : "");
  page += text_line("  mirrored from %.1f on, withdrawn below %.1f\n", reasons.threshold.publish,
                    reasons.threshold.withdraw);
  for (const auto& [name, value] : reasons.forecasters) page += text_line("    %-28s %10.3f\n", name.c_str(), value);
  page += "  decision: " + reasons.decision + '\n';
  for (const auto& each : reasons.candidates) page += candidate_row(each);
  for (const auto& each : reasons.mirrors)
    page += text_line("  mirror on %s: %s for %.0f s\n", or_dash(each.server).c_str(), each.step.c_str(), each.for_s);
  for (const auto& each : reasons.history) page += "  " + escape_for_log(each) + '\n';
  return page;
}

}  // namespace

std::string stats_text(const PdmeStats& stats) {
  std::string page = stats.dry_run ? "dry run: nothing is done\n" : "";
  for (const auto& [step, number] : stats.steps)
    page += text_line("mirrors %-12s %12llu\n", step.c_str(), static_cast<unsigned long long>(number));
  page += text_line("forecast error        %11.3f of seasonal naive, of %llu scored\n", stats.accuracy.error_ratio,
                    static_cast<unsigned long long>(stats.accuracy.scored));
  page += text_line("0.9 quantile covers   %10.1f %%\n", 100 * stats.accuracy.coverage);
  page += "pushed                " + bytes(stats.bytes_pushed) + ", served " + bytes(stats.bytes_served) + '\n';
  page += text_line("hits gained           %11llu%s\n", static_cast<unsigned long long>(stats.hits_gained),
                    stats.hits_estimated ? " (estimated)" : "");
  page += text_line("late                  %10.1f %%\nfalse mirrors         %10.1f %%\n", 100 * stats.late_fraction,
                    100 * stats.false_fraction);
  if (!stats.trouble.empty()) page += "trouble: " + escape_for_log(stats.trouble) + '\n';
  return page;
}

std::string mirrors_text(const std::vector<MirrorState>& mirrors) {
  auto page = text_line("%-40s %-12s %-16s %-10s %9s %7s %9s %9s %8s %10s\n", "RESOURCE", "CLUSTER", "SERVER", "STEP",
                        "FOR", "LEASE", "EXPECTED", "NOW", "BENEFIT", "PUSHED");
  for (const auto& each : mirrors) page += row(each);
  return page;
}

std::string reasons_text(std::string_view resource, const std::vector<MirrorReasons>& reasons) {
  auto page = escape_for_log(resource) + '\n';
  for (const auto& each : reasons) page += one_cluster(each);
  return page;
}

}  // namespace harbinger::mirror
