#include "provision/keystone.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "provision/rest_patience.h"
#include "provision/rest_refusal.h"

namespace harbinger::provision {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds kUsualLife = 1h, kLongestLife = 24h * 365;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::chrono::sys_seconds> time_of(std::string_view text) {
  if (text.size() < 20 || text[10] != 'T') return std::nullopt;
  const std::array<std::optional<int>, 6> parts{number(text.substr(0, 4)),  number(text.substr(5, 2)),
                                                number(text.substr(8, 2)),  number(text.substr(11, 2)),
                                                number(text.substr(14, 2)), number(text.substr(17, 2))};
  if (!std::ranges::all_of(parts, [](const auto& part) { return part.has_value(); })) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*parts[0]),
                                         std::chrono::month(static_cast<unsigned>(*parts[1])),
                                         std::chrono::day(static_cast<unsigned>(*parts[2]))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*parts[3]) + std::chrono::minutes(*parts[4]) +
         std::chrono::seconds(*parts[5]);
}

Json domain(const std::string& name) { return {{"name", name}}; }

}  // namespace

std::optional<std::chrono::seconds> seconds_between(std::string_view from, std::string_view to) {
  const auto begin = time_of(from), end = time_of(to);
  if (!begin || !end) return std::nullopt;
  return *end - *begin;
}

Keystone::Keystone(Settings settings, std::unique_ptr<RestClient> client, const Clock& clock)
    : settings_(std::move(settings)), client_(std::move(client)), clock_(clock), secret_(settings_.secret) {}

Result<std::unique_ptr<Keystone>> Keystone::make(const Settings& settings, const Clock& clock) {
  auto client = RestClient::make({.server = settings.auth_url, .ca = settings.ca}, clock);
  if (!client) return fail(client.error());
  return std::unique_ptr<Keystone>(new Keystone(settings, std::move(*client), clock));
}

Result<Json> Keystone::question() {
  const auto secret = secret_.text();
  if (!secret) return fail(secret.error());
  Json identity;
  if (!settings_.application_credential.empty()) {
    identity = {{"methods", Json::array({"application_credential"})},
                {"application_credential", {{"id", settings_.application_credential}, {"secret", *secret}}}};
    return Json{{"auth", {{"identity", std::move(identity)}}}};
  }
  const Json user{{"name", settings_.user}, {"domain", domain(settings_.user_domain)}, {"password", *secret}};
  identity = {{"methods", Json::array({"password"})}, {"password", {{"user", user}}}};
  const Json project{{"name", settings_.project}, {"domain", domain(settings_.project_domain)}};
  return Json{{"auth", {{"identity", std::move(identity)}, {"scope", {{"project", project}}}}}};
}

// How long a token lives is what lies between two times of Keystone's own clock: ours may differ.
Result<Keystone::Token> Keystone::ask(const RestLimits& limits) {
  const auto body = question();
  if (!body) return fail(body.error());
  const std::string version = settings_.auth_url.path.ends_with("/v3") ? "" : "/v3";
  const auto asked_at = clock_.now();
  const auto answer = call_patiently(*client_,
                                     {.method = "POST",
                                      .target = version + "/auth/tokens",
                                      .body = body->dump(-1, ' ', false, Json::error_handler_t::replace)},
                                     limits, clock_);
  if (!answer) return fail(answer.error());
  if (!answer->fine()) {
    auto error = refusal(settings_.auth_url.to_string(), *answer);
    if (answer->status == 401)
      error.message += "; look at user, project, domains, and what is in " + settings_.secret.string();
    return fail(std::move(error));
  }
  Token token{.text = std::string(answer->field("x-subject-token")), .content = read_json(answer->body)};
  if (token.text.empty())
    return fail(ErrorCode::malformed, settings_.auth_url.to_string() + " answered without a token");
  const auto life = seconds_between(text_member(token.content, {"token", "issued_at"}),
                                    text_member(token.content, {"token", "expires_at"}));
  const Duration lasts = std::clamp<std::chrono::seconds>(life.value_or(kUsualLife), 1s, kLongestLife);
  token.renew_at = asked_at + lasts - std::min<Duration>(2min, lasts / 5);
  return token;
}

Result<RestUrl> Keystone::endpoint_in(const Json& token, const std::vector<std::string>& types) const {
  std::string seen;
  for (const auto& service : list_member(token, {"token", "catalog"})) {
    if (std::ranges::find(types, text_member(service, {"type"})) == types.end()) continue;
    for (const auto& each : list_member(service, {"endpoints"})) {
      const auto region = text_member(each, {"region_id"}), interface = text_member(each, {"interface"});
      seen += " " + region + "/" + interface;
      if (interface != settings_.interface || (!settings_.region.empty() && region != settings_.region)) continue;
      return RestUrl::parse(text_member(each, {"url"}));
    }
  }
  return fail(ErrorCode::not_found, settings_.auth_url.to_string() + " knows no endpoint of type " +
                                        (types.empty() ? std::string() : types.front()) + " for region '" +
                                        settings_.region + "' and interface " + settings_.interface +
                                        "; there are:" + (seen.empty() ? " none" : seen));
}

Result<Keystone::Access> Keystone::access(const RestLimits& limits, const std::string& refused,
                                          const std::vector<std::string>& types) {
  const std::unique_lock lock(mutex_, limits.deadline - clock_.now());
  if (!lock) return fail(ErrorCode::timeout, "another request for a token lasts too long");
  const bool holds = token_ && clock_.now() < token_->renew_at && (refused.empty() || token_->text != refused);
  if (!holds) {
    token_.reset();
    auto token = ask(limits);
    if (!token) return fail(token.error());
    token_ = std::move(*token);
  }
  auto service = endpoint_in(token_->content, types);
  if (!service) return fail(service.error());
  return Access{.token = token_->text, .service = std::move(*service)};
}

}  // namespace harbinger::provision
