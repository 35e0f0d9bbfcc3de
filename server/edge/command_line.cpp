#include "server/edge/command_line.h"

#include <CLI/CLI.hpp>

#include <harbinger/version.h>

namespace harbinger::edge {

namespace {

constexpr std::uint16_t kCachePort = 80, kHttpPort = 9201, kDnsPort = 53;

constexpr const char* kFooter =
    "\nSignals: SIGTERM and SIGINT stop gracefully; a second one at once."
    "\nExit codes: 0 stopped as told, or the check found nothing; 1 something that a flag names cannot be used, or an "
    "address cannot be listened on; 2 wrong flags.";

// Words that become something else.
struct Words {
  std::string cache, http, resolver;
  unsigned session_gap_s = 30 * 60;
  double link_mbit = 0, serving_mbit = 0;
  std::uint64_t cache_mb = 0, most_mb = 16;
};

CLI::Validator is_address(std::uint16_t port) {
  return {[port](const std::string& word) {
            const auto address = SocketAddress::parse(word, port);
            return address ? std::string() : address.error().message + ": write 192.0.2.1:" + std::to_string(port);
          },
          ""};
}

CLI::Option* file(CLI::App& app, const char* flag, std::optional<std::filesystem::path>& to, const char* help) {
  return app.add_option_function<std::string>(
                flag, [&to](const std::string& word) { to = word; }, help)
      ->type_name("FILE");
}

void add_cache(CLI::App& app, CommandLine& line, Words& words) {
  app.add_option("--cache", words.cache, "where the cache listens, over HTTP (nginx, Varnish)")
      ->type_name("ADDRESS")
      ->required()
      ->check(is_address(kCachePort));
  app.add_option_function<std::string>(
         "--log", [&](const std::string& word) { line.agent.log = word; },
         "the cache's access log, in the format of examples/edge")
      ->type_name("FILE")
      ->required();
  app.add_option("--site", line.agent.site, "what stands before the path where the log names no host: http://HOST")
      ->type_name("URL");
  app.add_option("--cache-size", words.cache_mb, "of the cache, in megabytes; what the DNS server is told")
      ->type_name("MB");
  app.add_option("--serving", words.serving_mbit, "Mbit/s that can be served to clients; load is told as a share of it")
      ->type_name("MBIT");
}

void add_foresight(CLI::App& app, CommandLine& line, Words& words) {
  const std::map<std::string, Agent::Model> models{
      {"off", Agent::Model::off}, {"markov1", Agent::Model::markov1}, {"harbinger", Agent::Model::harbinger}};
  app.add_option("--predictor", line.agent.model, "who foretells: harbinger, markov1 (to compare with) or off")
      ->transform(CLI::CheckedTransformer(models));
  file(app, "--state", line.agent.prediction.state, "what was learnt; without it, all is forgotten at the end")
      ->type_name("FOLDER");
  app.add_option_function<std::vector<std::string>>(
         "--manifest",
         [&](const std::vector<std::string>& words) {
           line.agent.prediction.manifests.assign(words.begin(), words.end());
         },
         "descriptions of resources in parts")
      ->type_name("FILE");
  app.add_option("--session-gap", words.session_gap_s, "seconds of silence after which a client's session has ended")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  app.add_option("--least", line.agent.decisions.waste.least, "probability below which nothing is fetched ahead")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--waste", line.agent.decisions.waste.share,
                 "octets that may be fetched in vain for each octet that clients fetch")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 100.0));
  app.add_option("--skip", line.agent.decisions.skip,
                 "patterns of URLs that are never fetched ahead, besides logout pages")
      ->type_name("PATTERN");
  app.add_flag("--dry-run", line.agent.dry_run, "decide, and fetch nothing");
}

void add_fetching(CLI::App& app, CommandLine& line, Words& words) {
  app.add_option("--most-requests", line.fetcher.most, "at a time")->capture_default_str()->check(CLI::Range(1, 1024));
  app.add_option("--most-size", words.most_mb, "megabytes of one resource; larger ones are left after that many")
      ->capture_default_str();
  app.add_option("--link", words.link_mbit, "Mbit/s of the link towards the origin (default: found out)")
      ->type_name("MBIT");
  app.add_option("--link-share", line.fetcher.most_share, "of it that prefetching may use while clients use it")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
}

void add_hub(CLI::App& app, CommandLine& line, Words& words) {
  app.add_option("--name", line.hello.name, "of this edge, unique among the DNS server's edges")->required();
  app.add_option("--endpoint", line.hello.endpoint,
                 "that this edge serves, as pools name it (default: the edge's name)");
  app.add_option("--cluster", line.hello.cluster, "edges of one location and class")->capture_default_str();
  app.add_option("--hub", line.hub.address, "the DNS server's plugin `edges`; without it, this edge goes on alone")
      ->type_name("HOST:PORT");
  auto* ca = file(app, "--hub-ca", line.hub.ca, "CA of the DNS server's certificate: speak TLS");
  auto* certificate = file(app, "--hub-cert", line.hub.certificate, "our certificate, for mutual TLS")->needs(ca);
  file(app, "--hub-key", line.hub.key, "its key")->needs(certificate);
  file(app, "--hub-token", line.hub_token, "a file with the token that lets this edge in");
  app.add_option("--resolver", words.resolver,
                 "the DNS server, to be asked for the hosts that clients use and for hints")
      ->type_name("ADDRESS")
      ->check(is_address(kDnsPort));
  app.add_option("--http", words.http, "where metrics, GET /v1/edge and hints for web servers are answered")
      ->type_name("ADDRESS")
      ->check(is_address(kHttpPort));
  app.add_flag("--check", line.check, "only tell what is wrong with the files that are named");
  app.add_flag("--quiet", line.quiet, "log warnings and errors only");
}

double bytes_of(double mbit) { return mbit * 1e6 / 8; }

void take(const Words& words, CommandLine& line) {
  line.fetcher.cache = SocketAddress::parse(words.cache, kCachePort).value();
  line.fetcher.fewest = std::min(line.fetcher.fewest, line.fetcher.most);
  line.fetcher.most_bytes = words.most_mb << 20;
  line.fetcher.bytes_per_second = static_cast<std::uint64_t>(bytes_of(words.link_mbit));
  line.agent.bytes_per_second = static_cast<std::uint64_t>(bytes_of(words.serving_mbit));
  line.agent.prediction.session_gap = std::chrono::seconds(words.session_gap_s);
  line.hello.cache_bytes = words.cache_mb << 20;
  line.hello.bytes_per_second = line.fetcher.bytes_per_second;
  line.hello.version = HARBINGER_VERSION;
  if (!words.http.empty()) line.http = SocketAddress::parse(words.http, kHttpPort).value();
  if (!words.resolver.empty()) line.agent.resolver = SocketAddress::parse(words.resolver, kDnsPort).value();
  // What does something must not be done on a guess.
  for (const auto& pattern : line.door.skip) line.agent.decisions.skip.push_back(pattern);
  line.door.keep_query = true;
  line.door.scheme = line.agent.site.starts_with("https://") ? "https" : "http";
  line.door.least = line.agent.decisions.waste.least;
}

}  // namespace

std::expected<CommandLine, int> parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  line.hello.cluster = "default";
  Words words;
  CLI::App app{"harbinger-edge: fills the cache beside it with what its clients want next", "harbinger-edge"};
  add_cache(app, line, words);
  add_hub(app, line, words);
  add_foresight(app, line, words);
  add_fetching(app, line, words);
  app.set_version_flag("--version", "harbinger-edge " HARBINGER_VERSION);
  app.footer(kFooter);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return std::unexpected(app.exit(error) == 0 ? 0 : 2);
  }
  take(words, line);
  return line;
}

}  // namespace harbinger::edge
