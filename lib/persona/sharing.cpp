#include "persona/sharing.h"

#include "persona/client_record.h"

namespace harbinger::persona {

namespace {

constexpr std::uint32_t kProfileEvery_s = 5;

}  // namespace

Sharing::Sharing(std::unique_ptr<Share> share, std::shared_ptr<Mailbox> mailbox)
    : mailbox_(std::move(mailbox)), share_(std::move(share)) {}

void Sharing::watch(Heard heard) {
  if (!share_) return;
  const auto kept = std::make_shared<const Heard>(std::move(heard));
  // What does not fit into the mailbox is lost here: an assignment is looked up when its client comes, a table comes again when it is newer.
  share_->watch({.assigned =
                     [mailbox = mailbox_, kept](const PersonaAssignment& assignment) {
                       mailbox->post([kept, assignment] { kept->assigned(assignment); });
                     },
                 .table =
                     [mailbox = mailbox_, kept](const std::string& name, std::uint64_t version,
                                                std::span<const std::uint8_t> octets) {
                       mailbox->post([kept, name, version, held = std::vector(octets.begin(), octets.end())] {
                         kept->table(name, version, held);
                       });
                     }});
}

void Sharing::publish_profile(Client& client, std::uint32_t now_s) {
  if (!share_ || now_s - client.shared_s < kProfileEvery_s) return;
  client.shared_s = now_s;
  share_->publish_client(client.key, pack_profile(client.profile));
}

bool Sharing::look_up(ClientKey client, std::function<void(const Share::Known&)> then) {
  if (!share_ || asked_ >= kMostLookUps) return false;
  ++asked_;
  share_->look_up(client, [this, mailbox = mailbox_, then = std::move(then)](Share::Known known) {
    // Bounded by what may be asked for; somebody waits for it.
    mailbox->post(
        [this, then, known = std::move(known)] {
          --asked_;
          then(known);
        },
        true);
  });
  return true;
}

}  // namespace harbinger::persona
