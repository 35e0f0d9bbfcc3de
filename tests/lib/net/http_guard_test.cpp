#include "net/http_guard.h"

#include "net/doors.h"

#include <filesystem>
#include <vector>

#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::net;
using harbinger::test::Scratch;

namespace {

const std::string kReader = "reader-0123456789", kWriter = "writer-0123456789", kNameless = "nameless-0123456789";

HttpRequest asking(const std::vector<HttpField>& fields, std::string_view certificate = {}) {
  HttpRequest request{.path = "/page", .query = {}, .fields = fields, .certificate = certificate};
  return request;
}

// A page that says who asks, behind a file of tokens.
struct Page {
  Scratch folder;
  std::filesystem::path file = folder.write("tokens", "# ours\n" + kReader + " read dashboard of the night shift\n" +
                                                          kWriter + "\twrite  ops # us\n" + kNameless + " write\n");
  std::shared_ptr<HttpGuard> guard = HttpGuard::make({.tokens = file}).value();

  HttpResponse ask(HttpScope needed, std::string_view authorization, std::string_view certificate = {}) const {
    const auto handler = HttpGuard::wrap(
        guard, needed, [](const HttpRequest&, const HttpCaller& caller) { return HttpResponse{200, caller.name}; });
    const std::vector<HttpField> fields{{"authorization", authorization}};
    return handler(asking(fields, certificate));
  }
};

std::string field_of(const HttpResponse& response, std::string_view name) {
  for (const auto& [each, value] : response.fields)
    if (each == name) return value;
  return {};
}

}  // namespace

TEST_CASE_METHOD(Page, "a page behind tokens answers who shows one, and knows the name that the file gives it") {
  CHECK(ask(HttpScope::read, "Bearer " + kReader).body == "dashboard of the night shift");
  CHECK(ask(HttpScope::write, "Bearer " + kWriter).body == "ops");
  CHECK(ask(HttpScope::read, "bearer " + kWriter).body == "ops");  // who may write may read
  CHECK(ask(HttpScope::write, "Bearer " + kNameless).body == "unnamed");
  CHECK(ask(HttpScope::write, "Bearer " + kNameless, "CN=laptop").body == "CN=laptop");
}

TEST_CASE_METHOD(Page, "without a known token a page says that one is needed") {
  const std::vector<std::string> wrongs{
      "", "Bearer", "Bearer ", "Basic " + kReader, kReader, "Bearer " + kReader + "x", "Bearer  " + kReader};
  for (const auto& wrong : wrongs) {
    const auto response = ask(HttpScope::read, wrong);
    CHECK(response.status == 401);
    CHECK(field_of(response, "WWW-Authenticate").starts_with("Bearer"));
  }
  CHECK(field_of(ask(HttpScope::read, "Bearer nonsense-nonsense"), "WWW-Authenticate") ==
        R"(Bearer error="invalid_token")");
}

TEST_CASE_METHOD(Page, "a token that may only read changes nothing") {
  const auto response = ask(HttpScope::write, "Bearer " + kReader);
  CHECK(response.status == 403);
  CHECK(field_of(response, "WWW-Authenticate") == R"(Bearer error="insufficient_scope", scope="write")");
  CHECK(response.body == "{\"error\":\"this token's scope is too small: `write` is needed\"}\n");
}

TEST_CASE_METHOD(Page, "tokens that are taken out of the file, or put into it, count from the next request on") {
  folder.write("tokens", kReader + " write promoted\n");
  CHECK(ask(HttpScope::write, "Bearer " + kReader).body == "promoted");
  CHECK(ask(HttpScope::read, "Bearer " + kWriter).status == 401);
}

TEST_CASE_METHOD(Page, "nobody is let in while the file of tokens is empty, wrong or gone") {
  for (const auto* text : {"", "short read\n", "reader-0123456789 everything\n"}) {
    folder.write("tokens", text);
    CHECK(ask(HttpScope::read, "Bearer " + kReader).status == 401);
  }
  std::filesystem::remove(file);
  CHECK(ask(HttpScope::read, "Bearer " + kReader).status == 401);
  folder.write("tokens", kReader + " read back\n");
  CHECK(ask(HttpScope::read, "Bearer " + kReader).body == "back");
}

TEST_CASE("a page without tokens answers certificates of the client CA, or nobody") {
  const auto by_certificate = HttpGuard::make({.tokens = {}, .certificates = true}).value();
  CHECK(by_certificate->check(asking({}, "CN=ops"), HttpScope::write).value().name == "CN=ops");
  CHECK(by_certificate->check(asking({}), HttpScope::read).error().response.status == 403);
  const auto closed = HttpGuard::make({}).value();
  CHECK(closed->check(asking({}, "CN=ops"), HttpScope::read).error().response.status == 403);
}

TEST_CASE("a file of tokens that is wrong at the start says where") {
  const Scratch folder;
  const auto error = [&](std::string_view text) {
    return HttpGuard::make({.tokens = folder.write("tokens", text)}).error();
  };
  CHECK_THAT(error("").message, Catch::Contains("no tokens: write lines `TOKEN read` or `TOKEN write`"));
  CHECK(error("\n0123456789abcdef\n").position.line == 2);
  CHECK_THAT(error("0123456789abcdef all\n").message, Catch::Contains("its scope, `read` or `write`"));
  CHECK_THAT(error("0123456789abcdef read a\"b\n").message, Catch::Contains("a name has"));
  CHECK_THAT(HttpGuard::make({.tokens = folder / "none"}).error().message,
             Catch::Contains("cannot read the file of tokens"));
}

namespace {

struct Lines final : LogSink {
  std::vector<std::string> all;
  void write(LogLevel, std::string_view line) override { all.emplace_back(line); }
};

}  // namespace

TEST_CASE("an address that others reach without TLS is warned of") {
  Lines lines;
  const Logger log(lines, "test");
  warn_of_plain_text(log, SocketAddress::parse("127.0.0.1:80").value(), false);
  warn_of_plain_text(log, SocketAddress::parse("192.0.2.1:80").value(), true);
  CHECK(lines.all.empty());
  warn_of_plain_text(log, SocketAddress::parse("192.0.2.1:80").value(), false);
  REQUIRE(lines.all.size() == 1);
  CHECK_THAT(lines.all[0], Catch::Contains("192.0.2.1:80 has no TLS"));
}
