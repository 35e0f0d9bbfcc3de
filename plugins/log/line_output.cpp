#include "plugins/log/line_output.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace harbinger::querylog {

namespace {

std::string reason() { return std::generic_category().message(errno); }

}  // namespace

Result<void> LineOutput::open() {
  if (!file_) {
    descriptor_ = STDOUT_FILENO;
    return {};
  }
  const int opened = ::open(file_->c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (opened < 0)
    return fail(ErrorCode::denied,
                "cannot write to the file: " + reason() + "; name one in a folder that the server may write to",
                {file_->string()});
  close();
  descriptor_ = opened;
  return {};
}

Result<void> LineOutput::write(std::string_view lines) {
  while (!lines.empty()) {
    const auto written = ::write(descriptor_, lines.data(), lines.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      return fail(ErrorCode::denied, "lines are lost: " + reason(), {file_ ? file_->string() : "standard output"});
    lines.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

void LineOutput::close() {
  if (file_ && descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace harbinger::querylog
