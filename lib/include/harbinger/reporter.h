// For applications: tells a persona engine what clients do, without ever holding the application up.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <harbinger/behaviour.h>
#include <harbinger/persona_engine.h>
#include <harbinger/result.h>

namespace harbinger {

/// Takes events from any thread into a bounded queue and sends them in batches from a thread of its own. Lossy under pressure, and it counts what is lost:
/// events that find the queue full, and batches that the transport could not deliver; nothing is sent twice.
class Reporter {
 public:
  /// Sends a batch, borrowed for the call, and says once what became of it, on whatever thread. Called by the reporter's thread, one batch at a time;
  /// it may wait, for as long as it holds up nothing but the reporter and its end.
  using Transport = std::function<void(std::span<const BehaviourEvent>, PersonaEngine::Reported done)>;

  struct Settings {
    std::size_t queue = 4096;               ///< events that may wait, 320 octets each; rounded up to a power of two
    std::size_t batch = 256;                ///< events that are sent together at most
    std::chrono::milliseconds every{1000};  ///< how long an event waits for company
    std::chrono::milliseconds patience{10'000};  ///< for an answer of the transport
    std::chrono::milliseconds goodbye{1000};     ///< for what still waits when the reporter ends
  };

  /// told = rejected + overflowed + sent + what waits; sent = taken + refused + shed + lost + what is on its way.
  struct Counts {
    std::uint64_t told = 0;
    std::uint64_t rejected = 0;    ///< not usable; see fault_of
    std::uint64_t overflowed = 0;  ///< found the queue full
    std::uint64_t sent = 0;
    std::uint64_t taken = 0, refused = 0, shed = 0;  ///< what the engine said
    std::uint64_t lost = 0;                          ///< the transport failed or did not answer
  };

  explicit Reporter(Transport transport) : Reporter(std::move(transport), Settings()) {}
  Reporter(Transport transport, Settings settings);
  /// Flushes for at most `goodbye`, and waits for a transport that is at work.
  ~Reporter();
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  /// Copies the event; `at` 0 stands for now. False when it is not usable or the queue is full. Any thread; no lock, no allocation, no waiting.
  bool report(BehaviourEvent event) noexcept;

  /// Sends what waits now. True once all that was reported before is answered; false when that did not happen within `limit`.
  bool flush(std::chrono::milliseconds limit);

  Counts counts() const noexcept;

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

/// Hands batches to an engine, in this process or behind gRPC, which must outlive the reporter.
Reporter::Transport report_to(PersonaEngine& engine);

struct HttpReport {
  std::string url =
      {};  ///< "http://127.0.0.1:8053/v1/events"; for what leaves the machine, put a proxy with TLS before it
  std::string token = {};  ///< of this reporter; without it the endpoint takes no events of other clients
  std::chrono::milliseconds patience{5000};
};

/// Posts batches to the endpoint for events. Client keys are sent as they are, so application and DNS server must make them with the same secret. Errors:
/// malformed (the URL).
Result<Reporter::Transport> report_to(const HttpReport& report);

}  // namespace harbinger
