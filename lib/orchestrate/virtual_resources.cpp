#include "orchestrate/virtual_resources.h"

namespace harbinger::orchestrate {

void VirtualResources::act(const DeskAct& act, Duration usual_start, ResourceDesk& desk, Moment now) {
  using Kind = DeskAct::Kind;
  using Condition = Made::Condition;
  if (act.kind == Kind::remove) {
    ready_.erase(act.id);
    return desk.removed(act.id, {}, now);
  }
  if (act.kind != Kind::look) ready_[act.id] = now.at + usual_start;
  const auto known = ready_.find(act.id);
  Made made{.id = act.id, .need = act.need};
  made.condition = known == ready_.end()     ? Condition::gone
                   : known->second <= now.at ? Condition::ready
                                             : Condition::starting;
  made.parts = made.condition == Condition::ready ? act.need.count : 0;
  if (act.kind == Kind::make) desk.made(act.id, made, now);
  if (act.kind == Kind::change) desk.changed(act.id, made, now);
  if (act.kind == Kind::look) desk.looked(act.id, made, now);
}

}  // namespace harbinger::orchestrate
