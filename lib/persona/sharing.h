// What this engine tells other engines, and what it hears from them, brought to the engine's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "persona/client_store.h"
#include "persona/mailbox.h"
#include "persona/share.h"

namespace harbinger::persona {

/// Without a share, everything here does nothing. The engine thread's.
class Sharing {
 public:
  static constexpr std::size_t kMostLookUps = 1 << 16;  ///< at a time; beyond, clients are new

  Sharing(std::unique_ptr<Share> share, std::shared_ptr<Mailbox> mailbox);

  struct Heard {
    std::function<void(const PersonaAssignment&)> assigned;
    std::function<void(const std::string& name, std::uint64_t version, const std::vector<std::uint8_t>& octets)> table;
  };
  /// Both are called on the engine's thread, as long as it takes from the mailbox.
  void watch(Heard heard);

  bool there() const noexcept { return share_ != nullptr; }
  void publish(const PersonaAssignment& assignment) {
    if (share_) share_->publish(assignment);
  }
  /// The client's profile, when others were last told of it some seconds ago.
  void publish_profile(Client& client, std::uint32_t now_s);
  void publish_table(const std::string& name, std::uint64_t version, std::span<const std::uint8_t> octets) {
    if (share_) share_->publish_table(name, version, octets);
  }
  /// False when there is nobody to ask, or too many are asked for already. Else `then` comes on the engine's thread.
  bool look_up(ClientKey client, std::function<void(const Share::Known&)> then);
  /// Ends the share's threads.
  void end() { share_.reset(); }

 private:
  const std::shared_ptr<Mailbox> mailbox_;
  std::size_t asked_ = 0;
  std::unique_ptr<Share> share_;
};

}  // namespace harbinger::persona
