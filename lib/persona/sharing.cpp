#include "persona/sharing.h"

#include "persona/client_record.h"

namespace harbinger::persona {

namespace {

constexpr std::size_t kMostTables = 64;  // names

}  // namespace

Sharing::Sharing(std::unique_ptr<Share> share, std::shared_ptr<Mailbox> mailbox)
    : mailbox_(std::move(mailbox)), share_(std::move(share)) {}

void Sharing::watch(Heard heard) {
  if (!share_) return;
  const auto kept = std::make_shared<const Heard>(std::move(heard));
  const auto tables = std::make_shared<NewTables>();
  // An assignment that does not fit into the mailbox is lost here: it is looked up when its client comes. A table would not come again.
  share_->watch({.assigned =
                     [mailbox = mailbox_, kept](const PersonaAssignment& assignment) {
                       mailbox->post([kept, assignment] { kept->assigned(assignment); });
                     },
                 .table =
                     [mailbox = mailbox_, tables, kept](const std::string& name, std::uint64_t version,
                                                        std::span<const std::uint8_t> octets) {
                       keep_table(*mailbox, tables, kept, name, {version, {octets.begin(), octets.end()}});
                     }});
}

// One piece of work for each name, which takes the newest that is there by then.
void Sharing::keep_table(Mailbox& mailbox, const std::shared_ptr<NewTables>& tables,
                         const std::shared_ptr<const Heard>& heard, const std::string& name, NewTables::Table table) {
  const std::lock_guard guard(tables->mutex);
  const auto before = tables->of.find(name);
  if (before != tables->of.end()) {
    if (table.version > before->second.version) before->second = std::move(table);
    return;
  }
  if (tables->of.size() >= kMostTables) return;
  const auto look = [tables, heard, name] {
    NewTables::Table newest;
    {
      const std::lock_guard inside(tables->mutex);
      newest = std::move(tables->of[name]);
      tables->of.erase(name);
    }
    heard->table(name, newest.version, newest.octets);
  };
  if (mailbox.post(look, true)) tables->of.emplace(name, std::move(table));
}

void Sharing::publish_profile(Client& client, std::uint32_t now_s) {
  if (!share_ || client.acts < kFewActs || now_s - client.shared_s < kProfileEvery_s) return;
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
