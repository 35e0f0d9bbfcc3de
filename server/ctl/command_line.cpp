#include "server/ctl/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include <harbinger/version.h>

#include "server/ctl/complain.h"

namespace harbinger::ctl {
namespace {

constexpr const char* kFooter =
    "\nExit codes: 0 done; 1 the server says no, or has nothing to show; 2 wrong flags; 3 no answer, or none that can "
    "be read.";

struct Words {
  std::string name, server = "@127.0.0.1:53", type = "A", network = "unknown";
  std::string engine_url = "http://127.0.0.1:9154";
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

// What every command that asks over HTTP takes.
void add_http(CLI::App& command, CommandLine& line) {
  command.add_option("--token-file", line.token_file, "file with the token to show")->type_name("FILE");
  command
      .add_option("--ca", line.tls.ca,
                  "for https: certificates of who vouches for the server; else whom the system trusts")
      ->type_name("FILE");
  command.add_option("--cert", line.tls.certificate, "for https: certificate to show")->type_name("FILE");
  command.add_option("--key", line.tls.key, "its key")->type_name("FILE");
}

void add_mirrors(CLI::App& app, Words& words, CommandLine& line) {
  auto* mirrors = app.add_subcommand("mirrors", "print the mirrors that a server made and is making");
  auto* why = app.add_subcommand("why-mirror", "print why a resource is mirrored, or is not");
  why->add_option("NAME", words.name, "the resource")->required();
  why->add_option("--cluster", line.cluster, "in this cluster only");
  for (auto* command : {mirrors, why}) {
    command->add_flag("--json", line.json, "as JSON");
    command->add_option("--url", line.url, "the server's admin address, where its plugin `mirroring` listens")
        ->capture_default_str();
    add_http(*command, line);
  }
}

void add_instances(CLI::App& app, CommandLine& line) {
  auto* pools = app.add_subcommand("pools", "print the pools of instances that a server has ready");
  auto* instances = app.add_subcommand("instances", "print the instances that a server started and is starting");
  auto* why = app.add_subcommand("why-scale", "print why so many instances of a pool are ready");
  why->add_option("POOL", line.pool, "the pool")->required();
  for (auto* command : {pools, instances, why}) {
    command->add_flag("--json", line.json, "as JSON");
    command->add_option("--url", line.url, "the server's admin address, where its plugin `vm_provisioning` listens")
        ->capture_default_str();
    add_http(*command, line);
  }
}

void add_plans(CLI::App& app, CommandLine& line) {
  auto* plan = app.add_subcommand("plan", "print what a server is about to make for users, and why");
  auto* apply = app.add_subcommand("apply", "approve an action of the plan, or all that wait for it");
  apply->add_option("ACTION", line.action, "its number, or `all`")->capture_default_str();
  auto* deny = app.add_subcommand("deny", "say no to an action of the plan");
  deny->add_option("ACTION", line.action, "its number")->required();
  auto* history = app.add_subcommand("history", "print actions that are over, newest first");
  history->add_option("--most", line.most, "at most so many")->check(CLI::Range(1, 1000))->capture_default_str();
  auto* why = app.add_subcommand("why-plan", "print why an action was planned");
  why->add_option("ACTION", line.action, "its number")->required();
  for (auto* command : {plan, apply, deny, history, why}) {
    command->add_flag("--json", line.json, "as JSON");
    command->add_option("--url", line.url, "the server's admin address, where its plugin `orchestration` listens")
        ->capture_default_str();
    add_http(*command, line);
  }
}

void add_others(CLI::App& app, Words& words, CommandLine& line) {
  auto* why = app.add_subcommand("why", "print why a client is expected to ask for a name, or not");
  why->add_option("NAME", words.name, "the name")->required();
  why->add_option("--client", line.client, "the client's address")->required();
  why->add_flag("--json", line.json, "as JSON");
  auto* status = app.add_subcommand("status", "print what a server is doing, from its metrics");
  auto* endpoints = app.add_subcommand("endpoints", "print the endpoints that a server steers to, and their states");
  auto* steering = app.add_subcommand("why-endpoint", "print why a client is sent to the endpoints that it is sent to");
  steering->add_option("NAME", words.name, "the name that it asks for")->required();
  steering->add_option("--client", line.client, "the client's address")->required();
  steering->add_option("--persona", line.as_persona, "as if the client were of this persona");
  auto* edges = app.add_subcommand("edges", "print the edges that joined a server, and what is believed of them");
  for (auto* command : {endpoints, steering, edges}) command->add_flag("--json", line.json, "as JSON");
  for (auto* command : {why, status, endpoints, steering, edges}) {
    command->add_option("--url", line.url, "the server's admin address, where its plugin `metrics` listens")
        ->capture_default_str();
    add_http(*command, line);
  }
}

constexpr std::array<std::pair<std::string_view, Command>, 16> kCommands{{{"hints", Command::hints},
                                                                          {"why", Command::why},
                                                                          {"status", Command::status},
                                                                          {"endpoints", Command::endpoints},
                                                                          {"why-endpoint", Command::why_endpoint},
                                                                          {"edges", Command::edges},
                                                                          {"mirrors", Command::mirrors},
                                                                          {"why-mirror", Command::why_mirror},
                                                                          {"pools", Command::pools},
                                                                          {"instances", Command::instances},
                                                                          {"why-scale", Command::why_scale},
                                                                          {"plan", Command::plan},
                                                                          {"apply", Command::apply},
                                                                          {"deny", Command::deny},
                                                                          {"history", Command::history},
                                                                          {"why-plan", Command::why_plan}}};

struct PersonaVerb {
  std::string_view word;
  const char* first;  // how its words are called; null: none
  const char* second;
  const char* help;
};
constexpr std::array<PersonaVerb, 8> kPersonaVerbs{{
    {"list", nullptr, nullptr, "print all personas, those with most clients first"},
    {"show", "NAME", nullptr, "print one persona and what follows from it"},
    {"explain", "CLIENT", nullptr, "print why a client is who it is"},
    {"rename", "OLD", "NEW", "give a persona another name"},
    {"pin", "NAME", nullptr, "keep a persona: never merged, split or renamed by itself"},
    {"unpin", "NAME", nullptr, "leave a persona to the engine again"},
    {"split", "NAME", "NEW", "make two personas of one"},
    {"merge", "FROM", "INTO", "put a persona's clients into another"},
}};

void add_persona(CLI::App& app, Words& words, CommandLine& line) {
  auto* persona = app.add_subcommand("persona", "look at the personas of an engine, and change them");
  persona->add_option("--url", words.engine_url, "where the engine answers HTTP")->capture_default_str();
  add_http(*persona, line);
  persona->add_flag("--json", line.json, "as JSON");
  persona->require_subcommand(1);
  for (const auto& [word, first, second, help] : kPersonaVerbs) {
    auto* verb = persona->add_subcommand(std::string(word), help);
    if (first != nullptr) verb->add_option(first, line.persona.first)->required();
    if (second != nullptr) verb->add_option(second, line.persona.second)->required();
  }
  auto* label = persona->add_subcommand("label", "say what a user of a platform is, to the plugin `orchestration`");
  auto* unlabel = persona->add_subcommand("unlabel", "take back what was said of a user");
  for (auto* verb : {label, unlabel}) {
    verb->add_option("USER", line.label.user, "a name, or a key of 16 hexadecimal digits")->required();
    verb->add_option("ATTRIBUTE", line.label.attribute, "skill, use-case, sensitivity or security")->required();
  }
  label->add_option("VALUE", line.label.value, "what the user is")->required();
}

std::expected<CommandLine, int> wrong(const std::string& what) { return std::unexpected(complain(kWrongFlags, what)); }

// As PersonaProfile::name promises.
bool is_persona_name(std::string_view word) {
  return !word.empty() && word.size() <= 31 &&
         word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool is_client(std::string_view word) {
  const bool key = word.size() == 16 && word.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  return key || IpAddress::parse(word);
}

std::expected<CommandLine, int> understand_persona(const CLI::App& persona, const Words& words, CommandLine line) {
  line.command = Command::persona;
  line.url = words.engine_url;
  line.persona.verb = persona.get_subcommands().front()->get_name();
  if (line.persona.verb == "label" || line.persona.verb == "unlabel") {
    line.command = Command::label;
    if (persona.get_option("--url")->count() == 0) line.url = CommandLine().url;
    return line;
  }
  if (line.persona.verb == "explain") {
    if (!is_client(line.persona.first))
      return wrong("client '" + line.persona.first + "': write an address such as 192.0.2.1");
    return line;
  }
  const auto& verb = *std::ranges::find(kPersonaVerbs, line.persona.verb, &PersonaVerb::word);
  for (const auto& [taken, name] : {std::pair{verb.first, line.persona.first}, {verb.second, line.persona.second}})
    if (taken != nullptr && !is_persona_name(name))
      return wrong("'" + name + "' is no persona's name: write 1 to 31 of a-z, 0-9 and -");
  return line;
}

bool names_something(Command command) {
  constexpr std::array kNameless{Command::status, Command::endpoints, Command::edges,     Command::mirrors,
                                 Command::pools,  Command::instances, Command::why_scale, Command::plan,
                                 Command::apply,  Command::deny,      Command::history,   Command::why_plan};
  return std::ranges::find(kNameless, command) == kNameless.end();
}

bool is_action(const CommandLine& line) {
  const bool all = line.action == "all" && line.command != Command::deny && line.command != Command::why_plan;
  return all || (line.action.size() < 20 && line.action.find_first_not_of("0123456789") == std::string::npos);
}

std::expected<CommandLine, int> understand(const CLI::App& app, const Words& words, CommandLine line) {
  const auto* command = app.get_subcommands().front();
  const auto chosen = command->get_name();
  line.patience = std::chrono::milliseconds(static_cast<int>(words.patience * 1000));
  if (chosen == "persona") return understand_persona(*command, words, std::move(line));
  line.command = std::ranges::find(kCommands, chosen, &std::pair<std::string_view, Command>::first)->second;
  if (!is_action(line))
    return wrong("'" + line.action + "' is no action: write its number, as `harbingerctl plan` tells it");
  if (!names_something(line.command)) return line;

  const auto name = Name::parse(words.name);
  if (!name) return wrong("'" + words.name + "' is no name: " + name.error().message);
  line.name = *name;
  if (line.command == Command::why_mirror) return line;
  if (line.command == Command::why || line.command == Command::why_endpoint) {
    if (!IpAddress::parse(line.client))
      return wrong("--client '" + line.client + "': write an address such as 192.0.2.1");
    return line;
  }

  const auto type = parse_type(words.type);
  if (!type) return wrong("--type '" + words.type + "' is no type: write A, HTTPS, TYPE65 ...");
  line.type = *type;
  const std::string_view server = words.server;
  const auto address = SocketAddress::parse(server.starts_with('@') ? server.substr(1) : server, 53);
  if (!address) return wrong("server '" + words.server + "': write @192.0.2.1, @192.0.2.1:5300 or @[2001:db8::1]:5300");
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
  add_mirrors(app, words, line);
  add_instances(app, line);
  add_plans(app, line);
  add_persona(app, words, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return std::unexpected(app.exit(error) == 0 ? kDone : kWrongFlags);
  }
  return understand(app, words, std::move(line));
}

}  // namespace harbinger::ctl
