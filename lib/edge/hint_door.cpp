#include "edge/hint_door.h"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>

#include <harbinger/foresight.h>
#include <harbinger/hints.h>

#include "edge/page_hints.h"
#include "persona/told_resource.h"

namespace harbinger::edge {

namespace {

// What became of a request.
enum class Outcome : std::uint8_t { hinted, later, nothing, unwanted, malformed, failed };
constexpr std::array<const char*, 6> kOutcomes{"hinted", "later", "nothing", "unwanted", "malformed", "failed"};
constexpr std::array kSeconds{0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.1};

struct Told {
  Outcome outcome = Outcome::nothing;
  std::string page{};  // whose successors these are
  std::vector<PageHint> hints{};
};

char lower(char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each; }

// RFC 8941 tokens with parameters: `prefetch`, `prefetch;prerender`, `on`.
bool says(std::string_view field, std::string_view word) {
  field = field.substr(0, field.find_first_of(";, "));
  return std::ranges::equal(field, word, {}, lower);
}

bool saves_data(const HttpRequest& request) { return says(request.field("Save-Data"), "on"); }

// A page that nobody has wanted yet.
bool is_prefetch(const HttpRequest& request) {
  return says(request.field("Sec-Purpose"), "prefetch") || says(request.field("Purpose"), "prefetch") ||
         says(request.field("X-Moz"), "prefetch");
}

// What belongs to a page says so; old browsers say nothing.
bool is_for_page(const HttpRequest& request) {
  const auto destination = request.field("Sec-Fetch-Dest");
  return destination.empty() || destination == "document";
}

class Door final : public HintDoor {
 public:
  Door(HintDoorSettings settings, HintDoorWorld world, Likely likely)
      : settings_(std::move(settings)), world_(std::move(world)), likely_(std::move(likely)) {
    at_hints_ = figures("hints");
    at_rules_ = figures("rules");
  }

  HttpResponse hints(const HttpRequest& request) override {
    const auto told = measured(at_hints_, [&] { return tell_server(request); });
    if (told.outcome != Outcome::hinted && told.outcome != Outcome::later) return {.status = 204, .body = {}};
    HttpResponse response{.status = 200, .body = {}};
    auto links = told.hints;
    if (told.outcome == Outcome::later || std::ranges::any_of(links, may_be_page, &PageHint::path))
      response.fields.emplace_back("Speculation-Rules", rules_field(told.page));
    // A browser that follows both would fetch twice what it must not keep.
    if (follows_rules(request.field("Sec-CH-UA")))
      std::erase_if(links, [](const PageHint& hint) { return may_be_page(hint.path); });
    if (auto link = link_field(links); !link.empty()) response.fields.emplace_back("Link", std::move(link));
    return response;
  }

  HttpResponse rules(const HttpRequest& request) override {
    auto told = measured(at_rules_, [&] { return tell(request, speculating(request)); });
    std::erase_if(told.hints, [](const PageHint& hint) { return !may_be_page(hint.path); });
    return {.status = 200,
            .body = rules_document(told.hints, settings_.immediate),
            .content_type = "application/speculationrules+json",
            .fields = {{"Cache-Control", "private, no-store"}, {"Cross-Origin-Resource-Policy", "same-origin"}}};
  }

 private:
  struct Figures {
    std::array<Counter, kOutcomes.size()> outcomes;
    Counter pages;
    Histogram seconds;
  };

  Figures figures(const char* way) const {
    auto& metrics = *world_.metrics;
    Figures made;
    for (std::size_t i = 0; i < kOutcomes.size(); ++i)
      made.outcomes[i] =
          metrics.counter("harbinger_edge_hint_requests_total",
                          "Requests of web servers and browsers for likely pages, by what became of them.",
                          {{"result", kOutcomes[i]}, {"way", way}});
    made.pages =
        metrics.counter("harbinger_edge_hinted_pages_total", "Likely pages that were told of.", {{"way", way}});
    made.seconds = metrics.histogram("harbinger_edge_hint_seconds", "Time that a request for likely pages took.",
                                     kSeconds, {{"way", way}});
    return made;
  }

  // The one place where trouble becomes "nothing is likely".
  template <class Work>
  Told measured(const Figures& figures, Work&& work) const {
    const auto begin = world_.clock->now();
    Told told;
    try {
      told = work();
    } catch (const std::exception& error) {
      told = {.outcome = Outcome::failed};
      world_.log.error("hints", "what is likely cannot be told: " + escape_for_log(error.what()));
    }
    figures.outcomes[static_cast<std::size_t>(told.outcome)].add();
    if (!told.hints.empty()) figures.pages.add(told.hints.size());
    figures.seconds.observe(std::chrono::duration<double>(world_.clock->now() - begin).count());
    return told;
  }

  bool trusts(const IpAddress& peer) const {
    return peer.is_loopback() || std::ranges::any_of(settings_.trusted_proxies,
                                                     [&](const IpPrefix& prefix) { return prefix.contains(peer); });
  }

  // A field that only a web server may send; from others it is not there.
  std::string_view word_of_proxy(const HttpRequest& request, std::string_view name) const {
    return trusts(request.peer.ip) ? request.field(name) : std::string_view();
  }

  // "https://www.example.org", as the client knows the site. Empty when it has no name.
  std::string site_of(const HttpRequest& request) const {
    auto host = word_of_proxy(request, "X-Forwarded-Host");
    if (host.empty()) host = request.field("Host");
    if (host.empty() || host.find_first_of("/?#@\\ ") != std::string_view::npos) return {};
    const auto scheme = word_of_proxy(request, "X-Forwarded-Proto");
    return (scheme == "http" || scheme == "https" ? std::string(scheme) : settings_.scheme) + "://" + std::string(host);
  }

  std::optional<std::string> kept(std::string_view told) const {
    std::string url;
    if (!persona::write_kept(told, {.keep_query = settings_.keep_query}, url)) return std::nullopt;
    if (url.size() > kMaxHintResource) return std::nullopt;  // nothing so long is learnt
    return url;
  }

  // The page that a web server is about to deliver.
  std::optional<std::string> original(const HttpRequest& request) const {
    const auto site = site_of(request);
    const auto uri = word_of_proxy(request, "X-Original-URI");
    if (site.empty() || !uri.starts_with('/')) return std::nullopt;
    return kept(site + std::string(uri));
  }

  // The page that a browser has. Scripts of other sites cannot read what is answered here, and what they name is not looked at.
  std::optional<std::string> speculating(const HttpRequest& request) const {
    const auto site = site_of(request);
    if (site.empty()) return std::nullopt;
    if (const auto path = request.value("for"); path.starts_with('/')) return kept(site + path);
    auto url = kept(request.field("Referer")), ours = kept(site);
    if (!url || !ours || authority_of(*url) != authority_of(*ours)) return std::nullopt;
    return url;
  }

  std::optional<IpAddress> client_of(const HttpRequest& request) const {
    const auto named = word_of_proxy(request, "X-Real-IP");
    if (named.empty()) return request.peer.ip;
    const auto address = IpAddress::parse(named);
    return address ? std::optional(*address) : std::nullopt;
  }

  Told tell_server(const HttpRequest& request) const {
    if (!is_for_page(request)) return {};
    const auto url = original(request);
    // Where the rules of a prefetched page are is said now, since there is no other moment; browsers ask for them when the page is shown.
    if (is_prefetch(request) && !saves_data(request) && follows_rules(request.field("Sec-CH-UA")))
      return about(url, Outcome::later);
    return tell(request, url);
  }

  static Told about(const std::optional<std::string>& url, Outcome outcome) {
    auto page = url ? path_on_site(*url, authority_of(*url)) : std::nullopt;
    if (!page) return {.outcome = Outcome::malformed};
    return {.outcome = outcome, .page = std::move(*page)};
  }

  Told tell(const HttpRequest& request, const std::optional<std::string>& url) const {
    if (saves_data(request) || is_prefetch(request)) return {.outcome = Outcome::unwanted};
    auto told = about(url, Outcome::nothing);
    const auto client = client_of(request);
    if (told.outcome == Outcome::malformed || !client) return {.outcome = Outcome::malformed};
    choose(likely_(*client, *url, 2 * settings_.most), authority_of(*url), told);
    if (!told.hints.empty()) told.outcome = Outcome::hinted;
    return told;
  }

  void choose(std::vector<LikelyPage> pages, std::string_view authority, Told& told) const {
    std::ranges::stable_sort(pages, std::ranges::greater(), &LikelyPage::probability);
    auto room = settings_.most_bytes;
    for (const auto& page : pages) {
      if (told.hints.size() >= settings_.most) return;
      if (!(page.probability >= settings_.least) || page.bytes > room) continue;
      auto path = path_on_site(page.url, authority);
      if (!path || *path == told.page || is_skipped(*path) || is_told(*path, told)) continue;
      room -= page.bytes;
      told.hints.push_back({std::move(*path), page.probability});
    }
  }

  static bool is_told(std::string_view path, const Told& told) {
    return std::ranges::find(told.hints, path, &PageHint::path) != told.hints.end();
  }

  bool is_skipped(std::string_view path) const {
    std::string small(path);
    std::ranges::transform(small, small.begin(), lower);
    return std::ranges::any_of(settings_.skip, [&](const auto& pattern) { return matches_pattern(pattern, small); });
  }

  const HintDoorSettings settings_;
  const HintDoorWorld world_;
  const Likely likely_;
  Figures at_hints_, at_rules_;
};

}  // namespace

std::shared_ptr<HintDoor> HintDoor::make(HintDoorSettings settings, HintDoorWorld world, Likely likely) {
  return std::make_shared<Door>(std::move(settings), std::move(world), std::move(likely));
}

std::vector<HttpServer::Route> serve_hints(HttpServer& server, std::shared_ptr<HintDoor> door,
                                           const HintDoorSettings& settings) {
  server.allow_connections(settings.connections);
  return {server.route(std::string(HintDoor::kHintsPath),
                       [door](const HttpRequest& request) { return door->hints(request); }),
          server.route(std::string(kRulesPath), [door](const HttpRequest& request) { return door->rules(request); })};
}

}  // namespace harbinger::edge
