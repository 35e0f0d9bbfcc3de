// Puts an engine together from its parts: what make_engine does, with clusters of the caller's.
#pragma once

#include "persona/engine.h"

namespace harbinger::persona {

/// As make_engine. The catalogue is the one that the clusters were made with.
Result<std::unique_ptr<LocalEngine>> assemble_engine(const EngineSettings& settings,
                                                     std::shared_ptr<const Catalogue> catalogue,
                                                     std::unique_ptr<Network> network,
                                                     std::unique_ptr<Clusters> clusters, std::unique_ptr<Share> share,
                                                     const EngineWorld& world);

}  // namespace harbinger::persona
