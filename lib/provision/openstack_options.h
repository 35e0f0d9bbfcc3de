// Options of whoever asks an OpenStack cloud: where it is, and who we are there.
#pragma once

#include <string>

#include "provision/keystone.h"
#include "provision/nova_server.h"
#include "provision/option_words.h"

namespace harbinger::provision {

/// As they are written; what they mean is checked when all options have been read.
struct OpenstackWords {
  std::string auth_url{}, addresses{};
  Keystone::Settings keystone{};
};
OpenstackWords take_openstack_words(OptionWords& words);

struct OpenstackAccount {
  Keystone::Settings keystone{};
  NovaAddresses addresses = NovaAddresses::all;
};
/// Errors: what is missing or wrong, beginning with `who`.
Result<OpenstackAccount> check_openstack_words(std::string_view who, OpenstackWords words);

}  // namespace harbinger::provision
