#include "persona/clf_fields.h"
#include "persona/log_format.h"
#include "persona/log_times.h"

namespace harbinger::persona {

namespace {

// `GET /path HTTP/1.1`; the version was not there before HTTP/1.0.
void read_request(std::string_view request, LogRecord& record) {
  const auto space = request.find(' ');
  if (space == std::string_view::npos) return;  // what somebody sent was no request
  record.method = request.substr(0, space);
  auto target = request.substr(space + 1);
  if (const auto version = target.rfind(" HTTP/"); version != std::string_view::npos)
    target = target.substr(0, version);
  record.resource = target;
}

std::uint32_t micros_of(std::string_view seconds) {
  const auto number = parse_number<double>(seconds).value_or(0);
  return number > 0 && number < 4000 ? static_cast<std::uint32_t>(number * 1e6) : 0;
}

std::unexpected<LogTrouble> trouble(LogTrouble::Kind kind, std::string why) {
  return std::unexpected(LogTrouble(kind, std::move(why)));
}

class ClfFormat final : public LogFormat {
 public:
  std::expected<void, LogTrouble> read(std::string_view line, const Use& use) override {
    if (line.empty()) return {};
    ClfFields fields(line);
    const auto host = fields.word(), ident = fields.word(), user = fields.word();
    if (!host || !ident || !user) return std::unexpected("expected `host ident user [time] \"request\" status bytes`");
    const auto time = fields.bracketed();
    if (!time) return std::unexpected("expected a time in brackets after host, ident and user");
    const auto request = fields.quoted();
    if (!request) return std::unexpected("expected a request in quotes after the time");
    const auto status = fields.word(), size = fields.word();
    const auto referer = fields.quoted(), agent = fields.quoted();

    LogRecord record;
    record.client = *host;
    record.at = parse_clf_time(*time);
    if (!record.at)
      return trouble(LogTrouble::Kind::time, "`" + std::string(*time) + "` is no time like 09/Apr/2012:23:58:56 -0700");
    const auto code = status ? parse_number<int>(*status) : std::nullopt;
    if (!code || *code < 100 || *code > 999)
      return trouble(LogTrouble::Kind::number, "expected a status of three digits after the request");
    record.status = *code;
    if (size) record.size_bytes = parse_number<std::uint32_t>(*size).value_or(0);
    if (referer && agent) record.user_agent = dash_is_nothing(*agent);
    // nginx's $request_time is often put behind the usual fields.
    if (const auto seconds = agent ? fields.word() : std::nullopt) record.latency_us = micros_of(*seconds);
    read_request(*request, record);
    use(record);
    return {};
  }
};

}  // namespace

std::unique_ptr<LogFormat> make_clf_format() { return std::make_unique<ClfFormat>(); }

}  // namespace harbinger::persona
