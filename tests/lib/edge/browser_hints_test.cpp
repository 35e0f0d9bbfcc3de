// What the door says, in a real browser behind a real nginx. Hidden, since it takes seconds and half a gigabyte of packages:
// .ci/install browser; test_edge '[browser]'
#include <csignal>

#include "edge/hint_door.h"
#include "tests/lib/edge/example_caches.h"
#include "tests/support/peers.h"

using namespace harbinger;
using namespace harbinger::edge;
using namespace harbinger::test;

namespace {

// A page that goes on to `next` once the origin says that it may.
std::string page_before(const std::string& next) {
  return "<!DOCTYPE html><title>t</title><script>"
         "setInterval(function(){fetch('/may-go-to" +
         next +
         "').then(function(r){return r.text()}).then(function(t){"
         "if(t=='yes')location='" +
         next + "'})},100)</script>";
}

// Says how it was delivered, then does as `more`.
std::string page_that_tells(const std::string& name, const std::string& more = "") {
  return "<!DOCTYPE html><title>t</title><script>"
         "fetch('/told?" +
         name + "='+performance.getEntriesByType('navigation')[0].deliveryType)</script>" + more;
}

Process chromium(const Scratch& scratch, const std::string& url) {
  return Process({"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update", "--disable-sync",
                  "--user-data-dir=" + (scratch / "profile").string(), url});
}

// Pages, a door that knows what follows them, and nginx between.
struct World {
  explicit World(bool with_rules) {
    origin.add("/told", [] { return std::string(); });
    origin.add("/first", page_before("/second"));
    origin.add("/second", page_that_tells("second", page_before("/third")));
    origin.add("/third", page_that_tells("third"));
    for (const std::string page : {"/second", "/third"})
      origin.add("/may-go-to" + page, [this, page] { return origin.was_asked(page + " [prefetch]") ? "yes" : "no"; });
    auto made =
        HintDoor::make({}, {&system_clock(), &metrics}, [this](const IpAddress&, std::string_view url, std::size_t) {
          const auto site = std::string(url.substr(0, url.rfind('/')));
          std::vector<LikelyPage> pages;
          if (url.ends_with("/first")) pages = {{site + "/second", 0.9, 0}, {site + "/not-so-likely", 0.3, 0}};
          if (url.ends_with("/second")) pages = {{site + "/third", 0.9, 0}};
          return pages;
        });
    door = made;
    // A browser that does not follow rules, by its own word, is given links.
    routes.push_back(server->route("/v1/hints", [this, with_rules](const HttpRequest& request) {
      auto asked = request;
      std::vector<HttpField> fields;
      for (const auto& each : request.fields)
        if (with_rules || each.name != "Sec-CH-UA") fields.push_back(each);
      asked.fields = fields;
      auto response = door->hints(asked);
      if (!with_rules)
        std::erase_if(response.fields, [](const auto& each) { return each.first == "Speculation-Rules"; });
      return response;
    }));
    routes.push_back(
        server->route("/v1/speculation-rules", [this](const HttpRequest& request) { return door->rules(request); }));
  }
  std::string start(const char* path) const {
    return "http://localhost:" + std::to_string(nginx.address().port) + path;
  }
  bool told(const std::string& what) const { return origin.was_asked("/told?" + what); }

  const Scratch scratch;
  Origin origin;
  Metrics metrics;
  std::shared_ptr<HintDoor> door;
  std::unique_ptr<HttpServer> server = HttpServer::listen(loopback(0)).value();
  std::vector<HttpServer::Route> routes;
  ExampleNginx nginx{scratch, origin.address(), server->address()};
};

std::ptrdiff_t count(const std::vector<std::string>& all, std::string_view one) { return std::ranges::count(all, one); }

// How the web server's log tells of a page.
bool is_logged_as_prefetch(const std::string& log, const std::string& path) {
  const auto at = log.find("\"GET " + path + " HTTP/1.1\" 200 ");
  return at != std::string::npos && log.substr(at, log.find('\n', at) - at).ends_with("\"prefetch\"");
}

}  // namespace

TEST_CASE("Chromium fetches likely pages by their rules, shows them without asking again, and goes on from there",
          "[.browser]") {
  if (!installed({"chromium", "nginx"})) return;
  const World world(true);
  auto browser = chromium(world.scratch, world.start("/first"));
  const bool done = wait_until([&] { return world.told("third=navigational-prefetch"); }, std::chrono::seconds(60));
  browser.signal(SIGTERM);
  CHECK(browser.wait());
  const auto asked = world.origin.asked();
  for (const auto& each : asked)
    if (!each.starts_with("/may-go-to")) UNSCOPED_INFO(each);
  UNSCOPED_INFO(world.nginx.log() << world.nginx.errors());
  REQUIRE(done);
  CHECK(world.told("second=navigational-prefetch"));
  for (const auto* page : {"/second", "/third"}) {
    CHECK(count(asked, std::string(page) + " [prefetch]") == 1);
    CHECK(count(asked, page) == 0);
    CHECK(is_logged_as_prefetch(world.nginx.log(), page));
  }
  // Nobody pointed at it.
  CHECK(std::ranges::none_of(asked, [](const auto& each) { return each.starts_with("/not-so-likely"); }));
}

TEST_CASE("a browser without rules fetches likely pages by their links, and shows them from its cache", "[.browser]") {
  if (!installed({"chromium", "nginx"})) return;
  const World world(false);
  auto browser = chromium(world.scratch, world.start("/first"));
  const bool done = wait_until([&] { return world.told("second=cache"); }, std::chrono::seconds(60));
  browser.signal(SIGTERM);
  CHECK(browser.wait());
  const auto asked = world.origin.asked();
  for (const auto& each : asked)
    if (!each.starts_with("/may-go-to")) UNSCOPED_INFO(each);
  UNSCOPED_INFO(world.nginx.log() << world.nginx.errors());
  REQUIRE(done);
  CHECK(count(asked, "/second [prefetch]") == 1);
  CHECK(count(asked, "/second") == 0);
  CHECK(is_logged_as_prefetch(world.nginx.log(), "/second"));
}
