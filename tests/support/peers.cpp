#include <tests/support/peers.h>

#include <catch2/catch.hpp>
#include <stdexcept>

#include <tests/support/dns_client.h>

namespace harbinger::test {
namespace {

std::string replace_all(std::string text, std::string_view from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size()) text.replace(at, from.size(), to);
  return text;
}

std::string at_port(const SocketAddress& address) {
  return address.ip.to_string() + "@" + std::to_string(address.port);
}

}  // namespace

DnsServer::DnsServer(SocketAddress address, std::vector<std::string> command)
    : address_(address), command_(std::move(command)) {
  start();
}

void DnsServer::start() {
  process_ = std::make_unique<Process>(command_);
  const bool up = wait_until([this] { return !process_->running() || answers(address_, "localhost"); });
  if (!up || !process_->running()) throw std::runtime_error(command_[0] + " does not answer: " + process_->output());
}

DnsServer start_knot(const Scratch& scratch, const std::vector<ServedZone>& zones) {
  const auto address = loopback(free_port());
  const auto folder = scratch / ("knot-" + std::to_string(address.port));
  std::filesystem::create_directories(folder);
  std::string config = "server:\n  rundir: \"" + folder.string() + "\"\n  listen: " + at_port(address) +
                       "\ndatabase:\n  storage: \"" + folder.string() +
                       "\"\nlog:\n  - target: stderr\n    any: warning\nzone:\n";
  for (const auto& zone : zones)
    config += "  - domain: " + zone.name + "\n    file: \"" + zone.file.string() +
              "\"\n    zonefile-sync: -1\n    journal-content: none\n";
  return {address, {"knotd", "-c", scratch.write(folder / "knot.conf", config).string()}};
}

DnsServer start_unbound(const Scratch& scratch, std::string_view zone, const SocketAddress& upstream) {
  const auto address = loopback(free_port());
  const auto folder = scratch / ("unbound-" + std::to_string(address.port));
  const std::string config =
      "server:\n  interface: 127.0.0.1\n  port: " + std::to_string(address.port) +
      "\n  num-threads: 1\n  directory: \"" + folder.string() +
      "\"\n  username: \"\"\n  chroot: \"\"\n  pidfile: \"\"\n  use-syslog: no\n  do-not-query-localhost: no\n"
      "  module-config: \"iterator\"\n  edns-buffer-size: 1232\nremote-control:\n  control-enable: no\nforward-zone:\n "
      " name: " +
      std::string(zone) + "\n  forward-addr: " + at_port(upstream) + "\n";
  return {address, {"unbound", "-d", "-c", scratch.write(folder / "unbound.conf", config).string()}};
}

DnsServer start_harbinger(const Scratch& scratch, std::string config) {
  const auto address = loopback(free_port());
  const std::string port = std::to_string(address.port);
  const auto file =
      scratch.write("harbinger-" + port + "/Harbingerfile", replace_all(std::move(config), "{port}", port));
  return {address, {HARBINGER_BINARY_DIR "/server/harbingerd", "-conf", file.string()}};
}

bool installed(std::initializer_list<std::string_view> programs) {
  bool all = true;
  for (const auto program : programs) {
    if (find_program(program)) continue;
    WARN("skipped, because it is not installed: " << program);
    all = false;
  }
  return all;
}

std::filesystem::path scenario_zone(std::string_view file) {
  return std::filesystem::path(HARBINGER_SOURCE_DIR "/tests/scenarios/zones") / file;
}

}  // namespace harbinger::test
