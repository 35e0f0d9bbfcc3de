// A DNS server that mirrors, two edges beside real caches, an origin, and clients of two clusters.
#pragma once

#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/certificates.h"
#include "tests/support/ctl.h"
#include "tests/support/curl.h"
#include "tests/support/dns_client.h"
#include "tests/support/peers.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"
#include "tests/support/web_cache.h"

namespace harbinger::test {

class MirrorHouse {
 public:
  static constexpr const char* kFra = "127.0.1.7";  ///< a client of the cluster in which the edges are
  static constexpr const char* kAms = "127.0.2.7";  ///< one of another cluster

  struct Options {
    std::optional<SocketAddress> behind_first{};  ///< what the cache of edge e0 asks, instead of the origin
    std::optional<SocketAddress> first{};         ///< a cache for e0, instead of nginx
    std::string mode{};
    std::string settings{};  ///< further members of the JSON object
    int edges = 2;
  };
  MirrorHouse() : MirrorHouse(Options()) {}
  explicit MirrorHouse(Options options) : options_(std::move(options)), server_(start_harbinger(scratch_, config())) {
    put(settings());
    for (int i = 0; i < options_.edges; ++i) raise(i);
  }

  // The world.
  WebOrigin& origin() { return origin_; }
  NginxCache& cache(int i) { return *caches_[i]; }
  DnsServer& server() { return server_; }
  Process& edge(int i) { return *edges_[i]; }
  const SocketAddress& hub() const { return hub_; }
  /// An edge, once more.
  void raise(int i) {
    const auto log = (scratch_ / ("log" + std::to_string(i))).string();
    edges_[i].emplace(std::vector<std::string>{
        built_program("harbinger-edge"), "--name", name_of(i), "--cache", cache_address(i).to_string(), "--log", log,
        "--site", "http://video.example", "--cluster", "fra", "--cache-size", "512", "--hub", hub_.to_string()});
  }

  // Clients.
  /// Which edges a client is given for a name, best first: "e0 e1 "; "" for an answer that names none.
  std::string told(const std::string& name, const char* from = kFra) const {
    std::string all;
    const auto text = ask_text(name, from, RRType::HTTPS);
    for (std::size_t at = 0; (at = text.find(".cdn.test", at)) != std::string::npos; ++at)
      all += text.substr(at - 2, 2) + ' ';
    return all;
  }
  bool plain(const std::string& name, const char* from) const {
    const auto text = ask_text(name, from, RRType::A);
    return text.find("192.0.2.80") != std::string::npos && text.find("cdn.test") == std::string::npos;
  }
  /// One client asks, again and again, which is demand; until it is told of so many edges.
  bool popular(const std::string& name, std::size_t edges = 2) const {
    return wait_until([&] { return told(name).size() == 3 * edges; });
  }

  // Operators.
  CurlAnswer call(const std::string& path, std::vector<std::string> more = {},
                  const std::string& token = kWriter) const {
    more.insert(more.end(), {"--cacert", authority_.certificate().string(), "-H", "Authorization: Bearer " + token,
                             "https://localhost:" + std::to_string(admin_.port) + path});
    return curl(std::move(more));
  }
  CurlAnswer put(const nlohmann::json& settings, const std::string& if_match = "*",
                 const std::string& token = kWriter) const {
    return call(
        "/pdme/config",
        {"-X", "PUT", "-H", "Content-Type: application/json", "-H", "If-Match: " + if_match, "-d", settings.dump()},
        token);
  }
  CurlAnswer post(const nlohmann::json& events) const {
    return call("/v1/events/external", {"-H", "Content-Type: application/json", "-d", events.dump()});
  }
  nlohmann::json page(const std::string& path) const { return nlohmann::json::parse(call(path).body, nullptr, false); }
  /// Mirrors of a name at a step.
  int mirrors(const std::string& name, const std::string& step) const {
    int count = 0;
    for (const auto& each : page("/pdme/mirrors")) count += each["resource"] == name && each["step"] == step;
    return count;
  }
  std::string ctl(std::vector<std::string> words) const {
    words.insert(words.end(), {"--url", "https://localhost:" + std::to_string(admin_.port), "--ca",
                               authority_.certificate().string(), "--token-file", token_.string()});
    return test::ctl(std::move(words)).output;
  }
  /// Where everything happens within seconds.
  nlohmann::json settings() const {
    auto text = R"({"threshold": {"publish": 60, "withdraw": 30, "least_benefit": 0}, "push_share": 0,
                    "least_life_s": 0, "cool_down_s": 0, "lease_s": 5, "ttl_s": 1, "drain_s": 1,
                    "fill_patience_ms": 5000, "verify_patience_ms": 3000)" +
                options_.settings + "}";
    return nlohmann::json::parse(text);
  }
  /// The Harbingerfile; `more` is added to the block of mirroring.
  std::string config(const std::string& more = {}) const {
    const auto film = "mirror {resource}.video.example http://{name}/index.m3u8 http://{name}/20000.ts origin " +
                      origin_.address().to_string() + "\n";
    std::string text = ".:{port} {\n bind 127.0.0.1\n mirroring " + options_.mode + " {\n" + film +
                       "cluster fra clients 127.0.1.0/24\ncluster ams clients 127.0.2.0/24\n";
    for (int i = 0; i < 2; ++i)
      text += "endpoint " + name_of(i) + " address 127.0.0.1 target " + name_of(i) + ".cdn.test port " +
              std::to_string(cache_address(i).port) + " cluster fra\n";
    text += "interval 1s\nhttp " + admin_.to_string() + "\ncertificate " + own_.certificate.string() +
            "\nprivate_key " + own_.key.string() + "\ntokens " + tokens_.string() + "\n" + more + "}\n";
    text += "edges {\n listen " + hub_.to_string() + "\n}\nhosts {\n 192.0.2.80 localhost";
    for (int i = 0; i < 10; ++i) text += " film" + std::to_string(i) + ".video.example";
    return text + " film.other.example\n}\n}\n";
  }
  /// Another Harbingerfile in the place of the one that was started with, and the signal to read it.
  void reload(const std::string& more) {
    const std::string port = std::to_string(server_.address().port);
    auto text = config(more);
    text.replace(text.find("{port}"), 6, port);
    scratch_.write("harbinger-" + port + "/Harbingerfile", text);
    server_.process().signal(SIGHUP);
  }

  static inline const std::string kReader = "reader-0123456789", kWriter = "writer-0123456789";

 private:
  static NginxCache::Options kept_whole() {
    NginxCache::Options options;
    options.slice = "";
    return options;
  }
  static std::string name_of(int i) { return "e" + std::to_string(i); }
  SocketAddress cache_address(int i) const {
    return i == 0 && options_.first ? *options_.first : caches_[i]->address();
  }
  std::string ask_text(const std::string& name, const char* from, RRType type) const {
    const auto answer = ask(server_.address(), name, type, {.from = IpAddress::parse(from).value()});
    return answer ? answer->message.to_string() : std::string();
  }

  const Options options_;
  WebOrigin origin_;
  std::unique_ptr<NginxCache> caches_[2]{
      std::make_unique<NginxCache>(options_.behind_first.value_or(origin_.address()), kept_whole()),
      std::make_unique<NginxCache>(origin_.address(), kept_whole())};
  Scratch scratch_;
  Authority authority_{scratch_};
  Identity own_ = authority_.sign("localhost");
  std::filesystem::path tokens_ = scratch_.write("tokens", kReader + " read watcher\n" + kWriter + " write operator\n");
  std::filesystem::path token_ = scratch_.write("token", kReader + "\n");
  SocketAddress admin_ = loopback(free_port()), hub_ = loopback(free_port());
  DnsServer server_;
  std::optional<Process> edges_[2];
};

}  // namespace harbinger::test
