#include "server/persona/command_line.h"

#include <CLI/CLI.hpp>

#include <harbinger/version.h>

namespace harbinger::persona {

namespace {

constexpr std::uint16_t kPort = 7531, kHttpPort = 9154;

constexpr const char* kFooter =
    "\nSignals: SIGTERM and SIGINT stop gracefully, with a last checkpoint; a second one at once."
    "\nExit codes: 0 stopped as told, or the check found nothing; 1 something that a flag names cannot be used, or an "
    "address cannot be listened on; 2 wrong flags.";

// Words that are addresses, with or without a port.
struct Addresses {
  std::vector<std::string> listen;
  std::string http;
};

LogFollower::Settings followed(const std::string& word) {
  const auto colon = word.find(':');
  LogFollower::Settings settings;
  settings.format = word.substr(0, colon);
  settings.tail.file = word.substr(colon + 1);
  return settings;
}

CLI::Validator is_address(std::uint16_t port) {
  return {[port](const std::string& word) {
            const auto address = SocketAddress::parse(word, port);
            return address ? std::string() : address.error().message + ": write 192.0.2.1:" + std::to_string(port);
          },
          ""};
}

void add_files(CLI::App& app, CommandLine& line) {
  const auto file = [&](const char* flag, std::optional<std::filesystem::path>& to, const char* help) {
    return app.add_option_function<std::string>(
                  flag, [&to](const std::string& word) { to = word; }, help)
        ->type_name("FILE");
  };
  file("--state", line.state, "folder for checkpoints and the access history; without it, all is forgotten at the end")
      ->type_name("FOLDER");
  file("--catalogue", line.catalogue, "the personas that you want to know clients as (default: a built-in list)");
  auto* certificate = file("--tls-cert", line.certificate, "certificate in PEM: clients must speak TLS");
  auto* key = file("--tls-key", line.key, "its key");
  certificate->needs(key);
  key->needs(certificate);
  file("--client-ca", line.client_ca, "only clients whose certificate this CA has signed (mutual TLS)")
      ->needs(certificate);
  file("--tokens", line.tokens, "lines `TOKEN assign` or `TOKEN report`: who may do everything, and who only report");
  file("--start-model", line.start_model, "weights to begin with, where there is no checkpoint");
}

// FORMAT:FILE
CLI::Validator is_log() {
  return {[](const std::string& word) {
            const auto colon = word.find(':');
            return colon != 0 && colon != std::string::npos && colon + 1 < word.size()
                       ? std::string()
                       : "write FORMAT:FILE, as in combined:/var/log/nginx/access.log";
          },
          ""};
}

CLI::Validator is_prefix() {
  return {[](const std::string& word) {
            const auto prefix = IpPrefix::parse(word);
            return prefix ? std::string() : prefix.error().message + ": write 192.0.2.0/24";
          },
          ""};
}

void add_sensors(CLI::App& app, CommandLine& line) {
  const auto file = [&](const char* flag, std::optional<std::filesystem::path>& to, const char* help) {
    app.add_option_function<std::string>(flag, [&to](const std::string& word) { to = word; }, help)->type_name("FILE");
  };
  file("--key", line.client_key,
       "the secret that client keys are made with: the one of the DNS servers, or events join no queries");
  file("--reporter-tokens", line.door.events.tokens, "a token a line: of applications that report for other clients");
  file("--admin-tokens", line.door.admin_tokens,
       "a token a line: of who may change personas; without it, whoever asks from this machine");
  app.add_option("--origin", line.door.events.origins, "of web pages that may report besides this host's own")
      ->type_name("ORIGIN");
  app.add_option_function<std::vector<std::string>>(
         "--trusted-proxy",
         [&line](const std::vector<std::string>& words) {
           for (const auto& word : words) line.door.events.trusted_proxies.push_back(IpPrefix::parse(word).value());
         },
         "whose word on a client's address is taken")
      ->type_name("PREFIX")
      ->check(is_prefix());
  app.add_option_function<std::vector<std::string>>(
         "--follow",
         [&line](const std::vector<std::string>& words) {
           for (const auto& word : words) line.logs.push_back(followed(word));
         },
         "a log to learn from: combined (nginx, Apache, Varnish), zeek-dns, zeek-http or json")
      ->type_name("FORMAT:FILE")
      ->check(is_log());
}

void add_start_model(CLI::App& app, CommandLine& line) {
  auto* make = app.add_option_function<std::string>(
                      "--make-start-model", [&](const std::string& word) { line.make_start_model = word; },
                      "train a network on made-up clients, write its weights, and exit")
                   ->type_name("FILE");
  app.add_option("--seed", line.seed, "of the made-up clients")->capture_default_str()->needs(make);
  app.add_option("--steps", line.steps, "of the training")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000))
      ->needs(make);
}

void add_options(CLI::App& app, CommandLine& line, Addresses& addresses) {
  constexpr std::size_t kFewest = 1'000, kMost = 100'000'000;
  app.add_option("--listen", addresses.listen,
                 "where servers ask, more than once if you like (default: 127.0.0.1:7531)")
      ->type_name("ADDRESS")
      ->check(is_address(kPort));
  app.add_option("--http", addresses.http, "where metrics, pages about personas and POST /v1/events are answered")
      ->type_name("ADDRESS")
      ->check(is_address(kHttpPort));
  app.add_option("--redis", line.redis, "a store that several engines share: redis://HOST:PORT")->type_name("URL");
  app.add_option("--clients", line.clients, "that are remembered; the longest idle make room")
      ->capture_default_str()
      ->check(CLI::Range(kFewest, kMost));
  app.add_option("--threads", line.threads, "of LibTorch's own")->capture_default_str()->check(CLI::Range(1, 256));
  app.add_flag("--check", line.check, "only tell what is wrong with the files that are named");
  app.add_flag("--quiet", line.quiet, "log warnings and errors only");
}

}  // namespace

std::expected<CommandLine, int> parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app{"harbinger-persona: tells servers who their clients are, by what they do", "harbinger-persona"};
  Addresses addresses;
  add_options(app, line, addresses);
  add_files(app, line);
  add_sensors(app, line);
  add_start_model(app, line);
  app.set_version_flag("--version", "harbinger-persona " HARBINGER_VERSION);
  app.footer(kFooter);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return std::unexpected(app.exit(error) == 0 ? 0 : 2);
  }
  if (!addresses.listen.empty()) line.listen.clear();
  for (const auto& word : addresses.listen) line.listen.push_back(SocketAddress::parse(word, kPort).value());
  if (!addresses.http.empty()) line.http = SocketAddress::parse(addresses.http, kHttpPort).value();
  return line;
}

}  // namespace harbinger::persona
