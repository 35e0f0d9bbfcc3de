#include "server/ctl/http_call.h"

#include <nlohmann/json.hpp>

#include "net/client_tls.h"
#include "net/http_call.h"

namespace harbinger::ctl {
namespace {

using net::HttpTrouble;

constexpr std::size_t kMostBody = 16u << 20;

net::HttpAsk ask_of(const HttpCall& call, const net::HttpUrl& url) {
  auto path = url.path;
  while (path.ends_with('/')) path.pop_back();
  net::HttpAsk ask{.target = path + call.target,
                   .host = url.authority,
                   .fields = {{"Accept", call.accept}, {"Connection", "close"}}};
  if (!call.token.empty()) ask.set("Authorization", "Bearer " + call.token);
  if (!call.json) return ask;
  ask.method = "POST";
  ask.set("Content-Type", "application/json");
  ask.body = *call.json;
  return ask;
}

}  // namespace

std::string sentence_in(const std::string& body) {
  const auto object = nlohmann::json::parse(body, nullptr, false);
  const auto found = object.is_object() ? object.find("error") : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

Result<HttpAnswer> http_call(const HttpCall& call, std::chrono::milliseconds patience) {
  const auto url = net::HttpUrl::parse(call.base);
  if (!url) return fail(ErrorCode::malformed, "'" + call.base + "' is no URL: write http://127.0.0.1:9153");
  const auto tls = net::client_tls({.ca = call.tls.ca, .certificate = call.tls.certificate, .key = call.tls.key});
  if (!tls) return fail(tls.error());
  auto answer = net::http_call(*url, ask_of(call, *url), {.patience = patience, .most_body = kMostBody},
                               url->secure ? tls->get() : nullptr);
  switch (answer.trouble) {
    case HttpTrouble::none:
      return HttpAnswer{answer.status, std::move(answer.body)};
    case HttpTrouble::timeout:
      return fail(ErrorCode::timeout,
                  call.base + " has not answered within " + std::to_string(patience.count()) + " ms");
    case HttpTrouble::large_body:
      return fail(ErrorCode::too_large, call.base + ": an answer over 16 MiB");
    case HttpTrouble::not_trusted:  // told apart from one that is not there
      return fail(ErrorCode::unreachable,
                  call.base + ": nobody who is trusted vouches for this server (--ca names who does)");
    default:
      return fail(ErrorCode::unreachable, call.base + ": " + answer.error.message());
  }
}

}  // namespace harbinger::ctl
