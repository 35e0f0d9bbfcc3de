// Answers UPDATE messages: who sent it, what it may, what came of it.
#pragma once

#include <vector>

#include <harbinger/plugin.h>
#include <harbinger/tsig.h>

#include "plugins/file/dynamic_zone.h"
#include "plugins/file/update_rules.h"

namespace harbinger::file {

/// For all zones of a plugin. Thread-safe.
class Updates {
 public:
  Updates(std::vector<UpdateRule> rules, TsigKeys keys, const PluginContext& context)
      : rules_(std::move(rules)), keys_(std::move(keys)), clock_(*context.clock), log_(context.log) {}

  /// `zone` is null where the message names no zone that may be changed.
  Task<void> serve(std::shared_ptr<DynamicZone> zone, const ZoneRequest& request, ZoneReplies& replies);

 private:
  DynamicZone::Answer objection_to(const DynamicZone* zone, const TsigRequest& signature,
                                   const std::expected<UpdateMessage, UpdateRefusal>& update) const;

  const std::vector<UpdateRule> rules_;
  const TsigKeys keys_;
  const Clock& clock_;
  const Logger log_;
};

}  // namespace harbinger::file
