#include <tests/support/update_servers.h>

#include <array>
#include <stdexcept>

#include <tests/support/dns_client.h>

namespace harbinger::test {
namespace {

namespace fs = std::filesystem;

const std::string kSecret(kUpdateSecret);
constexpr const char* kSchema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";

// Where a server and its files are.
struct Home {
  SocketAddress address = loopback(free_port());
  fs::path folder;
  fs::path zone;

  Home(const Scratch& scratch, std::string_view name, std::string_view records) {
    folder = scratch / (std::string(name) + "-" + port());
    zone = scratch.write(folder / "zone",
                         "$ORIGIN example.org.\n$TTL 60\n"
                         "@ SOA ns1.example.org. admin.example.org. 1 3600 600 86400 60\n"
                         "@ NS ns1.example.org.\nns1 A 192.0.2.53\nwww A 192.0.2.1\n" +
                             std::string(records));
  }
  std::string port() const { return std::to_string(address.port); }
};

void run(std::vector<std::string> command) {
  Process process(command);
  const auto ending = process.wait();
  if (!ending || ending->exit_code != 0) throw std::runtime_error(command[0] + " failed: " + process.output());
}

DnsServer start_knot_primary(const Scratch& scratch, const Home& home) {
  const auto folder = home.folder.string();
  const auto config = scratch.write(home.folder / "knot.conf",
                                    "server:\n  rundir: \"" + folder + "\"\n  listen: 127.0.0.1@" + home.port() +
                                        "\ndatabase:\n  storage: \"" + folder +
                                        "\"\nlog:\n  - target: stderr\n    any: warning\n"
                                        "key:\n  - id: upd.example.\n    algorithm: hmac-sha256\n    secret: " +
                                        kSecret +
                                        "\nacl:\n  - id: upd\n    key: upd.example.\n    action: [update, transfer]\n"
                                        "zone:\n  - domain: example.org\n    file: \"" +
                                        home.zone.string() + "\"\n    acl: upd\n    zonefile-sync: -1\n");
  return {home.address, {"knotd", "-c", config.string()}};
}

DnsServer start_bind_primary(const Scratch& scratch, const Home& home) {
  const auto folder = home.folder.string();
  const auto config = scratch.write(
      home.folder / "named.conf",
      "options { directory \"" + folder + "\"; listen-on port " + home.port() +
          " { 127.0.0.1; }; listen-on-v6 { none; }; pid-file none; session-keyfile \"" + folder +
          "/session.key\"; recursion no; notify no; dnssec-validation no; };\ncontrols { };\n"
          "key \"upd.example.\" { algorithm hmac-sha256; secret \"" +
          kSecret + "\"; };\nzone \"example.org\" { type primary; file \"" + home.zone.string() +
          "\"; update-policy { grant upd.example. zonesub any; }; allow-transfer { key upd.example.; }; };\n");
  return {home.address, {"named", "-g", "-n", "1", "-c", config.string()}};
}

DnsServer start_powerdns_primary(const Scratch& scratch, const Home& home) {
  const auto folder = home.folder.string();
  const auto database = folder + "/zones.sqlite3";
  scratch.write(home.folder / "pdns.conf", "launch=gsqlite3\ngsqlite3-database=" + database +
                                               "\nlocal-address=127.0.0.1\nlocal-port=" + home.port() +
                                               "\ndnsupdate=yes\nallow-dnsupdate-from=127.0.0.0/8\nsocket-dir=" +
                                               folder + "\nguardian=no\ndaemon=no\nsetuid=\nsetgid=\nloglevel=4\n");
  run({"sqlite3", database, std::string(".read ") + kSchema});
  const auto pdnsutil = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"pdnsutil", "--config-dir=" + folder});
    run(std::move(words));
  };
  pdnsutil({"load-zone", "example.org", home.zone.string()});
  pdnsutil({"import-tsig-key", "upd.example", "hmac-sha256", kSecret});
  for (const auto* right : {"TSIG-ALLOW-DNSUPDATE", "TSIG-ALLOW-AXFR"})
    pdnsutil({"set-meta", "example.org", right, "upd.example"});
  return {home.address, {"pdns_server", "--config-dir=" + folder}};
}

}  // namespace

std::string_view to_string(Primary primary) {
  constexpr std::array<std::string_view, 3> kNames{"knotd", "named", "pdns_server"};
  return kNames[static_cast<std::size_t>(primary)];
}

bool installed(Primary primary) {
  if (primary != Primary::powerdns) return installed({to_string(primary)});
  return installed({"pdns_server", "pdnsutil", "sqlite3"}) && std::filesystem::exists(kSchema);
}

TsigKey update_key() { return TsigKey::parse("upd.example.:" + kSecret).value(); }

DnsServer start_primary(Primary primary, const Scratch& scratch, std::string_view records) {
  const Home home(scratch, to_string(primary), records);
  if (primary == Primary::knot) return start_knot_primary(scratch, home);
  if (primary == Primary::bind) return start_bind_primary(scratch, home);
  return start_powerdns_primary(scratch, home);
}

}  // namespace harbinger::test
