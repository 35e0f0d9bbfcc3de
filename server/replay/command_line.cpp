#include "server/replay/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include <harbinger/version.h>
#include "orchestrate/activity_format.h"
#include "server/replay/models.h"
#include "server/replay/times.h"

namespace harbinger::replay {

namespace {

constexpr const char* kFooter =
    "\nModels: harbinger (with harbinger_served, what its table for the query path gives), popularity, markov1, dg4,"
    "\nppm2_online; the oracle is always there. docs/replay.md tells protocols, formats and the JSON."
    "\nExit codes: 0 done, even when some lines could not be read; 1 nothing usable, or a file that cannot be opened or"
    "\nwritten; 2 wrong flags.";

// "30m", "45s", "2h", "1800"
std::optional<std::int64_t> parse_span(std::string text) {
  double unit = 1000;
  if (text.ends_with('m')) unit = 60'000;
  if (text.ends_with('h')) unit = 3'600'000;
  if (text.ends_with('m') || text.ends_with('h') || text.ends_with('s')) text.pop_back();
  const auto number = parse_number<double>(text);
  if (!number || *number <= 0 || *number > 1e7) return std::nullopt;
  return static_cast<std::int64_t>(*number * unit);
}

void add_input(CLI::App& app, CommandLine& line) {
  app.add_option("files", line.files, "the trace, oldest part first; `-` is standard input; .gz and .xz are unpacked");
  app.add_option(
      "--format", line.format,
      "clf, zeek-dns, csv or sequences; with --steer, rtt-matrix or city-pings; with "
      "--forecast, series or azure-arrivals, too; with --provision, azure-functions, too; with --orchestrate, "
      "azure-arrivals, cloudtrail, kubernetes-audit, openstack, ui or json, too");
  app.add_option(
      "--columns", line.columns,
      "what the columns of a csv mean: client,time,resource in order, or client=HOST,time=TS; where json has "
      "acts: actor=user.name,verb=action; for openstack, zone=+02:00");
  app.add_option("--name", line.name, "what the trace is called in reports");
  app.add_option("--synthetic", line.synthetic,
                 "a trace of our own making instead of files: uniform, day (of DNS), flash (crowds), dns-led "
                 "(arrivals), or users "
                 "(of a platform)")
      ->check(CLI::IsMember({"uniform", "day", "flash", "dns-led", "users"}));
  app.add_option("--seed", line.seed, "of --synthetic and --shuffle-labels")->capture_default_str();
  app.add_flag("--pages", line.filters.pages,
               "GET with 2xx or 3xx; no images, styles, scripts, fonts; query string cut off");
  auto* humans = app.add_flag("--humans", line.filters.humans, "user agents that look like people's");
  app.add_flag("--bots", line.filters.bots, "user agents that look like programs")->excludes(humans);
  app.add_flag("--hosts", line.filters.hosts, "the host of each URL instead of the URL");
  app.add_flag("--shuffle-labels", line.shuffle_labels, "control: deal all resources out anew by chance");
}

void add_protocol(CLI::App& app, CommandLine& line, std::string& gap) {
  app.add_option("--gap", gap, "a longer pause ends a session")->default_str("30m");
  app.add_option("--score-from", line.score_from, "where judging begins, as share of the accesses in time order")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  auto* train = app.add_option("--train", line.train, "files to learn from only");
  app.add_option("--test", line.test, "files to judge on")->needs(train);
  app.add_flag("--frozen", line.frozen, "learn nothing from what is judged");
  app.add_option("--protocol", line.protocol,
                 "online (test, then train) or cpt (14 folds, last item from the five before)")
      ->capture_default_str()
      ->check(CLI::IsMember({"online", "cpt"}));
  app.add_option("--models", line.models, "only these")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"harbinger", "popularity", "markov1", "dg4", "ppm2_online"}));
  app.add_option("--personas", line.personas,
                 "judge the sequence model once more, with clients in classes: by topics, by manners, by device, or by "
                 "the persona engine")
      ->check(CLI::IsMember(std::vector<std::string>(kPersonaWays.begin(), kPersonaWays.end())));
  app.add_option(
      "--through", line.through,
      "a Harbingerfile: ask its chains each access as a query, in virtual time, and judge the hints in the replies");
  auto* server =
      app.add_option("--server", line.server,
                     "ADDRESS:PORT of a running server: ask it each access over the wire, and judge its hints");
  app.add_option("--speed", line.speed, "how many times as fast as the trace went")
      ->capture_default_str()
      ->needs(server)
      ->check(CLI::Range(1e-3, 1e9));
  app.add_option("--contexts", line.contexts, "memory of the sequence model")->capture_default_str();
}

void add_refresh(CLI::App& app, CommandLine& line) {
  app.add_flag("--refresh", line.refresh,
               "DNS traces: what refreshing answers ahead brings, judged on all (or from --score-from on)");
  app.add_flag("--upstream-caches", line.upstream_caches,
               "the trace was taken in front of a cache: TTLs are what was left there");
  app.add_option("--negative-ttl", line.negative_ttl_s, "seconds, for answers whose TTL the trace does not tell")
      ->capture_default_str();
}

void add_steer(CLI::App& app, CommandLine& line) {
  app.add_flag(
      "--steer", line.steer,
      "round-trip times (--format rtt-matrix or city-pings), disturbed: how well endpoints are chosen on them");
}

void add_forecast(CLI::App& app, CommandLine& line, std::string& interval) {
  auto* forecast = app.add_flag("--forecast", line.forecast,
                                "how well demand is forecast: on counts (--format series or azure-arrivals), or on how "
                                "often each resource of a trace was wanted; judged from --score-from on");
  app.add_option("--interval", interval,
                 "of counts; without it as rows lie apart, and for accesses 1h (with --provision 1s)");
  app.add_option("--top", line.top, "of a trace's resources, so many that are wanted most")
      ->capture_default_str()
      ->needs(forecast)
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--windows", line.windows, "JSON of times in which bursts should be told of, by series")
      ->needs(forecast);
}

void add_placement(CLI::App& app, CommandLine& line) {
  auto* placement = app.add_flag("--placement", line.placement,
                                 "what mirrors bring: a log with sizes (--format clf or csv), a file of keys (--format "
                                 "keys-i32le or keys-i64be), or --synthetic flash; judged from --score-from on");
  app.add_option(
         "--with", line.placement_with,
         "publish=4,withdraw=1 (requests in a horizon), share=0.1 of what is served for pushes, cache=0.05 of all "
         "octets, mirrors=0.5 of a cache, interval=60, delay=30, horizon=3600 (seconds), lru=1")
      ->needs(placement);
  app.add_flag("--sweep", line.placement_sweep, "with other thresholds, too: coverage over pushed octets")
      ->needs(placement);
}

void add_provision(CLI::App& app, CommandLine& line, std::string& start, std::string& after) {
  auto* provision =
      app.add_flag("--provision", line.provision,
                   "how many instances wait unused and how many clients find none, by several policies: on "
                   "counts (--format azure-arrivals, azure-functions or series), on sessions of a trace, or "
                   "on --synthetic dns-led; judged from --score-from on, 0.6 without it");
  app.add_option("--start", start, "from an order to a ready instance; 5s, or 30s with --orchestrate");
  app.add_option("--after", after,
                 "a session wants an instance at its first access that comes so long after the one that began it")
      ->default_str("10s")
      ->needs(provision);
}

void add_orchestrate(CLI::App& app, CommandLine& line, std::string& horizon) {
  auto* orchestrate =
      app.add_flag("--orchestrate", line.orchestrate,
                   "how well next acts, flavours and batch sizes are foretold: on logs of control planes or arrivals, "
                   "judged from --score-from on; or what making resources ahead brings: on --synthetic users");
  app.add_option("--horizon", horizon, "how far ahead needs of users are foreseen")
      ->default_str("5m")
      ->needs(orchestrate);
  app.add_option("--users", line.users, "of --synthetic users")
      ->capture_default_str()
      ->needs(orchestrate)
      ->check(CLI::Range(8, 100'000));
}

void add_output(CLI::App& app, CommandLine& line) {
  app.add_option("--waste", line.waste, "useless prefetches allowed for each need")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1000.0));
  app.add_option("--rtt", line.network.rtt_ms, "round trip in milliseconds")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1e6));
  app.add_option("--bandwidth", line.network.bandwidth_mbit, "in Mbit/s")
      ->capture_default_str()
      ->check(CLI::Range(1e-6, 1e9));
  app.add_option("--json", line.json, "write the results here; `-` is standard output, in the place of the table");
  app.add_option("--plots", line.plots, "write SVG plots into this folder");
}

std::string contradiction_of_provision(const CommandLine& line) {
  const bool only_its = line.format == "azure-functions" || line.synthetic == "dns-led";
  if (only_its && !line.provision) return "--format azure-functions and --synthetic dns-led take --provision";
  if (line.interval_ms > 0 && !line.provision && !line.forecast) return "--interval takes --forecast or --provision";
  if (!line.provision) return {};
  if (line.refresh || line.steer || line.placement || line.forecast)
    return "--provision takes no other question beside it";
  if (line.synthetic != "dns-led" && (line.files.empty() || !line.synthetic.empty()))
    return "--provision takes files of accesses or of counts, or --synthetic dns-led";
  if (line.format == "series" && line.files.size() > 1) return "--provision takes one file of --format series";
  return {};
}

bool is_act_log(const CommandLine& line) {
  const auto words = orchestrate::activity_formats();
  return std::ranges::find(words, line.format) != words.end();
}

std::string contradiction_of_orchestrate(const CommandLine& line) {
  if (!line.orchestrate) {
    if (line.synthetic == "users") return "--synthetic users takes --orchestrate";
    return is_act_log(line) ? "--format " + line.format + " takes --orchestrate" : "";
  }
  if (line.refresh || line.steer || line.placement || line.forecast || line.provision)
    return "--orchestrate takes no other question beside it";
  if (!line.synthetic.empty() && line.synthetic != "users")
    return "--orchestrate takes files, --train with --test, or --synthetic users";
  return {};
}

// What does not go together although each flag is right; empty when all does.
std::string contradiction(const CommandLine& line) {
  const bool has_files = !line.files.empty(), has_pair = !line.train.empty();
  const int sources = int(has_files) + int(has_pair) + int(!line.synthetic.empty());
  if (sources == 0) return "expected a trace: files, --train with --test, or --synthetic";
  if (sources > 1) return "files, --train with --test, and --synthetic exclude each other";
  if (has_pair && line.test.empty()) return "--train needs --test";
  if (line.synthetic.empty() && line.format.empty()) return "expected --format clf, zeek-dns, csv or sequences";
  if (const auto wrong = contradiction_of_orchestrate(line); !wrong.empty()) return wrong;
  const bool ways = line.format == "rtt-matrix" || line.format == "city-pings";
  if (line.steer != ways) return "--steer takes --format rtt-matrix or city-pings, and these formats take --steer";
  if (line.steer && !has_files) return "--steer takes files";
  if (const auto wrong = contradiction_of_provision(line); !wrong.empty()) return wrong;
  const bool keys = line.format.starts_with("keys-") || line.synthetic == "flash";
  if (keys && !line.placement) return "--format keys-i32le and keys-i64be, and --synthetic flash, take --placement";
  if (line.placement && !keys && (!has_files || line.refresh || line.steer))
    return "--placement takes files, or --synthetic flash";
  const bool counts = line.format == "series" || line.format == "azure-arrivals";
  if (counts && !line.forecast && !line.provision && !(line.orchestrate && line.format == "azure-arrivals"))
    return "--format series takes --forecast or --provision, and azure-arrivals takes these or --orchestrate";
  if (line.forecast && (!has_files || keys || line.refresh || line.steer || line.placement))
    return "--forecast takes files of accesses or of counts, and no other question beside it";
  return {};
}

}  // namespace

std::expected<CommandLine, int> parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  std::string gap = "30m", interval, start, after = "10s", horizon = "5m";
  CLI::App app{"harbinger-replay: what harbinger would have foreseen of a trace", "harbinger-replay"};
  add_input(app, line);
  add_protocol(app, line, gap);
  add_refresh(app, line);
  add_steer(app, line);
  add_placement(app, line);
  add_forecast(app, line, interval);
  add_provision(app, line, start, after);
  add_orchestrate(app, line, horizon);
  add_output(app, line);
  app.set_version_flag("--version", "harbinger-replay " HARBINGER_VERSION);
  app.footer(kFooter);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return std::unexpected(app.exit(error) == 0 ? 0 : 2);
  }
  if (start.empty()) start = line.orchestrate ? "30s" : "5s";
  const auto span = parse_span(gap), starts = parse_span(start), wanted_after = parse_span(after),
             foreseen = parse_span(horizon);
  const auto step = interval.empty() ? 0 : parse_span(interval);
  line.interval_ms = step.value_or(0);
  const auto wrong = !span                     ? "--gap: expected a span of time like 30m, 45s or 2h"
                     : !starts                 ? "--start: expected a span of time like 5s, 0.2s or 2m"
                     : !wanted_after           ? "--after: expected a span of time like 5s or 1m"
                     : !foreseen               ? "--horizon: expected a span of time like 90s or 5m"
                     : !step || (*step % 1000) ? "--interval: expected a span of whole seconds like 5m or 1h"
                                               : contradiction(line);
  if (!wrong.empty()) {
    std::cerr << "harbinger-replay: " << wrong << "; --help tells all flags\n";
    return std::unexpected(2);
  }
  line.gap_ms = *span;
  line.start_ms = *starts;
  line.after_ms = *wanted_after;
  line.horizon_ms = *foreseen;
  line.score_from_given = app.count("--score-from") > 0;
  return line;
}

}  // namespace harbinger::replay
