// The web server with TLS, as curl and less friendly clients meet it.
#include <harbinger/http.h>

#include <filesystem>

#include "net/http_server.h"
#include "tests/support/certificates.h"
#include "tests/support/curl.h"
#include "tests/support/http_client.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::test;
using namespace std::chrono_literals;

namespace {

const SocketAddress kAnyPort = SocketAddress::parse("127.0.0.1:0").value();

HttpTls files_of(const Identity& identity) { return {identity.certificate, identity.key}; }

// An authority, a server that it vouches for as admin.test, and what the server says to whom.
struct Secured {
  Scratch folder;
  Authority authority{folder};
  Identity own = authority.sign("admin.test");
  HttpTls files = files_of(own);
  std::unique_ptr<net::HttpListener> server;
  std::vector<HttpServer::Route> routes;

  explicit Secured(bool wants_certificates = false, const net::HttpLimits& limits = {}) {
    if (wants_certificates) files.client_ca = authority.certificate();
    server = net::HttpListener::open(kAnyPort, limits, files).value();
    routes.push_back(server->route("/who", [](const HttpRequest& request) {
      return HttpResponse{200, "hello " + std::string(request.certificate) + "\n"};
    }));
    routes.push_back(
        server->route("/echo", {.most_body = 100'000, .most_put = 100'000}, [](const HttpRequest& request) {
          return HttpResponse{request.method == HttpMethod::put ? 201U : 200U, std::string(request.body)};
        }));
  }

  CurlAnswer ask(const std::string& path, std::vector<std::string> more = {}) const {
    const auto port = std::to_string(server->address().port);
    more.insert(more.end(), {"--cacert", authority.certificate(), "--connect-to", "::127.0.0.1:" + port,
                             "https://admin.test:" + port + path});
    return curl(std::move(more));
  }
};

std::vector<std::string> showing(const Identity& identity) {
  return {"--cert", identity.certificate, "--key", identity.key};
}

}  // namespace

TEST_CASE("the web server speaks TLS with whom trusts its authority") {
  if (no_curl()) return;
  const Secured web;
  const auto answer = web.ask("/who");
  CHECK(answer.exit == 0);
  CHECK(answer.status == 200);
  CHECK(answer.body == "hello \n");
  CHECK(web.ask("/nothing").status == 404);
  constexpr int kNotTrusted = 60;
  CHECK(curl({"--connect-to", "::127.0.0.1:" + std::to_string(web.server->address().port), "https://admin.test/who"})
            .exit == kNotTrusted);
}

TEST_CASE("the web server speaks no TLS older than 1.2") {
  if (no_curl()) return;
  const Secured web;
  CHECK(web.ask("/who", {"--tls-max", "1.2"}).status == 200);
  CHECK(web.ask("/who", {"--tlsv1.3"}).status == 200);
  CHECK(web.ask("/who", {"--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"}).exit != 0);
}

TEST_CASE("bodies of POST and PUT come through TLS whole, and too long ones are refused in words") {
  if (no_curl()) return;
  const Secured web;
  const std::string long_one(90'000, 'x');
  const auto file = web.folder.write("body", long_one);
  const auto put = web.ask("/echo", {"-T", file});
  CHECK(put.status == 201);
  CHECK(put.body == long_one);
  CHECK(web.ask("/echo", {"--data-binary", "@" + file.string()}).body == long_one);
  CHECK(web.ask("/echo", {"-T", web.folder.write("long", std::string(3'000'000, 'x')), "-H", "Expect:"}).status == 413);
  CHECK(web.ask("/who", {"-T", file, "-H", "Expect:"}).status == 405);
}

TEST_CASE("with a client CA, nobody gets further without a certificate that it signed") {
  if (no_curl()) return;
  const Secured web(true);
  const auto known = web.ask("/who", showing(web.authority.sign("ops")));
  CHECK(known.status == 200);
  CHECK(known.body == "hello CN=ops\n");
  CHECK(web.ask("/who").status == 0);
  CHECK(web.ask("/who", {"--tls-max", "1.2"}).status == 0);
  const Authority stranger(web.folder, "stranger");
  CHECK(web.ask("/who", showing(stranger.sign("ops"))).status == 0);
}

TEST_CASE("clients that speak no TLS, or none yet, do not keep the others from it") {
  if (no_curl()) return;
  const Secured web(false, {.patience = 1s, .goodbye = 200ms, .connections = 4});
  HttpClient plain(web.server->address());
  plain.send("GET /who HTTP/1.1\r\nHost: admin.test\r\n\r\n");
  CHECK(status_of(plain.receive()) == 0);

  std::vector<std::unique_ptr<HttpClient>> silent;
  for (int i = 0; i < 10; ++i) silent.push_back(std::make_unique<HttpClient>(web.server->address()));
  silent.back()->send("\x16\x03\x01\x02");  // the first octets of a handshake, and no more
  CHECK(web.ask("/who").status == 200);
  for (const auto& client : silent) CHECK(client->closed());
}

TEST_CASE("a server is not made with files that are wrong, and says which are") {
  const Scratch folder;
  const Authority authority(folder);
  const auto own = authority.sign("a"), other = authority.sign("b");
  const auto error = [](const HttpTls& tls) { return HttpServer::listen(kAnyPort, tls).error(); };
  CHECK(error({own.certificate, other.key}).code == ErrorCode::conflict);
  CHECK(error({own.certificate, folder / "none"}).code == ErrorCode::not_found);
  CHECK(error({folder.write("junk", "junk"), own.key}).message ==
        (folder / "junk").string() + " is no certificate in PEM");
  CHECK(error({own.certificate, own.key, folder / "junk"}).code == ErrorCode::malformed);
}

TEST_CASE("one address is not shared with and without TLS, nor with two certificates") {
  const Scratch folder;
  const Authority authority(folder);
  const auto one = files_of(authority.sign("a")), two = files_of(authority.sign("b"));
  const SocketAddress address{kAnyPort.ip, free_port()};
  {
    const auto secured = HttpServer::shared(address, one);
    REQUIRE(secured);
    CHECK(HttpServer::shared(address, one));
    CHECK_THAT(HttpServer::shared(address).error().message, Catch::Contains("is served with TLS already"));
    CHECK_THAT(HttpServer::shared(address, two).error().message, Catch::Contains("is served with the certificate"));
  }
  const auto plain = HttpServer::shared(address);
  REQUIRE(plain);
  CHECK_THAT(HttpServer::shared(address, one).error().message, Catch::Contains("is served without TLS already"));
}

TEST_CASE("a renewed certificate is shown to who connects after the address was asked for again") {
  if (no_curl()) return;
  const Scratch folder;
  const Authority old(folder, "old"), fresh(folder, "fresh");
  const auto first = old.sign("admin.test"), second = fresh.sign("admin.test");
  const SocketAddress address{kAnyPort.ip, free_port()};
  const auto server = HttpServer::shared(address, files_of(first)).value();
  const auto status = [&](const Authority& trusted) {
    const auto port = std::to_string(address.port);
    return curl(
               {"--cacert", trusted.certificate(), "--connect-to", "::127.0.0.1:" + port, "https://admin.test:" + port})
        .status;
  };
  CHECK(status(old) == 404);
  std::filesystem::copy_file(second.certificate, first.certificate, std::filesystem::copy_options::overwrite_existing);
  CHECK(HttpServer::shared(address, files_of(first)).error().code == ErrorCode::conflict);  // the key is not there yet
  CHECK(status(old) == 404);
  std::filesystem::copy_file(second.key, first.key, std::filesystem::copy_options::overwrite_existing);
  CHECK(HttpServer::shared(address, files_of(first)));
  CHECK(status(fresh) == 404);
  CHECK(status(old) == 0);
}
