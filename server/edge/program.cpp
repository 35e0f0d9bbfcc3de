#include "server/edge/program.h"

#include <ostream>

#include <harbinger/fragments.h>
#include "base/read_file.h"
#include "net/pem.h"
#include "server/edge/state_page.h"
#include "server/shared/exit.h"
#include "server/shared/metrics_page.h"
#include "server/shared/token_file.h"

namespace harbinger::edge {

namespace {

using server::kOk;
using server::kTrouble;

int say(std::ostream& errors, const char* flag, const Error& error) {
  return server::say(errors, "harbinger-edge", flag, error);
}

// Everything that runs, in the order in which it may end.
class Program {
 public:
  Program(const CommandLine& line, LogSink& sink, std::ostream& out, std::ostream& errors)
      : line_(line), out_(out), errors_(errors), log_(sink, "edge") {}

  int run(const std::function<void()>& stop) {
    if (const int trouble = read_files(); trouble != kOk) return trouble;
    if (line_.check) {
      out_ << "ok\n";
      return kOk;
    }
    if (const int trouble = start(); trouble != kOk) return trouble;
    stop();
    say_farewell();
    return kOk;
  }

 private:
  void say_farewell() const {
    const auto state = agent_->state();
    const auto& books = state.books;
    log_.info("stopped", std::to_string(state.requests) + " requests, " + std::to_string(state.hits) + " hits; " +
                             std::to_string(books.decided) + " jobs decided, " + std::to_string(books.unpaid) +
                             " too dear, " + std::to_string(state.fetcher.fetched) + " fetched, " +
                             std::to_string(books.useful) + " useful so far; dearness " +
                             std::to_string(books.dearness));
  }

  int read_files() {
    hub_ = line_.hub;
    hub_.metrics = &metrics_;
    hub_.log = log_.named("hub");
    if (const auto pem = net::load_pem(hub_.certificate, hub_.key, hub_.ca); !pem)
      return say(errors_, "--hub-ca, --hub-cert, --hub-key", pem.error());
    if (const auto read = read_manifests(); !read) return say(errors_, "--manifest", read.error());
    if (!line_.hub_token) return kOk;
    auto token = server::read_token(*line_.hub_token);
    if (!token) return say(errors_, "--hub-token", token.error());
    hub_.token = std::move(*token);
    return kOk;
  }

  Result<void> read_manifests() const {
    FragmentTable table;
    for (const auto& file : line_.agent.prediction.manifests) {
      const auto text = read_file(file, "the manifest");
      if (!text) return fail(text.error());
      if (const auto added = table.add_manifest(*text); !added)
        return fail(added.error().code, file.string() + ": " + added.error().to_string());
    }
    return {};
  }

  int start() {
    auto fetcher = Fetcher::start(line_.fetcher, {&system_clock(), &metrics_, log_.named("fetch")});
    if (!fetcher) return say(errors_, "--cache", fetcher.error());
    auto agent = Agent::start(line_.agent, {&system_clock(), &metrics_, log_}, std::move(*fetcher));
    if (!agent) return say(errors_, "--state, --manifest, --resolver", agent.error());
    agent_ = std::move(*agent);
    if (const int trouble = open_http(); trouble != kOk) return trouble;
    return join();
  }

  int open_http() {
    if (!line_.http) return kOk;
    auto http = HttpServer::shared(*line_.http);
    if (!http) return say(errors_, "--http", http.error());
    http_ = std::move(*http);
    routes_.push_back(server::serve_metrics(*http_, metrics_));
    routes_.push_back(http_->route("/v1/edge", [this](const HttpRequest&) {
      return HttpResponse{200, state_page(line_.hello, agent_->state()), "application/json"};
    }));
    auto door = HintDoor::make(line_.door, {&system_clock(), &metrics_, log_.named("hints")},
                               [this](const IpAddress& client, std::string_view url, std::size_t most) {
                                 return agent_->likely(client, url, most);
                               });
    for (auto& route : serve_hints(*http_, std::move(door), line_.door)) routes_.push_back(std::move(route));
    log_.info("listening", "http://" + http_->address().to_string());
    return kOk;
  }

  int join() {
    if (hub_.address.empty()) return kOk;
    auto uplink = connect_hub(hub_, line_.hello, agent_->events());
    if (!uplink) return say(errors_, "--hub", uplink.error());
    agent_->attach(std::move(*uplink));
    return kOk;
  }

  const CommandLine& line_;
  std::ostream& out_;
  std::ostream& errors_;
  const Logger log_;
  Metrics metrics_;
  UplinkSettings hub_;
  std::unique_ptr<Agent> agent_;
  std::shared_ptr<HttpServer> http_;
  std::vector<HttpServer::Route> routes_;
};

}  // namespace

int run(const CommandLine& line, LogSink& log, std::ostream& out, std::ostream& errors,
        const std::function<void()>& stop) {
  return Program(line, log, out, errors).run(stop);
}

}  // namespace harbinger::edge
