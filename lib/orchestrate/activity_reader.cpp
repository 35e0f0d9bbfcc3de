#include "orchestrate/activity_reader.h"

namespace harbinger::orchestrate {

ActivityReader::ActivityReader(std::unique_ptr<ActivityFormat> format, ActivityDoor& door, std::string sensor)
    : format_(std::move(format)),
      door_(door),
      sensor_(std::move(sensor)),
      use_{[this](const ActivityRecord& record) {
             const auto fault = door_.let_in(record, sensor_);
             if (fault == ActivityFault::none)
               ++told_.taken;
             else
               refuse(fault, {});
           },
           [this](const LogTrouble& trouble) {
             const bool time = trouble.kind == LogTrouble::Kind::time;
             const auto fault = time ? ActivityFault::bad_time : ActivityFault::shape;
             door_.refuse(fault);
             refuse(fault, trouble.text);
           }} {}

const ActivityReader::Told& ActivityReader::line(std::string_view text) {
  told_ = {};
  format_->read(text, use_);
  return told_;
}

void ActivityReader::refuse(ActivityFault fault, std::string why) {
  ++told_.faults[static_cast<std::size_t>(fault)];
  if (told_.refused++ > 0) return;
  told_.fault = fault;
  told_.why = std::move(why);
}

}  // namespace harbinger::orchestrate
