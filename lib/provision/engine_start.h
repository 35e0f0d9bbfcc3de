// An engine with a journal that somebody else has opened.
#pragma once

#include <memory>

#include "provision/engine.h"
#include "provision/provision_journal.h"

namespace harbinger::provision {

Result<std::unique_ptr<ProvisioningEngine>> start_engine(ProvisioningEngine::Settings settings,
                                                         ProvisioningEngine::World world,
                                                         std::unique_ptr<ProvisionJournal> journal);

}  // namespace harbinger::provision
