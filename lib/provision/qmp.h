// Talking to a QEMU over its socket, in the QEMU Machine Protocol: a line of JSON there, a line back.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include <harbinger/clock.h>
#include <harbinger/result.h>

namespace harbinger::provision {

/// One connection; QEMU talks to one at a time. One thread.
class Qmp {
 public:
  /// To the socket in a folder, which may have a longer path than sockets allow. Tries until the deadline, because a QEMU that begins has none yet; gives
  /// up when `goes_on` says no. `unreachable`, `timeout`.
  template <class GoesOn>
  static Result<std::unique_ptr<Qmp>> connect(const std::filesystem::path& socket, const Clock& clock,
                                              MonotonicTime deadline, GoesOn goes_on) {
    while (true) {
      auto qmp = connect_once(socket, clock, deadline);
      if (qmp || qmp.error().code != ErrorCode::unreachable) return qmp;
      if (!goes_on()) return qmp;
      if (clock.now() >= deadline) return fail(ErrorCode::timeout, qmp.error().message);
      pause();
    }
  }
  virtual ~Qmp() = default;

  /// The answer's "return". `denied`: what QEMU says against it. `timeout`, `unreachable`, `malformed`.
  virtual Result<nlohmann::json> ask(const std::string& command, const nlohmann::json& arguments,
                                     MonotonicTime deadline) = 0;

 private:
  static Result<std::unique_ptr<Qmp>> connect_once(const std::filesystem::path& socket, const Clock& clock,
                                                   MonotonicTime deadline);
  static void pause();
};

}  // namespace harbinger::provision
