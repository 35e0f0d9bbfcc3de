#include "server/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <harbinger/version.h>

namespace harbinger::server {

namespace {

constexpr std::array<std::string_view, 8> kLongFlags{"conf",    "dns.port", "check",   "plugins",
                                                     "pidfile", "quiet",    "version", "help"};

// `-conf x` as CoreDNS writes it would be five short flags to CLI11.
std::string with_two_dashes(std::string_view word) {
  const auto name = word.substr(0, word.find('='));
  const bool one_dash = name.size() > 2 && name[0] == '-' && name[1] != '-';
  const bool is_flag = one_dash && std::ranges::find(kLongFlags, name.substr(1)) != kLongFlags.end();
  return (is_flag ? "-" : "") + std::string(word);
}

constexpr const char* kFooter =
    "\nSignals: SIGHUP and SIGUSR1 reload the configuration; SIGTERM and SIGINT stop gracefully; SIGQUIT, or a second "
    "SIGTERM, at once."
    "\nExit codes: 0 stopped as told, or the check found nothing; 1 wrong configuration, or an address that cannot be "
    "listened on;"
    "\n2 wrong flags; 3 the pidfile cannot be written.";

}  // namespace

std::expected<CommandLine, int> parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  CLI::App app{"harbingerd: a DNS server", "harbingerd"};
  const auto* config =
      app.add_option("--conf", line.config, "the configuration; `-` or `stdin` reads it from standard input")
          ->capture_default_str();
  app.add_option("-p,--dns.port", line.port, "port of zones that name none")->capture_default_str();
  app.add_flag("--check", line.check, "only tell what is wrong with the configuration and the files it names");
  app.add_flag("--plugins", line.plugins, "list the plugins and their options, and the order they run in");
  app.add_option("--pidfile", line.pidfile, "write the process id here");
  app.add_flag("--quiet", line.quiet, "log warnings and errors only");
  app.set_version_flag("--version", "harbingerd " HARBINGER_VERSION);
  app.footer(kFooter);

  std::vector<std::string> words;  // CLI11 wants them last first
  for (int i = argc - 1; i > 0; --i) words.push_back(with_two_dashes(argv[i]));
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return std::unexpected(app.exit(error) == 0 ? 0 : 2);
  }
  line.config_given = config->count() > 0;
  if (line.config == "stdin") line.config = "-";
  return line;
}

}  // namespace harbinger::server
