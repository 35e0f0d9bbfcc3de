// The caches of examples/edge as they stand there, on ports of a test's own, in front of an origin that remembers what it was asked for.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include <harbinger/http.h>

#include "tests/support/dns_client.h"
#include "tests/support/http_client.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

namespace harbinger::test {

/// A file of examples/edge with every one of these texts replaced; that each is there is checked.
inline std::string edge_example(std::string_view name,
                                const std::vector<std::pair<std::string, std::string>>& replacements) {
  auto text = read_text(in_project("examples/edge") / name);
  for (const auto& [from, to] : replacements) {
    const auto at = text.find(from);
    INFO(name << " has no `" << from << "`");
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
  }
  return text;
}

/// Whether somebody listens there.
inline bool listens(const SocketAddress& address) {
  try {
    return static_cast<bool>(HttpClient(address).send(""));
  } catch (const std::runtime_error&) {
    return false;
  }
}

/// A web site. A page is kept for a minute; `film.mp4` is three MiB and can be had in ranges.
class Origin {
 public:
  static constexpr std::size_t kFilm = 3 << 20;

  Origin() {
    routes_.push_back(server_->route("/film.mp4", [this](const HttpRequest& request) { return film(request); }));
  }
  void add(const std::string& path, std::string body) {
    routes_.push_back(server_->route(path, [this, body = std::move(body)](const HttpRequest& request) {
      note(request);
      return HttpResponse{200, body, "text/html; charset=utf-8", {{"Cache-Control", "max-age=60"}}};
    }));
  }
  /// Never kept.
  void add(const std::string& path, std::function<std::string()> body) {
    routes_.push_back(server_->route(path, [this, body = std::move(body)](const HttpRequest& request) {
      note(request);
      return HttpResponse{200, body(), "text/plain"};
    }));
  }
  SocketAddress address() const { return server_->address(); }

  /// `/path?query`, behind it, in brackets, range and purpose where there were any.
  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  bool was_asked(const std::string& what) const { return std::ranges::count(asked(), what) > 0; }

 private:
  void note(const HttpRequest& request) {
    std::string text(request.path);
    if (!request.query.empty()) (text += '?') += request.query;
    for (const auto* name : {"Range", "Sec-Purpose"})
      if (const auto value = request.field(name); !value.empty()) ((text += " [") += value) += ']';
    const std::lock_guard lock(mutex_);
    asked_.push_back(std::move(text));
  }

  HttpResponse film(const HttpRequest& request) {
    note(request);
    HttpResponse response{.status = 200, .body = std::string(kFilm, 'f'), .content_type = "video/mp4"};
    response.fields.emplace_back("Cache-Control", "max-age=60");
    auto range = request.field("Range");
    if (!range.starts_with("bytes=")) return response;
    range.remove_prefix(6);
    std::size_t first = 0, last = kFilm - 1;
    const auto* end = range.data() + range.size();
    const auto* dash = std::from_chars(range.data(), end, first).ptr;
    std::from_chars(dash + 1, end, last);
    last = std::min(last, kFilm - 1);
    response.status = 206;
    response.body.resize(last - first + 1);
    response.fields.emplace_back(
        "Content-Range", "bytes " + std::to_string(first) + "-" + std::to_string(last) + "/" + std::to_string(kFilm));
    return response;
  }

  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
  std::unique_ptr<HttpServer> server_ = HttpServer::listen(loopback(0)).value();
  std::vector<HttpServer::Route> routes_;
};

/// examples/edge/nginx.conf.
class ExampleNginx {
 public:
  /// A `patient` one waits ten seconds for the door: machines that test may be busy for longer than pages may wait.
  ExampleNginx(const Scratch& scratch, const SocketAddress& origin, const SocketAddress& door, bool patient = true)
      : scratch_(scratch), address_(loopback(free_port())), process_(command(scratch, origin, door, patient)) {
    const bool up = wait_until([&] { return !process_.running() || listens(address_); });
    INFO(process_.output() << read_text(scratch / "error.log"));
    REQUIRE((up && process_.running()));
  }
  // Killed, it would leave its workers behind.
  ~ExampleNginx() {
    process_.signal(SIGTERM);
    process_.wait();
  }
  ExampleNginx(const ExampleNginx&) = delete;
  const SocketAddress& address() const { return address_; }
  std::string log() const { return read_text(scratch_ / "access.log"); }
  std::string errors() const { return read_text(scratch_ / "error.log"); }

 private:
  std::vector<std::string> command(const Scratch& scratch, const SocketAddress& origin, const SocketAddress& door,
                                   bool patient) {
    const auto neighbour = loopback(free_port()).to_string();
    const auto text =
        edge_example("nginx.conf", {{"listen 80;", "listen " + address_.to_string() + ";"},
                                    {"127.0.0.1:8080", origin.to_string()},
                                    {"127.0.0.1:8060", door.to_string()},
                                    {"127.0.0.1:8061", neighbour},
                                    {"127.0.0.1:8061", neighbour},
                                    {"connect_timeout 20ms", patient ? "connect_timeout 10s" : "connect_timeout 20ms"},
                                    {"read_timeout 50ms", patient ? "read_timeout 10s" : "read_timeout 50ms"}});
    return {"nginx",
            "-p",
            scratch.path().string(),
            "-c",
            scratch.write("nginx.conf", text).string(),
            "-e",
            "error.log",
            "-g",
            geteuid() == 0 ? "daemon off; user root;" : "daemon off;"};
  }

  const Scratch& scratch_;
  const SocketAddress address_;
  Process process_;
};

/// examples/edge/default.vcl, and varnishncsa beside it with the format of examples/edge/varnishncsa.format.
class ExampleVarnish {
 public:
  ExampleVarnish(const Scratch& scratch, const SocketAddress& origin, const SocketAddress& door)
      : scratch_(scratch), address_(loopback(free_port())), process_(command(scratch, origin, door)) {
    const bool up = wait_until([&] { return !process_.running() || listens(address_); }, std::chrono::seconds(60));
    INFO(process_.output());
    REQUIRE((up && process_.running()));
    log_.emplace(std::vector<std::string>{"varnishncsa", "-n", (scratch / "work").string(), "-f",
                                          in_project("examples/edge/varnishncsa.format").string(), "-w",
                                          (scratch / "access.log").string()});
    // What was logged before it reads is not told: so it is asked until it tells.
    REQUIRE(wait_until([&] {
      http_get(address_, "/is-logged");
      return log().contains("/is-logged");
    }));
  }
  ~ExampleVarnish() {
    process_.signal(SIGTERM);
    process_.wait();
  }
  ExampleVarnish(const ExampleVarnish&) = delete;
  const SocketAddress& address() const { return address_; }
  std::string log() const { return read_text(scratch_ / "access.log"); }

 private:
  std::vector<std::string> command(const Scratch& scratch, const SocketAddress& origin, const SocketAddress& door) {
    const auto text = edge_example("default.vcl", {{"\"8080\"", "\"" + std::to_string(origin.port) + "\""},
                                                   {"\"8060\"", "\"" + std::to_string(door.port) + "\""}});
    return {"varnishd",
            "-j",
            "none",  // as nobody else, it could not read the test's files
            "-F",
            "-n",
            (scratch / "work").string(),
            "-a",
            address_.to_string(),
            "-f",
            scratch.write("default.vcl", text).string(),
            "-s",
            "malloc,32m"};
  }

  const Scratch& scratch_;
  const SocketAddress address_;
  Process process_;
  std::optional<Process> log_;
};

/// A GET with more fields, each with its line's end.
inline std::string http_get_with(const SocketAddress& server, std::string_view path, std::string_view fields) {
  HttpClient client(server);
  client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: www.example.org\r\nConnection: close\r\n" +
              std::string(fields) + "\r\n");
  return client.receive();
}

}  // namespace harbinger::test
