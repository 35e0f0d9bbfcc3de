#include "provision/engine.h"

namespace harbinger::provision {

std::string_view to_string(Step step) {
  switch (step) {
    case Step::ordered:
      return "ordered";
    case Step::starting:
      return "starting";
    case Step::ready:
      return "ready";
    case Step::assigned:
      return "assigned";
    case Step::draining:
      return "draining";
    case Step::stopping:
      return "stopping";
    case Step::failed:
      return "failed";
  }
  return "?";
}

}  // namespace harbinger::provision
