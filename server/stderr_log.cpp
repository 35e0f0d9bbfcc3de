#include "server/stderr_log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace harbinger::server {

namespace {

class StderrLog final : public LogSink {
 public:
  explicit StderrLog(LogLevel least)
      : least_(least), logger_("harbinger", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_pattern("%v");
    logger_.flush_on(spdlog::level::trace);
  }

  void write(LogLevel level, std::string_view line) override {
    if (level < least_) return;
    switch (level) {
      case LogLevel::debug:
        return logger_.info("[DEBUG] {}", line);
      case LogLevel::info:
        return logger_.info("[INFO] {}", line);
      case LogLevel::warning:
        return logger_.info("[WARNING] {}", line);
      case LogLevel::error:
        return logger_.info("[ERROR] {}", line);
    }
  }

 private:
  const LogLevel least_;
  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<LogSink> make_stderr_log(LogLevel least) { return std::make_unique<StderrLog>(least); }

}  // namespace harbinger::server
