#include "plugins/file/transfer_rules.h"

#include <algorithm>

namespace harbinger::file {

namespace {

Result<void> check_key(const Name& name, const TsigKeys& keys, const char* option) {
  if (keys.find(name)) return {};
  return fail(ErrorCode::not_found, std::string(option) + ": there is no key " + name.to_string() +
                                        "; it should stand in the file that `keys` names");
}

}  // namespace

bool TransferRule::allows(const IpAddress& client, const TsigRequest& signature) const {
  const bool key_fits =
      keys.empty() || (signature.authentic() && std::ranges::find(keys, signature.key()->name) != keys.end());
  const bool net_fits =
      nets.empty() || std::ranges::any_of(nets, [&](const IpPrefix& net) { return net.contains(client); });
  return key_fits && net_fits;
}

Result<void> check_rules(const std::vector<TransferRule>& transfers, const std::vector<NotifyTarget>& notifies,
                         const TsigKeys& keys) {
  for (const TransferRule& rule : transfers) {
    if (rule.keys.empty() && rule.nets.empty())
      return fail(ErrorCode::malformed,
                  "transfer: should say who, with key NAME or from PREFIX; for everybody: from 0.0.0.0/0 ::/0");
    for (const Name& key : rule.keys)
      if (auto known = check_key(key, keys, "transfer"); !known) return known;
  }
  for (const NotifyTarget& target : notifies)
    if (target.key)
      if (auto known = check_key(*target.key, keys, "notify"); !known) return known;
  return {};
}

Clause<TransferRule> transfer_clause() {
  return Clause<TransferRule>().list("key", &TransferRule::keys).list("from", &TransferRule::nets);
}

Clause<NotifyTarget> notify_clause() {
  return Clause<NotifyTarget>().argument("ADDRESS[:PORT]", &NotifyTarget::server).value("key", &NotifyTarget::key);
}

}  // namespace harbinger::file
