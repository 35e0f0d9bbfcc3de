#include "net/http_guard.h"

#include <array>
#include <utility>

#include "net/token_file.h"

namespace harbinger::net {

namespace {

constexpr std::array<std::string_view, 2> kScopes{"read", "write"};  // as HttpScope counts them
constexpr std::string_view kScheme = "bearer ";

char lower(char each) { return each >= 'A' && each <= 'Z' ? static_cast<char>(each + 32) : each; }

// RFC 9110 sec. 11.1: the name of a scheme in any case.
std::string_view bearer_token(const HttpRequest& request) {
  const auto value = request.field("Authorization");
  if (value.size() <= kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i)
    if (lower(value[i]) != kScheme[i]) return {};
  return value.substr(kScheme.size());
}

// As pages complain. Nothing that is said here has characters that JSON escapes.
HttpResponse complaint(unsigned status, std::string_view what) {
  return {status, R"({"error":")" + std::string(what) + "\"}\n", "application/json"};
}

// RFC 6750 sec. 3.
HttpResponse unproved(bool told) {
  auto response =
      complaint(401, told ? "this token is not known" : "a token is needed, as `Authorization: Bearer TOKEN`");
  response.fields.emplace_back("WWW-Authenticate", told ? R"(Bearer error="invalid_token")" : "Bearer");
  return response;
}

HttpResponse too_small(HttpScope needed) {
  const std::string word(kScopes[static_cast<std::size_t>(needed)]);
  auto response = complaint(403, "this token's scope is too small: `" + word + "` is needed");
  response.fields.emplace_back("WWW-Authenticate", R"(Bearer error="insufficient_scope", scope=")" + word + '"');
  return response;
}

std::string name_of(const std::string& told, const HttpRequest& request) {
  if (!told.empty()) return told;
  return request.certificate.empty() ? "unnamed" : std::string(request.certificate);
}

class TokenGuard final : public HttpGuard {
 public:
  explicit TokenGuard(std::unique_ptr<TokenFile> tokens) : tokens_(std::move(tokens)) {}

  std::expected<HttpCaller, Refusal> check(const HttpRequest& request, HttpScope needed) override {
    const auto token = bearer_token(request);
    const auto holder = token.empty() ? std::nullopt : tokens_->find(token);
    if (!holder)
      return std::unexpected(
          Refusal{unproved(!token.empty()), {}, token.empty() ? "no token" : "a token that is not known"});
    auto name = name_of(holder->name, request);
    if (holder->scope < static_cast<std::size_t>(needed))
      return std::unexpected(Refusal{too_small(needed), std::move(name), "scope too small"});
    return HttpCaller{std::move(name), request.peer};
  }

 private:
  const std::unique_ptr<TokenFile> tokens_;
};

class CertificateGuard final : public HttpGuard {
 public:
  explicit CertificateGuard(bool certificates) : certificates_(certificates) {}

  std::expected<HttpCaller, Refusal> check(const HttpRequest& request, HttpScope) override {
    if (certificates_ && !request.certificate.empty())
      return HttpCaller{std::string(request.certificate), request.peer};
    return std::unexpected(
        Refusal{complaint(403, "nobody is let in here: name a file of tokens, or a client CA, in the configuration"),
                {},
                "no tokens configured"});
  }

 private:
  const bool certificates_;
};

}  // namespace

Result<std::shared_ptr<HttpGuard>> HttpGuard::make(const HttpGuardSettings& settings) {
  if (!settings.tokens) return std::make_shared<CertificateGuard>(settings.certificates);
  auto tokens = TokenFile::open(*settings.tokens, {kScopes, true}, settings.log);
  if (!tokens) return fail(tokens.error());
  return std::make_shared<TokenGuard>(std::move(*tokens));
}

HttpServer::Handler HttpGuard::wrap(std::shared_ptr<HttpGuard> guard, HttpScope needed, Handler handler) {
  return [guard = std::move(guard), needed, handler = std::move(handler)](const HttpRequest& request) {
    auto caller = guard->check(request, needed);
    return caller ? handler(request, *caller) : std::move(caller.error().response);
  };
}

}  // namespace harbinger::net
