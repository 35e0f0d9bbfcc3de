// cookies - lets clients prove that they are where their address says (RFC 7873, RFC 9018).
#include <algorithm>
#include <atomic>
#include <charconv>

#include <harbinger/plugin.h>

#include "plugins/cookies/load_gauge.h"
#include "plugins/cookies/secrets.h"
#include "plugins/cookies/server_cookie.h"

namespace harbinger {

template <>
struct OptionValue<cookies::Secret> {
  static Result<cookies::Secret> parse(std::string_view text) {
    cookies::Secret secret;
    bool right = text.size() == 2 * secret.size();
    for (std::size_t i = 0; right && i < secret.size(); ++i) {
      const auto* digits = text.data() + 2 * i;
      right = std::from_chars(digits, digits + 2, secret[i], 16).ptr == digits + 2;
    }
    if (!right) return fail(ErrorCode::malformed, "32 hexadecimal digits, such as `openssl rand -hex 16` prints");
    return secret;
  }
  // Secrets are shown to nobody.
  static std::string show(const cookies::Secret&) { return "..."; }
  static std::string_view form() { return "HEX"; }
};

namespace cookies {
namespace {

using namespace std::chrono_literals;

// What a query says of cookies.
struct Presented {
  bool any = false, well_formed = true;
  Cookie cookie;
};

// Like Cookie::parse, but its error would cost an allocation here.
Presented presented_by(const Query& query) {
  const auto data = query.option(OptionCode::COOKIE);
  if (!data) return {};
  // RFC 7873 sec. 5.2.2: any other length is a format error.
  if (data->size() != 8 && (data->size() < 16 || data->size() > 40))
    return {.any = true, .well_formed = false, .cookie = {}};
  return {.any = true, .well_formed = true, .cookie = {data->first(8), data->subspan(8)}};
}

class Cookies final : public Plugin {
 public:
  struct Config {
    std::vector<Secret> secrets;
    std::chrono::seconds rotate{24h};
    std::vector<IpPrefix> require;
    std::uint32_t under_load = 0;
  };

  explicit Cookies(Config config) : config_(std::move(config)), load_(config_.under_load) {}

  Result<void> start(const PluginContext& context) override {
    clock_ = context.clock;
    valid_ = {context.fact("cookies")};
    const auto counter = [&](std::string_view what, std::string help) {
      return context.metrics->counter("harbinger_cookies_" + std::string(what) + "_total", std::move(help));
    };
    valid_seen_ = counter("valid", "Queries with a valid server cookie.");
    new_seen_ = counter("new", "Queries with a client cookie alone.");
    invalid_seen_ = counter("invalid", "Queries with a server cookie that is too old or not of ours.");
    malformed_seen_ = counter("malformed", "Queries with a malformed cookie option, answered FORMERR.");
    badcookie_sent_ = counter("badcookie", "Queries answered BADCOOKIE.");
    truncated_sent_ = counter("truncated", "Queries without cookie that were sent to TCP.");
    if (!config_.secrets.empty())
      secrets_ = std::make_shared<Secrets>(config_.secrets);
    else if (!context.checking)
      secrets_ = shared_secrets(*context.random, config_.rotate);
    return {};
  }

  Verdict admit(const Query& query) override {
    const auto presented = presented_by(query);
    if (!presented.well_formed) {
      malformed_seen_.add();
      return Verdict::answer(Rcode::FORMERR, EdeCode::invalid_data);
    }
    if (query.transport() != Transport::udp || (config_.require.empty() && !load_.is_used())) return Verdict::pass();
    if (presented.any && age_of(presented.cookie, query)) return Verdict::pass();
    return is_required(query) ? without_proof(presented.any) : Verdict::pass();
  }

  void identify(Query& query) override {
    const auto presented = presented_by(query);
    if (!presented.any) return;
    if (const auto age = age_of(presented.cookie, query)) {
      valid_seen_.add();
      query.set(valid_, *age);
      query.prove_address();
    } else {
      (presented.cookie.server.empty() ? new_seen_ : invalid_seen_).add();
    }
  }

  // A young valid cookie comes back as it is (RFC 9018 sec. 3); refused queries get one too, or they could never do better.
  void decorate(const Query& query, ReplyEditor& editor) override {
    const auto presented = presented_by(query);
    if (!presented.any || !presented.well_formed) return;
    const auto age = query.get(valid_);
    if (age && *age < kRenewAfter) {
      editor.add_option(OptionCode::COOKIE, *query.option(OptionCode::COOKIE), false);
      return;
    }
    const auto cookie =
        make_cookie(presented.cookie.client.first<8>(), query.client().ip, secrets_->current().front(), time_of(query));
    editor.add_option(OptionCode::COOKIE, cookie, false);
  }

 private:
  std::optional<std::int32_t> age_of(const Cookie& cookie, const Query& query) const {
    return cookies::age_of(cookie, query.client().ip, secrets_->current(), time_of(query));
  }

  bool is_required(const Query& query) {
    const auto& client = query.client().ip;
    if (std::ranges::any_of(config_.require, [&](const IpPrefix& net) { return net.contains(client); })) return true;
    return load_.is_used() && load_.add(query.arrived());
  }

  // RFC 7873 sec. 5.2.3: BADCOOKIE for those who know cookies; others prove their address by coming over TCP (sec. 5.2.1).
  Verdict without_proof(bool knows_cookies) const {
    (knows_cookies ? badcookie_sent_ : truncated_sent_).add();
    return knows_cookies ? Verdict::answer(Rcode::BADCOOKIE, EdeCode::other) : Verdict::truncate();
  }

  // The calendar, without asking the system for it more often than every ten seconds: it may be set meanwhile.
  Timestamp time_of(const Query& query) const {
    const auto arrived = query.arrived().ns;
    if (arrived >= look_again_.load(std::memory_order_relaxed)) {
      const auto calendar = std::chrono::duration_cast<Duration>(clock_->calendar().time_since_epoch());
      offset_.store(calendar.count() - clock_->now().ns, std::memory_order_relaxed);
      look_again_.store(arrived + Duration(10s).count(), std::memory_order_relaxed);
    }
    return static_cast<Timestamp>((arrived + offset_.load(std::memory_order_relaxed)) / Duration(1s).count());
  }

  const Config config_;
  LoadGauge load_;
  const Clock* clock_ = nullptr;
  Fact<std::int32_t> valid_{};  // the age of a valid cookie
  std::shared_ptr<Secrets> secrets_;
  mutable std::atomic<std::int64_t> look_again_{INT64_MIN}, offset_{0};
  Counter valid_seen_, new_seen_, invalid_seen_, malformed_seen_, badcookie_sent_, truncated_sent_;
};

}  // namespace

PluginSpec spec() {
  return define_plugin<Cookies>("cookies", "lets clients prove their address with DNS cookies (RFC 7873, RFC 9018)")
      .option("secret", &Cookies::Config::secrets,
              "32 hexadecimal digits, the same on all servers behind one address; the first signs, all are accepted")
      .option("rotate", &Cookies::Config::rotate, at_least(2h),
              "without `secret`: how often a new random one is made; the one before stays accepted")
      .option("require", &Cookies::Config::require, "clients of these nets must prove their address")
      .option("under_load", &Cookies::Config::under_load,
              "all clients must, while more unproved queries a second come than this; 0: never");
}

}  // namespace cookies
}  // namespace harbinger
