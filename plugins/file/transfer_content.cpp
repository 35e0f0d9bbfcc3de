#include "plugins/file/transfer_content.h"

#include <algorithm>

namespace harbinger::file {

namespace {

const Record* soa_among(const std::vector<Record>& records) {
  const auto soa = std::ranges::find(records, RRType::SOA, &Record::type);
  return soa == records.end() ? nullptr : &*soa;
}

void append_soa_first(std::vector<const Record*>& to, const std::vector<Record>& records) {
  const Record* const soa = soa_among(records);
  if (soa) to.push_back(soa);
  for (const Record& record : records)
    if (&record != soa) to.push_back(&record);
}

}  // namespace

Record soa_record(const Zone& zone) {
  const SetView soa = *zone.set(zone.apex_node(), RRType::SOA);
  return {zone.apex(), RRType::SOA, RRClass::IN, soa.ttl(), Rdata(soa.first().begin(), soa.first().end())};
}

bool WholeZone::fill(TransferMessages& messages) {
  begun_ = begun_ || messages.add(soa_);
  if (!begun_) return false;
  for (; const auto record = walk_.current(); walk_.advance())
    if (!messages.add(*record)) return false;
  return messages.add(soa_);
}

ZoneSteps::ZoneSteps(std::vector<std::shared_ptr<const ZoneDelta>> steps) : steps_(std::move(steps)) {
  const Record* const newest = soa_among(steps_.back()->added);
  records_.push_back(newest);
  for (const auto& step : steps_) {
    append_soa_first(records_, step->removed);
    append_soa_first(records_, step->added);
  }
  records_.push_back(newest);
}

bool ZoneSteps::fill(TransferMessages& messages) {
  for (; at_ < records_.size(); ++at_)
    if (!messages.add(*records_[at_])) return false;
  return true;
}

}  // namespace harbinger::file
