// Log lines on stderr: `[INFO] harbinger: listening on 127.0.0.1:53`.
#pragma once

#include <memory>

#include <harbinger/log.h>

namespace harbinger::server {

/// Writes lines of `least` and above.
std::unique_ptr<LogSink> make_stderr_log(LogLevel least = LogLevel::info);

}  // namespace harbinger::server
