#include "mirror/event_board.h"

namespace harbinger::mirror {

EventBoard& EventBoard::shared() {
  static EventBoard only;
  return only;
}

bool EventBoard::post(const ExternalEvent& event) {
  bool useful = false;
  listeners_.each([&](const auto& listener) { useful |= listener(event); });
  return useful;
}

}  // namespace harbinger::mirror
