// What this engine tells other engines, and what it hears from them, brought to the engine's thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "persona/client_store.h"
#include "persona/mailbox.h"
#include "persona/share.h"

namespace harbinger::persona {

/// Without a share, everything here does nothing. The engine thread's.
class Sharing {
 public:
  /// A million active clients are 17,000 profiles a second.
  static constexpr std::uint32_t kProfileEvery_s = 60;
  /// What others know of a client is worth more than so few acts here: others are not told of these, and theirs is taken over.
  static constexpr std::uint32_t kFewActs = 8;
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
  /// The client's profile, when others were last told of it a minute ago, and it is worth telling.
  void publish_profile(Client& client, std::uint32_t now_s);
  void publish_table(const std::string& name, std::uint64_t version, std::span<const std::uint8_t> octets) {
    if (share_) share_->publish_table(name, version, octets);
  }
  /// False when there is nobody to ask, or too many are asked for already. Else `then` comes on the engine's thread.
  bool look_up(ClientKey client, std::function<void(const Share::Known&)> then);
  /// Ends the share's threads.
  void end() { share_.reset(); }

 private:
  // The newest of each table that came and was not looked at yet. The mailbox may be full; these few are bounded by themselves.
  struct NewTables {
    struct Table {
      std::uint64_t version = 0;
      std::vector<std::uint8_t> octets;
    };
    std::mutex mutex;
    std::map<std::string, Table> of;
  };
  static void keep_table(Mailbox& mailbox, const std::shared_ptr<NewTables>& tables,
                         const std::shared_ptr<const Heard>& heard, const std::string& name, NewTables::Table table);

  const std::shared_ptr<Mailbox> mailbox_;
  std::size_t asked_ = 0;
  std::unique_ptr<Share> share_;
};

}  // namespace harbinger::persona
