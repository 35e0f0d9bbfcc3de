// From the lines of a log to behaviour events.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <harbinger/behaviour.h>
#include <harbinger/client_keys.h>
#include <harbinger/clock.h>
#include "persona/event_sink.h"
#include "persona/log_format.h"

namespace harbinger::persona {

/// Makes events of lines and hands them over in batches. What could name a person is left behind here, as at the endpoint: addresses and other names of
/// clients become keys, query strings go. Events are handed on in the order of the lines; whoever needs the order of time sorts. One thread.
class LogAdapter {
 public:
  struct Settings {
    std::string site;         ///< "https://www.example.org": before paths, where the log names no host
    bool keep_query = false;  ///< see write_kept
    std::size_t batch = 512;  ///< events that are handed over together
  };
  struct Counts {
    std::uint64_t lines = 0, taken = 0, rejected = 0, shed = 0;  ///< the last three by the sink
    std::uint64_t nothing = 0;  ///< lines of which nothing is told: comments, doubled rows, what was no request
    /// Lines that could not be read, and events that could not be used.
    std::array<std::uint64_t, static_cast<std::size_t>(LogTrouble::Kind::limit)> troubles{};
    std::array<std::uint64_t, static_cast<std::size_t>(EventFault::limit)> faults{};
  };

  /// `keys` and `clock` must outlive it.
  LogAdapter(std::unique_ptr<LogFormat> format, const ClientKeys& keys, const Clock& clock, EventSink sink,
             Settings settings);

  /// A new file begins.
  void begin_file() { format_->begin_file(); }
  void line(std::string_view text);
  /// Hands over what has gathered.
  void flush();
  const Counts& counts() const { return counts_; }

 private:
  void take(const LogRecord& record);
  EventFault make(const LogRecord& record, BehaviourEvent& event, std::string& text) const;

  const std::unique_ptr<LogFormat> format_;
  const ClientKeys& keys_;
  const Clock& clock_;
  const EventSink sink_;
  const Settings settings_;
  std::vector<BehaviourEvent> events_;
  std::vector<std::string> texts_;
  Counts counts_;
};

}  // namespace harbinger::persona
