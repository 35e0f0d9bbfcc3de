#include <tests/support/secondaries.h>

#include <sstream>
#include <stdexcept>

#include <tests/support/dns_client.h>

namespace harbinger::test {
namespace {

namespace fs = std::filesystem;

std::string at(const SocketAddress& address, std::string_view between) {
  return address.ip.to_string() + std::string(between) + std::to_string(address.port);
}

std::vector<std::string> knot(const Scratch& scratch, const fs::path& folder, const SecondarySetup& setup) {
  std::string config = "server:\n  rundir: \"" + folder.string() + "\"\n  listen: " + at(setup.address, "@") +
                       "\ndatabase:\n  storage: \"" + folder.string() + "\"\nlog:\n  - target: stderr\n    any: info\n";
  std::string with_key;
  if (setup.key) {
    config +=
        "key:\n  - id: " + setup.key->name + "\n    algorithm: hmac-sha256\n    secret: " + setup.key->secret + "\n";
    with_key = "    key: " + setup.key->name + "\n";
  }
  config += "remote:\n  - id: primary\n    address: " + at(setup.primary, "@") + "\n" + with_key +
            "acl:\n  - id: hears\n    address: 127.0.0.1\n    action: notify\n" + with_key +
            "  - id: gives\n    address: 127.0.0.1\n    action: transfer\nzone:\n  - domain: " + setup.zone +
            "\n    storage: \"" + folder.string() + "\"\n    master: primary\n    acl: [hears, gives]\n";
  return {"knotd", "-c", scratch.write(folder / "knot.conf", config).string()};
}

std::vector<std::string> nsd(const Scratch& scratch, const fs::path& folder, const SecondarySetup& setup) {
  const std::string in = "\"" + folder.string() + "/";
  std::string config = "server:\n  ip-address: " + at(setup.address, "@") +
                       "\n  username: \"\"\n  chroot: \"\"\n  zonesdir: " + in + "\"\n  xfrdir: " + in +
                       "\"\n  database: \"\"\n  pidfile: " + in + "nsd.pid\"\n  xfrdfile: " + in +
                       "xfrd.state\"\n  zonelistfile: " + in + "zones.list\"\n  server-count: 1\n  verbosity: 2\n" +
                       "remote-control:\n  control-enable: no\n";
  if (setup.key)
    config +=
        "key:\n  name: " + setup.key->name + "\n  algorithm: hmac-sha256\n  secret: \"" + setup.key->secret + "\"\n";
  const std::string key = setup.key ? setup.key->name : "NOKEY";
  config += "zone:\n  name: " + setup.zone + "\n  zonefile: \"copy.zone\"\n  allow-notify: 127.0.0.1 " + key +
            "\n  request-xfr: " + at(setup.primary, "@") + " " + key + "\n  provide-xfr: 127.0.0.1 NOKEY\n";
  return {"nsd", "-d", "-c", scratch.write(folder / "nsd.conf", config).string()};
}

std::vector<std::string> named(const Scratch& scratch, const fs::path& folder, const SecondarySetup& setup) {
  const std::string in = "\"" + folder.string() + "/";
  std::string config = "options {\n  directory " + in + "\";\n  pid-file " + in + "named.pid\";\n  session-keyfile " +
                       in + "session.key\";\n  listen-on port " + std::to_string(setup.address.port) +
                       " { 127.0.0.1; };\n  listen-on-v6 { none; };\n  recursion no;\n  notify no;\n" +
                       "  dnssec-validation no;\n  allow-transfer { 127.0.0.1; };\n};\ncontrols { };\n";
  std::string with_key;
  if (setup.key) {
    config += "key \"" + setup.key->name + "\" { algorithm hmac-sha256; secret \"" + setup.key->secret + "\"; };\n";
    with_key = " key \"" + setup.key->name + "\"";
  }
  config += "zone \"" + setup.zone + "\" {\n  type secondary;\n  primaries { " + at(setup.primary, " port ") +
            with_key + "; };\n  file \"copy.db\";\n  allow-notify { " + (setup.key ? with_key : "127.0.0.1") +
            "; };\n};\n";
  return {"named", "-g", "-n", "1", "-c", scratch.write(folder / "named.conf", config).string()};
}

}  // namespace

DnsServer start_secondary(const Scratch& scratch, const SecondarySetup& setup) {
  const auto folder = scratch / (setup.program + "-" + std::to_string(setup.address.port));
  fs::create_directories(folder);
  if (setup.program == "knotd") return {setup.address, knot(scratch, folder, setup)};
  if (setup.program == "nsd") return {setup.address, nsd(scratch, folder, setup)};
  if (setup.program == "named") return {setup.address, named(scratch, folder, setup)};
  throw std::runtime_error("no such secondary: " + setup.program + "; known are knotd, nsd and named");
}

std::optional<std::uint32_t> serial_at(const SocketAddress& server, const std::string& zone) {
  const auto answer = ask(server, zone, RRType::SOA, {.patience = std::chrono::milliseconds(500)});
  if (!answer || answer->message.answers.empty()) return std::nullopt;
  const auto soa = Soa::from_rdata(answer->message.answers[0].rdata);
  return soa ? std::optional(soa->serial) : std::nullopt;
}

std::string kdig(const SocketAddress& server, std::vector<std::string> words, const std::optional<SharedKey>& key) {
  std::vector<std::string> command{"kdig", "@" + server.ip.to_string(), "-p", std::to_string(server.port)};
  if (key) command.insert(command.end(), {"-y", "hmac-sha256:" + key->name + ":" + key->secret});
  command.insert(command.end(), words.begin(), words.end());
  Process process(std::move(command));
  process.wait(std::chrono::seconds(60));
  return process.output();
}

std::set<std::string> whole_zone(const SocketAddress& server, const std::string& zone,
                                 const std::optional<SharedKey>& key) {
  std::istringstream text(kdig(server, {zone, "AXFR"}, key));
  std::set<std::string> records;
  for (std::string line; std::getline(text, line);)
    if (!line.empty() && line[0] != ';' && line.find("\tTSIG\t") == line.npos) records.insert(line);
  return records;
}

}  // namespace harbinger::test
