// From events as they were told to events as they are kept: the place where what could name somebody is left behind.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/behaviour.h>
#include <harbinger/client_keys.h>
#include "persona/event_json.h"

namespace harbinger::persona {

struct DoorRules {
  bool keep_query = false;  ///< of URLs; see write_kept
};

/// Who reports.
struct Sender {
  std::optional<IpAddress> client;  ///< whom events are of that name nobody; nothing: of nobody
  DeviceClass device = DeviceClass::unknown;
  bool trusted = false;  ///< may tell of other clients, of their devices, and of DNS queries
};

/// Events on their way in, with the texts that they borrow. Kept for its memory.
class EventDoor {
 public:
  EventDoor(const ClientKeys& keys, DoorRules rules) : keys_(keys), rules_(rules) {}

  /// Forgets what it let in before, and lets in what can be used of `batch`. A batch that says when it was sent is read by the reporter's clock: an
  /// event is as old as the reporter says, however wrong its clock is.
  void let_in(const ToldBatch& batch, const Sender& sender, UnixMillis now);

  /// What was let in last. Borrowed until the next call.
  std::span<const BehaviourEvent> events() const { return events_; }
  /// How many were not, by reason.
  const std::array<std::uint64_t, static_cast<std::size_t>(EventFault::limit)>& faults() const { return faults_; }

 private:
  EventFault take(const ToldEvent& told, const Sender& sender, std::optional<double> ahead, UnixMillis now);
  EventFault take_client(const ToldEvent& told, const Sender& sender, BehaviourEvent& event, UnixMillis now) const;

  const ClientKeys& keys_;
  const DoorRules rules_;
  std::vector<BehaviourEvent> events_;
  std::vector<std::string> texts_;
  std::array<std::uint64_t, static_cast<std::size_t>(EventFault::limit)> faults_{};
};

std::optional<Action> parse_action(std::string_view word) noexcept;
std::optional<DeviceClass> parse_device(std::string_view word) noexcept;
std::optional<Outcome> parse_outcome(std::string_view word) noexcept;

}  // namespace harbinger::persona
