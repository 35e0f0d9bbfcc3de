#include "server/ctl/status.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>

#include "server/ctl/hint_table.h"

namespace harbinger::ctl {
namespace {

// Series by name, and by name with the label `kind`; other labels summed up.
class Samples {
 public:
  explicit Samples(std::string_view text) {
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      add(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  std::optional<double> get(const std::string& name) const {
    const auto found = sums_.find(name);
    return found == sums_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  void add(std::string_view line) {
    const auto name_end = line.find_first_of("{ ");
    const auto blank = line.rfind(' ');
    if (line.starts_with('#') || name_end == std::string_view::npos) return;
    const std::string name(line.substr(0, name_end));
    const double value = std::strtod(std::string(line.substr(blank + 1)).c_str(), nullptr);
    sums_[name] += value;
    const auto kind = line.find("kind=\"");
    if (kind == std::string_view::npos || kind > blank) return;
    const auto word = line.substr(kind + 6);
    sums_[name + '/' + std::string(word.substr(0, word.find('"')))] += value;
  }

  std::map<std::string, double> sums_;
};

std::string whole(double value) {
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "%.0f", value);
  return text.data();
}

std::string percent(double part, double all) {
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "%.1f %%", all > 0 ? 100 * part / all : 0.0);
  return text.data();
}

void add_line(std::string& text, std::string title, const std::string& what) {
  title.resize(16, ' ');
  text += title + what + '\n';
}

void add_cache(const Samples& samples, std::string& text) {
  const auto hits = samples.get("harbinger_cache_hits_total"), misses = samples.get("harbinger_cache_misses_total");
  if (!hits || !misses) return;
  add_line(text, "answer cache",
           percent(*hits, *hits + *misses) + " of " + whole(*hits + *misses) + " queries from it");
  const auto entries = samples.get("harbinger_cache_entries"), size = samples.get("harbinger_cache_size_bytes");
  if (entries && size)
    add_line(text, "",
             whole(*entries) + " answers, " + (*size > 0 ? size_text(static_cast<std::uint64_t>(*size)) : "0 B"));
}

// "hinted 120, useful 80, wasted 12": what there is of one kind.
void add_kind(const Samples& samples, const std::string& kind, std::string& text) {
  std::string all;
  for (const std::string word : {"predicted", "hinted", "useful", "wasted", "late", "already_cached", "throttled"}) {
    const auto count = samples.get("harbinger_prefetch_" + word + "_total/" + kind);
    if (count) all += (all.empty() ? "" : ", ") + word + ' ' + whole(*count);
  }
  if (!all.empty()) add_line(text, kind == "hint" ? "hints" : kind, all);
}

void add_model(const Samples& samples, std::string& text) {
  const auto model = samples.get("harbinger_prefetch_model_hit_rate");
  const auto markov = samples.get("harbinger_prefetch_markov_hit_rate");
  if (!model || !markov) return;
  add_line(text, "model", "first guess right in " + percent(*model, 1) + ", a Markov chain in " + percent(*markov, 1));
  if (samples.get("harbinger_prefetch_below_markov").value_or(0) > 0)
    add_line(text, "", "below the Markov chain: hints are worth little at present");
}

void add_count(const Samples& samples, const std::string& title, const std::string& name, std::string& text) {
  const auto count = samples.get(name);
  if (count) add_line(text, title, whole(*count));
}

}  // namespace

std::string status_text(std::string_view metrics) {
  const Samples samples(metrics);
  std::string text;
  add_count(samples, "queries", "harbinger_dns_requests_total", text);
  add_cache(samples, text);
  for (const auto* kind : {"hint", "refresh"}) add_kind(samples, kind, text);
  add_model(samples, text);
  add_count(samples, "timeouts", "harbinger_dns_timeouts_total", text);
  add_count(samples, "overloaded", "harbinger_dns_overloaded_total", text);
  add_count(samples, "exceptions", "harbinger_panics_total", text);
  return text;
}

}  // namespace harbinger::ctl
