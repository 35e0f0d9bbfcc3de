#include <harbinger/reporter.h>

#include "net/http_call.h"
#include "persona/http_report.h"

namespace harbinger {

namespace {

// The endpoint takes 64 KiB.
constexpr std::size_t kMostBody = 60'000;
constexpr std::size_t kMostAnswer = 64 << 10;

class Poster {
 public:
  Poster(net::HttpUrl url, const HttpReport& report) : url_(std::move(url)), report_(report) {}

  Result<PersonaEngine::Receipt> send(std::span<const BehaviourEvent> events) const {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    PersonaEngine::Receipt all;
    for (const auto& body : persona::report_bodies(
             events, std::chrono::duration_cast<std::chrono::milliseconds>(now).count(), kMostBody)) {
      const auto receipt = send(body);
      if (!receipt) return fail(receipt.error());
      all.taken += receipt->taken;
      all.rejected += receipt->rejected;
      all.shed += receipt->shed;
    }
    return all;
  }

 private:
  Result<PersonaEngine::Receipt> send(const persona::ReportBody& body) const {
    net::HttpAsk ask{.method = "POST",
                     .target = url_.path,
                     .host = url_.authority,
                     .fields = {{"Content-Type", "application/json"}, {"Connection", "close"}},
                     .body = body.text};
    if (!report_.token.empty()) ask.set("Authorization", "Bearer " + report_.token);
    const auto answer = net::http_call(url_, ask, {.patience = report_.patience, .most_body = kMostAnswer});
    if (answer.trouble == net::HttpTrouble::timeout)
      return fail(ErrorCode::timeout, report_.url + " has not answered in time");
    if (answer.error) return fail(ErrorCode::unreachable, report_.url + ": " + answer.error.what());
    return persona::read_receipt(answer.status, answer.body, body.events);
  }

  const net::HttpUrl url_;
  const HttpReport report_;
};

}  // namespace

Result<Reporter::Transport> report_to(const HttpReport& report) {
  auto url = net::HttpUrl::parse(report.url);
  if (!url || url->secure || url->path.empty())
    return fail(ErrorCode::malformed, "`" + report.url + "` is no URL: write http://127.0.0.1:8053/v1/events");
  return
      [poster = std::make_shared<Poster>(std::move(*url), report)](
          std::span<const BehaviourEvent> events, const PersonaEngine::Reported& done) { done(poster->send(events)); };
}

}  // namespace harbinger
