// Tells other servers that zones have changed (RFC 1996), so that they need not wait for the refresh time.
#pragma once

#include <memory>
#include <vector>

#include <harbinger/plugin.h>
#include <harbinger/tsig.h>

#include "plugins/file/transfer_rules.h"

namespace harbinger::file {

/// Has a thread of its own while it lives. Nothing is sent before every plugin of the server has started and the server listens.
class Notifier {
 public:
  virtual ~Notifier() = default;
  /// The zone whose SOA this is has changed, or is served for the first time. Any thread; does not wait.
  virtual void changed(const Record& soa) = 0;

  /// Each zone is told to all targets; their keys are among `keys`.
  static std::unique_ptr<Notifier> make(std::vector<NotifyTarget> targets, const TsigKeys& keys,
                                        const PluginContext& context);
};

}  // namespace harbinger::file
