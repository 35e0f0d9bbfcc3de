#include "plugins/guarded_http.h"

#include "net/doors.h"

namespace harbinger {

Result<void> check(const GuardedHttp& settings, std::string_view could) {
  if (settings.certificate.has_value() != settings.private_key.has_value())
    return fail(ErrorCode::malformed, "`certificate` and `private_key` stand together, or not at all");
  if (settings.client_ca && !settings.certificate)
    return fail(ErrorCode::malformed, "`client_ca` needs a `certificate`");
  if (settings.http && !settings.tokens && !settings.client_ca)
    return fail(ErrorCode::denied, "everybody could " + std::string(could) + " at " + settings.http->to_string() +
                                       ": give a file of `tokens`, or a `client_ca`, or both");
  return {};
}

Result<GuardedHttpDoor> open(const GuardedHttp& settings, const PluginContext& context, std::string_view page) {
  HttpTls tls;
  if (settings.certificate)
    tls = {context.resolve(*settings.certificate), context.resolve(*settings.private_key), std::nullopt};
  if (settings.client_ca) tls.client_ca = context.resolve(*settings.client_ca);
  auto server = settings.certificate ? HttpServer::shared(*settings.http, tls) : HttpServer::shared(*settings.http);
  if (!server) return fail(server.error());
  net::HttpGuardSettings guarding{.certificates = settings.client_ca.has_value(), .log = context.log};
  if (settings.tokens) guarding.tokens = context.resolve(*settings.tokens);
  auto guard = net::HttpGuard::make(guarding);
  if (!guard) return fail(guard.error());
  net::warn_of_plain_text(context.log, *settings.http, settings.certificate.has_value());
  context.log.info("listening", (settings.certificate ? "https://" : "http://") + (*server)->address().to_string() +
                                    std::string(page));
  return GuardedHttpDoor{std::move(*server), std::move(*guard)};
}

}  // namespace harbinger
