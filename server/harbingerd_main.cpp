// harbingerd: serves DNS from a Harbingerfile.
#include <unistd.h>
#include <fstream>
#include <iostream>
#include <iterator>

#include <harbinger/server.h>

#include "plugins/all.h"
#include "server/command_line.h"
#include "server/stderr_log.h"

using namespace harbinger;

namespace {

enum Exit { kOk = 0, kWrongConfig = 1, kNoPidfile = 3 };

void print(const config::Errors& errors) {
  for (const auto& error : errors) std::cerr << error.to_string() << '\n';
}

std::expected<config::File, config::Errors> load(const Server::Options& options) {
  return options.config_text ? config::parse(*options.config_text, options.config) : config::load(options.config);
}

// Chains that are looked at and never asked.
std::expected<std::shared_ptr<const ChainSet>, config::Errors> build_for_checking(const Server::Options& options,
                                                                                  Metrics& metrics) {
  const auto file = load(options);
  if (!file) return std::unexpected(file.error());
  World world;
  world.log = &null_log_sink();
  world.metrics = &metrics;
  world.clock = &system_clock();
  world.random = &system_random();
  world.in_background = [](const auto&) {};
  world.ask_server = [](std::string_view) { return false; };
  world.default_port = options.default_port;
  world.checking = true;
  return build_chains(*file, options.plugins, world);
}

int check(const Server::Options& options) {
  Metrics metrics;
  if (const auto set = build_for_checking(options, metrics); !set) {
    print(set.error());
    return kWrongConfig;
  }
  std::cout << "ok\n";
  return kOk;
}

void print(const PluginSpec& spec) {
  std::cout << spec.name;
  for (const auto& option : spec.options)
    if (option.is_argument) std::cout << ' ' << (option.required ? option.form : '[' + option.form + ']');
  std::cout << "  " << spec.summary << '\n';
  for (const auto& option : spec.options) {
    std::cout << "    " << option.word << ' ' << option.form << "  " << option.help;
    if (!option.default_value.empty()) std::cout << " (" << option.default_value << ')';
    std::cout << '\n';
  }
}

int list_plugins(const Server::Options& options, bool with_chains) {
  for (const auto& spec : options.plugins) print(spec);
  if (!with_chains) return kOk;
  Metrics metrics;
  const auto set = build_for_checking(options, metrics);
  if (!set) {
    print(set.error());
    return kWrongConfig;
  }
  std::cout << '\n' << (*set)->describe();
  return kOk;
}

int serve(Server::Options options, const std::string& pidfile) {
  const auto server = Server::start(std::move(options));
  if (!server) {
    print(server.error());
    return kWrongConfig;
  }
  if (!pidfile.empty() && !(std::ofstream(pidfile) << ::getpid() << '\n')) {
    std::cerr << "cannot write " << pidfile << '\n';
    return kNoPidfile;
  }
  (*server)->wait();
  if (!pidfile.empty()) std::filesystem::remove(pidfile);
  return kOk;
}

}  // namespace

int main(int argc, char** argv) {
  const auto flags = server::parse_command_line(argc, argv);
  if (!flags) return flags.error();

  const auto log = server::make_stderr_log(flags->quiet ? LogLevel::warning : LogLevel::info);
  Server::Options options;
  options.config = flags->config;
  options.plugins = all_plugins();
  options.default_port = flags->port;
  options.log = log.get();
  if (flags->config == "-") {
    options.config = "stdin";
    options.config_text = std::string(std::istreambuf_iterator<char>(std::cin), {});
  }
  if (flags->check) return check(options);
  if (flags->plugins) return list_plugins(options, flags->config_given || std::filesystem::exists(options.config));
  return serve(std::move(options), flags->pidfile);
}
