#include "server/ctl/command_line.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include <harbinger/version.h>

namespace harbinger::ctl {
namespace {

constexpr const char* kFooter =
    "\nExit codes: 0 done; 1 the server has nothing to show; 2 wrong flags; 3 no answer, or none that can be read.";

struct Words {
  std::string name, server = "@127.0.0.1:53", type = "A", network = "unknown";
  double patience = 3;
};

void add_hints(CLI::App& app, Words& words, CommandLine& line) {
  auto* hints = app.add_subcommand("hints", "ask a server for hints and print them");
  hints->add_option("NAME", words.name, "the name to ask for")->required();
  hints->add_option("SERVER", words.server, "@ADDRESS or @ADDRESS:PORT")->capture_default_str();
  hints->add_option("--type", words.type, "the type to ask for; HTTPS and SVCB records have hints of their own")
      ->capture_default_str();
  hints->add_option("--max", line.request.max_hints, "at most so many")->capture_default_str();
  hints->add_option("--floor", line.request.min_confidence_pct, "at least so likely, in percent")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  hints->add_option("--bytes", line.request.max_bytes, "at most so many octets to fetch together; 0: no limit")
      ->capture_default_str();
  hints->add_option("--network", words.network, "the client's link: unknown, slow, metered or fast")
      ->check(CLI::IsMember({"unknown", "slow", "metered", "fast"}))
      ->capture_default_str();
  hints->add_flag("--fragments", line.request.fragments, "byte ranges are welcome");
  hints->add_flag("--save-data", line.request.save_data, "say that data is to be saved: servers then send none");
  hints->add_flag("--tcp", line.tcp, "ask over TCP, which proves the address and so allows more hints");
}

void add_others(CLI::App& app, Words& words, CommandLine& line) {
  auto* why = app.add_subcommand("why", "print why a client is expected to ask for a name, or not");
  why->add_option("NAME", words.name, "the name")->required();
  why->add_option("--client", line.client, "the client's address")->required();
  why->add_flag("--json", line.json, "as JSON");
  auto* status = app.add_subcommand("status", "print what a server is doing, from its metrics");
  for (auto* command : {why, status})
    command->add_option("--url", line.url, "the server's admin address, where its plugin `metrics` listens")
        ->capture_default_str();
}

std::expected<CommandLine, int> complain(const std::string& what) {
  std::cerr << "harbingerctl: " << what << '\n';
  return std::unexpected(kWrongFlags);
}

std::expected<CommandLine, int> understand(const CLI::App& app, const Words& words, CommandLine line) {
  const auto chosen = app.get_subcommands().front()->get_name();
  line.command = chosen == "hints" ? Command::hints : chosen == "why" ? Command::why : Command::status;
  line.patience = std::chrono::milliseconds(static_cast<int>(words.patience * 1000));
  if (line.command == Command::status) return line;

  const auto name = Name::parse(words.name);
  if (!name) return complain("'" + words.name + "' is no name: " + name.error().message);
  line.name = *name;
  if (line.command == Command::why) {
    if (!IpAddress::parse(line.client))
      return complain("--client '" + line.client + "': write an address such as 192.0.2.1");
    return line;
  }

  const auto type = parse_type(words.type);
  if (!type) return complain("--type '" + words.type + "' is no type: write A, HTTPS, TYPE65 ...");
  line.type = *type;
  const std::string_view server = words.server;
  const auto address = SocketAddress::parse(server.starts_with('@') ? server.substr(1) : server, 53);
  if (!address)
    return complain("server '" + words.server + "': write @192.0.2.1, @192.0.2.1:5300 or @[2001:db8::1]:5300");
  line.server = *address;
  for (const auto network : {NetworkClass::slow, NetworkClass::metered, NetworkClass::fast})
    if (to_string(network) == words.network) line.request.network = network;
  return line;
}

}  // namespace

std::expected<CommandLine, int> parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  Words words;
  CLI::App app{"harbingerctl: looks into a running harbinger", "harbingerctl"};
  app.set_version_flag("--version", "harbingerctl " HARBINGER_VERSION);
  app.add_option("--timeout", words.patience, "seconds to wait for an answer")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(kFooter);
  add_hints(app, words, line);
  add_others(app, words, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return std::unexpected(app.exit(error) == 0 ? kDone : kWrongFlags);
  }
  return understand(app, words, std::move(line));
}

}  // namespace harbinger::ctl
