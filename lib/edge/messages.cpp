#include "edge/messages.h"

namespace harbinger::edge {

std::string_view to_string(JobDone::Outcome outcome) {
  switch (outcome) {
    case JobDone::Outcome::fetched:
      return "fetched";
    case JobDone::Outcome::cached:
      return "cached";
    case JobDone::Outcome::wanted_first:
      return "wanted_first";
    case JobDone::Outcome::late:
      return "late";
    case JobDone::Outcome::no_room:
      return "no_room";
    case JobDone::Outcome::over_budget:
      return "over_budget";
    case JobDone::Outcome::refused:
      return "refused";
    case JobDone::Outcome::failed:
      return "failed";
    case JobDone::Outcome::stopped:
      return "stopped";
  }
  return "unknown";
}

}  // namespace harbinger::edge
