// The pages of mirroring over a real socket, with a source that says what a test wants.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mirror/pdme_pages.h"
#include "tests/support/http_client.h"
#include "tests/support/scratch.h"

namespace harbinger::test {

class ScriptedPdme final : public mirror::PdmeSource {
 public:
  mirror::PdmeStats stats() const override { return told_stats; }
  std::vector<mirror::MirrorState> mirrors() const override { return told_mirrors; }
  std::vector<mirror::MirrorReasons> why(std::string_view resource, std::string_view cluster) const override {
    std::vector<mirror::MirrorReasons> found;
    for (const auto& each : told_reasons)
      if (resource == "film.video.example" && (cluster.empty() || each.cluster == cluster)) found.push_back(each);
    return found;
  }
  std::size_t expect(const std::vector<mirror::ExternalEvent>& events) override {
    expected.insert(expected.end(), events.begin(), events.end());
    return events.size();
  }

  mirror::PdmeStats told_stats;
  std::vector<mirror::MirrorState> told_mirrors;
  std::vector<mirror::MirrorReasons> told_reasons;
  std::vector<mirror::ExternalEvent> expected;
};

inline const std::string kReadToken = "reader-0123456789", kWriteToken = "writer-0123456789";

struct PdmeWorld {
  explicit PdmeWorld(std::optional<HttpTls> tls = {}) {
    if (tls) server = std::move(HttpServer::listen(SocketAddress::parse("127.0.0.1:0").value(), *tls).value());
    pages.emplace(mirror::PdmeParts{server, guard, store, &source, &clock, {}});
  }

  Scratch folder;
  FakeClock clock;
  ScriptedPdme source;
  std::shared_ptr<HttpServer> server = HttpServer::listen(SocketAddress::parse("127.0.0.1:0").value()).value();
  std::shared_ptr<mirror::ConfigStore> store =
      mirror::ConfigStore::shared({.folder = folder / "mirroring", .secret = {1, 2, 3}, .clock = &clock}).value();
  std::shared_ptr<net::HttpGuard> guard =
      net::HttpGuard::make(
          {.tokens = folder.write("tokens", kReadToken + " read watcher\n" + kWriteToken + " write ops\n")})
          .value();
  std::optional<mirror::PdmePages> pages;

  /// `fields` with a line break behind each.
  std::string ask(std::string_view method, std::string_view target, std::string_view fields,
                  std::string_view body = {}) const {
    HttpClient client(server->address());
    client.send(std::string(method) + ' ' + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(fields) +
                (method == "GET" ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" +
                std::string(body));
    return client.receive();
  }
  static std::string bearer(std::string_view token) { return "Authorization: Bearer " + std::string(token) + "\r\n"; }
  std::string get(std::string_view target, std::string_view fields = {}) const {
    return ask("GET", target, bearer(kReadToken) + std::string(fields));
  }
  std::string put(std::string_view body, std::string_view if_match = "*") const {
    return ask("PUT", "/pdme/config",
               bearer(kWriteToken) + "Content-Type: application/json\r\nIf-Match: " + std::string(if_match) + "\r\n",
               body);
  }
  std::string tell(std::string_view body) const {
    return ask("POST", "/v1/events/external", bearer(kWriteToken) + "Content-Type: application/json\r\n", body);
  }
  std::string audit() const { return read_text(folder / "mirroring/audit.log"); }
};

/// The value of a field of a response; empty when there is none.
inline std::string field_of(std::string_view response, std::string_view name) {
  const auto at = response.find("\r\n" + std::string(name) + ": ");
  if (at == std::string_view::npos) return {};
  const auto value = response.substr(at + name.size() + 4);
  return std::string(value.substr(0, value.find('\r')));
}

}  // namespace harbinger::test
