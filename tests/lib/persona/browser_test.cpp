// The script in a real browser. Hidden, since it takes seconds and half a gigabyte of packages: .ci/install browser; test_persona '[browser]'
#include "persona/event_endpoint.h"

#include <csignal>
#include <mutex>

#include "tests/support/peers.h"
#include "tests/support/process.h"
#include "tests/support/scratch.h"

using namespace harbinger;
using namespace harbinger::persona;
using namespace harbinger::test;

namespace {

const SocketAddress kAnyPort = SocketAddress::parse("127.0.0.1:0").value();

// A page of some height that loads the script, tells of errors, and acts by itself. `setting` runs before the script.
std::string page(const std::string& script, const std::string& setting, const std::string& acts) {
  return "<!DOCTYPE html><title>t</title><script>onerror=function(m){fetch('/error?'+encodeURIComponent(m))};" +
         setting + "</script><script async src='" + script +
         "'></script><body style='height:4000px'><a id=a href='/private?token=secret#x'>"
         "<b id=b>next</b></a><script>" +
         acts + "</script>";
}

// Pages at one origin, endpoint at another, and what they were asked and told.
struct World {
  World() {
    EventEndpointSettings settings;
    settings.origins = {"http://localhost:" + std::to_string(site->address().port)};
    auto made =
        EventEndpoint::make(settings, {&keys, &system_clock(), &metrics, [this](auto events) { return take(events); }});
    routes = serve_events(*sensors, made.value(), settings);
    const auto script = "http://127.0.0.1:" + std::to_string(sensors->address().port) + "/v1/harbinger.js";
    add("/first",
        page(script, "", "setTimeout(function(){scrollTo(0,1500)},700);setTimeout(function(){b.click()},1600)"));
    add("/private", page(script, "Object.defineProperty(navigator,'globalPrivacyControl',{value:true})",
                         "setTimeout(function(){location='/old'},900)"));
    add("/old", page(script, "Object.defineProperty(navigator,'sendBeacon',{value:undefined})",
                     "setTimeout(function(){location='/broken'},1600)"));
    add("/broken", page(script, "Object.defineProperty(navigator,'sendBeacon',{value:function(){throw 1}});fetch=null",
                        "setTimeout(function(){history.pushState(0,'','/"
                        "part');b.onclick=function(e){e.preventDefault()};b.click()},"
                        "300);setTimeout(function(){location='/done'},1600)"));
    add("/done", "<!DOCTYPE html><title>done</title>");
    add("/error", "");
  }

  void add(const std::string& path, std::string body) {
    routes.push_back(site->route(path, [this, path, body = std::move(body)](const HttpRequest& request) {
      const std::lock_guard lock(mutex);
      asked.push_back(path == "/error" ? "error " + std::string(request.query) : path);
      return HttpResponse{200, body, "text/html; charset=utf-8"};
    }));
  }
  PersonaEngine::Receipt take(std::span<const BehaviourEvent> events) {
    const std::lock_guard lock(mutex);
    for (const auto& event : events) {
      const auto path = event.resource.substr(std::min(event.resource.find('/', 8), event.resource.size()));
      told.push_back(std::string(to_string(event.action)) + " " + std::string(path));
      if (event.action == Action::scroll) deepest = event.extent;
      if (event.action == Action::dwell) longest = std::max(longest, event.dwell_s);
      device = event.device;
    }
    return {.taken = events.size()};
  }
  bool done() {
    const std::lock_guard lock(mutex);
    return std::ranges::count(asked, "/done") > 0;
  }
  std::uint64_t count(const std::string& what) {
    const std::lock_guard lock(mutex);
    return static_cast<std::uint64_t>(std::ranges::count(told, what));
  }

  ClientKeys keys{std::array<std::uint8_t, 32>{}};
  Metrics metrics;
  std::mutex mutex;
  std::vector<std::string> asked, told;
  float deepest = 0, longest = 0;
  DeviceClass device{};
  std::unique_ptr<HttpServer> site = HttpServer::listen(kAnyPort).value(),
                              sensors = HttpServer::listen(kAnyPort).value();
  std::vector<HttpServer::Route> routes;
};

}  // namespace

TEST_CASE("Chromium reports navigation, scrolling, clicks and dwell, and nothing of who asks for privacy",
          "[.browser]") {
  if (!installed({"chromium"})) return;
  World world;
  const Scratch scratch;
  Process browser({"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync",
                   "--user-data-dir=" + (scratch / "profile").string(),
                   "http://localhost:" + std::to_string(world.site->address().port) + "/first?token=secret"});
  REQUIRE(wait_until([&] { return world.done(); }, std::chrono::seconds(60)));
  CHECK(wait_until([&] { return world.count("dwell /old") == 1; }));
  browser.signal(SIGTERM);
  CHECK(browser.wait());

  const std::lock_guard lock(world.mutex);
  for (const auto& each : world.told) UNSCOPED_INFO(each);
  const std::vector<std::string> expected{"navigation /first", "click /private",  "scroll /first",
                                          "dwell /first",      "navigation /old", "dwell /old"};
  CHECK(world.told == expected);
  CHECK(world.deepest > 0.3F);
  CHECK(world.deepest < 1);
  CHECK(world.longest >= 1);
  CHECK(world.device == DeviceClass::bot);  // it calls itself HeadlessChrome
  for (const auto& each : world.asked) CHECK_FALSE(each.starts_with("error"));
}
