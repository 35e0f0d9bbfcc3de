// A DNS server that has web servers ready for users of a portal, as processes of this machine.
#pragma once

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
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

class OrchestrationHouse {
 public:
  explicit OrchestrationHouse(std::string mode, const std::string& more = {})
      : mode_(std::move(mode)), server_(start_harbinger(scratch_, config(more))) {}
  /// No resource outlives the test.
  ~OrchestrationHouse() {
    server_.kill();
    for (const auto pid : processes()) ::kill(pid, SIGKILL);
  }
  OrchestrationHouse(const OrchestrationHouse&) = delete;
  OrchestrationHouse& operator=(const OrchestrationHouse&) = delete;

  DnsServer& server() { return server_; }
  /// Of gRPC.
  SocketAddress door() const { return door_; }

  // What users do.
  /// A line of the portal's log: this user asks for a machine.
  static std::string asks(const std::string& user) {
    return R"({"who": ")" + user + R"(", "did": "create", "what": "servers", "size": "small"})" + "\n";
  }
  static std::string looks(const std::string& user) {
    return R"({"who": ")" + user + R"(", "did": "list", "what": "images"})" + "\n";
  }
  void log(const std::string& lines) const { std::ofstream(portal_, std::ios::app) << lines; }
  /// This user looks and asks often enough to be foreseen, as far as the portal's log tells.
  void learn(const std::string& user) const {
    for (int i = 0; i < 8; ++i) log(looks(user) + asks(user));
  }

  // What people and programs say.
  std::string ctl(std::vector<std::string> words) const {
    words.insert(words.end(), {"--url", url(admin_), "--token-file", token_.string()});
    return test::ctl(std::move(words)).output;
  }
  CurlAnswer post(const std::string& page, const std::string& body) const {
    return curl({"-H", "Authorization: Bearer writer-0123456789", "--data-binary", body, url(admin_) + page});
  }
  nlohmann::json get(const std::string& page) const {
    const auto answer =
        curl({"-H", "Authorization: Bearer writer-0123456789", url(admin_) + "/v1/orchestration/" + page});
    return nlohmann::json::parse(answer.body, nullptr, false);
  }
  nlohmann::json claim(const std::string& user) const {
    return nlohmann::json::parse(
        post("/v1/orchestration/claim", R"({"name": ")" + user + R"(", "kind": "machine", "machine": "small"})").body,
        nullptr, false);
  }

  /// Another Harbingerfile in the place of the one that was started with, and the signal to read it.
  void reload(const std::string& more) {
    auto text = config(more);
    text.replace(text.find("{port}"), 6, std::to_string(server_.address().port));
    scratch_.write(scratch_ / ("harbinger-" + std::to_string(server_.address().port) + "/Harbingerfile"), text);
    server_.process().signal(SIGHUP);
  }

  // What comes of it.
  std::size_t in_plan(const std::string& state) const { return count("plan", "state", state); }
  std::size_t at_step(const std::string& step) const { return count("resources", "step", step); }
  /// Web servers that the machine runs for us.
  std::set<pid_t> processes() const {
    std::set<pid_t> found;
    for (const auto& each : std::filesystem::directory_iterator("/proc")) {
      std::ifstream file(each.path() / "cmdline");
      const std::string command{std::istreambuf_iterator<char>(file), {}};
      if (command.find("http.server") != std::string::npos && command.find(root_.string()) != std::string::npos)
        found.insert(static_cast<pid_t>(std::stoi(each.path().filename().string())));
    }
    return found;
  }
  static bool serves(const std::string& address) { return curl({"http://" + address + "/"}).status == 200; }

 private:
  std::size_t count(const std::string& page, const std::string& field, const std::string& word) const {
    std::size_t count = 0;
    const auto all = get(page);
    if (all.is_array())
      for (const auto& each : all) count += each[field] == word ? 1 : 0;
    return count;
  }
  // Whoever may ask at all is worth a machine: what is tried is the way of a plan, not how well needs are foreseen.
  std::string config(const std::string& more) const {
    return "example:{port} {\n bind 127.0.0.1\n orchestration " + mode_ +
           " {\n kind machine target local cold_cost 1000000 idle_cost 1 ready_within 20s\n target local process\n"
           " template small target local port 8080 health /\n command small /usr/bin/python3 -m http.server "
           "--directory " +
           root_.string() + " --bind {address} 8080\n watch " + portal_.string() +
           " json mapping actor=who,verb=did,kind=what,machine=size from_start on\n window 0s\n"
           " round 100ms\n cool_down 1s\n budget per_user 2\n http " +
           admin_.to_string() + "\n tokens " + tokens_.string() + "\n grpc " + door_.to_string() + "\n grpc_tokens " +
           doors_.string() + "\n" + more + "}\n hosts {\n 192.0.2.80 localhost\n}\n}\n";
  }

  const std::string mode_;
  Scratch scratch_;
  std::filesystem::path root_ = scratch_.write("root/index.html", "hello\n").parent_path();
  std::filesystem::path portal_ = scratch_.write("portal.json", "");
  std::filesystem::path tokens_ = scratch_.write("tokens", "writer-0123456789 write operator\n");
  std::filesystem::path token_ = scratch_.write("token", "writer-0123456789\n");
  std::filesystem::path doors_ = scratch_.write("doors", "caller-0123456789 provision\nsensor-0123456789 report\n");
  SocketAddress admin_ = loopback(free_port()), door_ = loopback(free_port());
  DnsServer server_;
};

}  // namespace harbinger::test
