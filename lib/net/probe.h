// Looking at endpoints from outside: does it answer, and how fast.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <harbinger/address.h>
#include <harbinger/clock.h>
#include <harbinger/result.h>

namespace harbinger::net {

/// What one look is.
struct ProbeSettings {
  enum class Kind : std::uint8_t { tcp, http, https, dns };
  Kind kind = Kind::tcp;
  SocketAddress address{};
  /// Host field and TLS name; the address when empty. An address is no TLS name (RFC 6066 sec. 3): then none is sent.
  std::string host{};
  std::string path = "/";
  int status_from = 200, status_to = 399;  ///< http and https: other answers are wrong
  bool verify_certificate = false;         ///< https: against the system's authorities, and for `host`
  Duration every = std::chrono::milliseconds(250);
  /// The longest that is waited. Once it has answered, eight times as long as it usually takes is enough: for the connection, but never less than
  /// 100 ms; for the answer over it, but never less than 350 ms from the start, in which TCP sends a lost packet again.
  Duration timeout = std::chrono::milliseconds(750);

  friend bool operator==(const ProbeSettings&, const ProbeSettings&) = default;
};
std::string_view to_string(ProbeSettings::Kind kind);

/// What came of one look.
struct ProbeResult {
  enum class Kind : std::uint8_t {
    ok,
    refused,  ///< the host says that nobody is there
    timeout,
    wrong,   ///< somebody answers, but not as it should
    unable,  ///< nothing was sent, for want of a descriptor, a port or a route of ours: says nothing of the endpoint
  };
  Kind kind = Kind::timeout;
  double rtt_ms = 0;  ///< TCP handshake, or DNS question to answer; 0 when not known
  std::string why{};  ///< "connection refused", "status 503", ...
};

/// Looks at many endpoints on one thread of its own, each in its own rhythm, with jitter; never two looks at one endpoint at a time. Any thread.
class Prober {
 public:
  static std::unique_ptr<Prober> make();
  virtual ~Prober() = default;

  using Told = std::function<void(const ProbeResult&)>;
  /// Looks while the handle lives, first at once. `told` runs on the prober's thread, not any more after the handle's end. After a result that is neither
  /// `ok` nor `unable` the next look comes after a quarter of `every`.
  [[nodiscard]] virtual std::shared_ptr<void> watch(ProbeSettings settings, Told told) = 0;
};

}  // namespace harbinger::net
