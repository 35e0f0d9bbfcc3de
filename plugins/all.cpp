#include "plugins/all.h"

namespace harbinger {

// One declaration and one line below for each folder.
namespace acl {
PluginSpec spec();
}
namespace cdn_select {
PluginSpec spec();
}
namespace cookies {
PluginSpec spec();
}
namespace edges {
PluginSpec spec();
}
namespace errors {
PluginSpec spec();
}
namespace file {
PluginSpec spec();
}
namespace forward {
PluginSpec spec();
}
namespace geoip {
PluginSpec spec();
}
namespace health {
PluginSpec spec();
}
namespace hosts {
PluginSpec spec();
}
namespace querylog {
PluginSpec spec();
}
namespace metrics {
PluginSpec spec();
}
namespace mirroring {
PluginSpec spec();
}
namespace orchestration {
PluginSpec spec();
}
namespace persona {
PluginSpec spec();
}
namespace prefetch {
PluginSpec spec();
}
namespace readiness {
PluginSpec spec();
}
namespace reload {
PluginSpec spec();
}
namespace rewrite {
PluginSpec spec();
}
namespace vm_provisioning {
PluginSpec spec();
}
namespace whoami {
PluginSpec spec();
}

std::vector<PluginSpec> all_plugins() {
  return {
      acl::spec(),       cdn_select::spec(),      cookies::spec(), edges::spec(),    errors::spec(),    file::spec(),
      forward::spec(),   geoip::spec(),           health::spec(),  hosts::spec(),    querylog::spec(),  metrics::spec(),
      mirroring::spec(), orchestration::spec(),   persona::spec(), prefetch::spec(), readiness::spec(), reload::spec(),
      rewrite::spec(),   vm_provisioning::spec(), whoami::spec(),
  };
}

}  // namespace harbinger
