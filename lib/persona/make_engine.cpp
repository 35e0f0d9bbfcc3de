#include "persona/assemble.h"

namespace harbinger::persona {

Result<std::unique_ptr<LocalEngine>> make_engine(const EngineSettings& settings,
                                                 std::shared_ptr<const Catalogue> catalogue,
                                                 std::unique_ptr<Network> network, std::unique_ptr<Share> share,
                                                 const EngineWorld& world) {
  auto clusters = make_clusters(settings.clusters, *catalogue);
  return assemble_engine(settings, std::move(catalogue), std::move(network), std::move(clusters), std::move(share),
                         world);
}

}  // namespace harbinger::persona
