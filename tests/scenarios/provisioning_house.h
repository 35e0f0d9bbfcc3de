// A DNS server that gives each kind of client a web server of its own, as a process of this machine.
#pragma once

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/ctl.h"
#include "tests/support/curl.h"
#include "tests/support/dns_client.h"
#include "tests/support/peers.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

namespace harbinger::test {

class ProvisioningHouse {
 public:
  static constexpr const char* kGold = "127.0.1.7";   ///< a client of one tier
  static constexpr const char* kPlain = "127.0.2.7";  ///< one of the other
  static inline const std::string kName = "report.apps.example";

  /// `more` is added to the block of the plugin.
  explicit ProvisioningHouse(std::string mode = "on", const std::string& more = {})
      : mode_(std::move(mode)), server_(start_harbinger(scratch_, config(more))) {}
  /// No instance outlives the test.
  ~ProvisioningHouse() {
    server_.kill();
    for (const auto pid : instances()) ::kill(pid, SIGKILL);
  }
  ProvisioningHouse(const ProvisioningHouse&) = delete;
  ProvisioningHouse& operator=(const ProvisioningHouse&) = delete;

  DnsServer& server() { return server_; }
  std::filesystem::path file() const {
    return scratch_ / ("harbinger-" + std::to_string(server_.address().port) + "/Harbingerfile");
  }

  // Clients.
  /// The answer to a query for the service, as text; over TCP, which proves who asks.
  std::string told(const std::string& name = kName) const {
    return text_of(ask(server_.address(), name, RRType::HTTPS, {.tcp = true}));
  }
  /// The same over UDP, from this address of the machine.
  std::string told_over_udp(const std::string& name, const char* from, std::vector<std::uint8_t> options = {}) const {
    return text_of(ask(server_.address(), name, RRType::HTTPS,
                       {.options = std::move(options), .from = IpAddress::parse(from).value()}));
  }
  /// Where the instance of an answer is; nothing where there is none.
  static std::optional<SocketAddress> instance_in(const std::string& answer) {
    static const std::regex pattern("port=\"?([0-9]+)\"? ipv4hint=\"?([0-9.]+)");
    std::smatch found;
    if (!std::regex_search(answer, found, pattern)) return std::nullopt;
    return SocketAddress{IpAddress::parse(found[2].str()).value(), static_cast<std::uint16_t>(std::stoi(found[1]))};
  }
  /// That of the instance that is given out for a name, as soon as there is one.
  std::optional<SocketAddress> instance_of(const std::string& name = kName) const {
    std::optional<SocketAddress> at;
    wait_until([&] { return (at = instance_in(told(name))).has_value(); });
    return at;
  }
  /// A name with the tag of the client at this address.
  std::string with_tag_of(const char* client) const {
    const auto answer =
        text_of(ask(server_.address(), "cpt.apps.example", RRType::TXT, {.from = IpAddress::parse(client).value()}));
    const auto quote = answer.find('"');
    return quote == std::string::npos ? "no-tag." + kName : "cpt-" + answer.substr(quote + 1, 24) + "." + kName;
  }
  /// Whether a web server answers there.
  static bool serves(const SocketAddress& at) {
    const auto answer = curl({"http://" + at.to_string() + "/"});
    return answer.status == 200;
  }

  // Operators.
  std::string ctl(std::vector<std::string> words) const {
    words.insert(words.end(), {"--url", url(admin_), "--token-file", token_.string()});
    return test::ctl(std::move(words)).output;
  }
  /// Instances at this step, as the server says.
  std::size_t at_step(const std::string& step) const {
    const auto all = nlohmann::json::parse(ctl({"instances", "--json"}), nullptr, false);
    return all.is_array() ? static_cast<std::size_t>(
                                std::ranges::count_if(all, [&](const auto& each) { return each["step"] == step; }))
                          : 0;
  }
  /// Instances that the machine runs.
  std::set<pid_t> instances() const {
    std::set<pid_t> found;
    for (const auto& each : std::filesystem::directory_iterator("/proc")) {
      std::ifstream file(each.path() / "cmdline");
      const std::string command{std::istreambuf_iterator<char>(file), {}};
      if (command.find("http.server") != std::string::npos && command.find(root_.string()) != std::string::npos)
        found.insert(static_cast<pid_t>(std::stoi(each.path().filename().string())));
    }
    return found;
  }

  std::string config(const std::string& more = {}) const {
    return "apps.example:{port} {\n bind 127.0.0.1\n cookies\n vm_provisioning " + mode_ +
           " {\n name {cpt}.{resource}.apps.example pool web\n"
           " pool web port 8080 cold_cost 0 waiting_room 192.0.2.1 health / ttl 2s drain 2s idle_after 5m\n"
           " command web " +
           std::string("/usr/bin/python3") + " -m http.server --directory " + root_.string() +
           " --bind {address} 8080\n tier gold clients 127.0.1.0/24\n tier plain\n"
           " budget clients_without_proof 0 starts_per_tag_hour 10\n http " +
           admin_.to_string() + "\n tokens " + tokens_.string() + "\n" + more + "}\n hosts {\n 192.0.2.80 " + kName +
           "\n}\n}\n";
  }
  /// Another Harbingerfile in the place of the one that was started with, and the signal to read it.
  void reload(const std::string& more) {
    auto text = config(more);
    text.replace(text.find("{port}"), 6, std::to_string(server_.address().port));
    scratch_.write(file(), text);
    server_.process().signal(SIGHUP);
  }

 private:
  static std::string text_of(const Result<Answer>& answer) {
    return answer ? answer->message.to_string() : std::string();
  }

  const std::string mode_;
  Scratch scratch_;
  std::filesystem::path root_ = scratch_.write("root/index.html", "hello\n").parent_path();
  std::filesystem::path tokens_ = scratch_.write("tokens", "writer-0123456789 write operator\n");
  std::filesystem::path token_ = scratch_.write("token", "writer-0123456789\n");
  SocketAddress admin_ = loopback(free_port());
  DnsServer server_;
};

}  // namespace harbinger::test
