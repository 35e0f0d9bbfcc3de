#include "provision/dry_run.h"

namespace harbinger::provision {

void DryRun::act(const Act& act, Duration usual_start, InstanceDesk& desk, MonotonicTime now) {
  const Found there{.id = act.id, .reach = {.addresses = {IpAddress{}}, .port = 1}};
  switch (act.kind) {
    case Act::Kind::start:
      ready_.emplace(now + usual_start, act.id);
      return desk.started(act.id, there, now);
    case Act::Kind::look:
      return desk.looked(act.id, there, now);
    case Act::Kind::usage:
      return desk.used(act.id, fail(ErrorCode::unsupported, "a dry run"), now);
    case Act::Kind::resize:
      return desk.resized(act.id, act.size, {}, now);
    case Act::Kind::stop:
      return desk.stopped(act.id, {}, now);
  }
}

void DryRun::look(InstanceDesk& desk, MonotonicTime now) {
  while (!ready_.empty() && ready_.begin()->first <= now) {
    desk.probed(ready_.begin()->second, true, {}, now);
    ready_.erase(ready_.begin());
  }
}

}  // namespace harbinger::provision
