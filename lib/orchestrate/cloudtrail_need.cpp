#include "orchestrate/cloudtrail_need.h"

#include <algorithm>

namespace harbinger::orchestrate {

namespace {

std::uint32_t bounded(double value) {
  constexpr double kMost = 4e9;
  return value > 0 ? static_cast<std::uint32_t>(std::min(value, kMost)) : 0;
}

std::uint32_t whole(JsonView number, double otherwise = 0) { return bounded(number.number().value_or(otherwise)); }

// EC2 wraps its lists: {"items":[...]}.
JsonView items_of(JsonView list) { return list["items"]; }

std::string_view first_group(JsonView groups) {
  const auto group = items_of(groups).at(0);
  const auto id = group["groupId"].text();
  return id.empty() ? group["groupName"].text() : id;
}

std::string_view security_of(JsonView parameters) {
  if (const auto group = first_group(parameters["groupSet"]); !group.empty()) return group;
  return first_group(items_of(parameters["networkInterfaceSet"]).at(0)["groupSet"]);
}

std::uint32_t storage_of(JsonView devices) {
  double gb = 0;
  for (std::size_t i = 0; i < devices.size(); ++i) gb += whole(devices.at(i).in("ebs", "volumeSize"));
  return bounded(gb);
}

// Of the launch template only the name is told, so what it says of machine and image is not.
void read_instances(JsonView parameters, Need& need) {
  const auto first = items_of(parameters["instancesSet"]).at(0);
  const auto image = first["imageId"].text();
  need.kind = "machine";
  need.machine = parameters["instanceType"].text();
  need.image = image.empty() ? parameters["imageId"].text() : image;
  need.security = security_of(parameters);
  need.count = std::max(1U, whole(first["maxCount"], whole(parameters["maxCount"], 1)));
  need.storage_gb = storage_of(items_of(parameters["blockDeviceMapping"]));
}

void read_volume(JsonView parameters, Need& need) {
  need.kind = "volume";
  need.machine = parameters["volumeType"].text();
  need.storage_gb = whole(parameters["size"]);
}

void read_database(JsonView parameters, Need& need) {
  need.kind = "database";
  need.machine = parameters["dBInstanceClass"].text();
  need.image = parameters["engine"].text();
  need.security = parameters["vpcSecurityGroupIds"].at(0).text();
  need.storage_gb = whole(parameters["allocatedStorage"]);
}

}  // namespace

bool read_cloudtrail_need(std::string_view event, JsonView parameters, Need& need) {
  if (!parameters.is_object()) return false;
  if (event != "RunInstances" && event != "CreateVolume" && event != "CreateDBInstance") return false;
  need = Need();
  if (event == "RunInstances") read_instances(parameters, need);
  if (event == "CreateVolume") read_volume(parameters, need);
  if (event == "CreateDBInstance") read_database(parameters, need);
  return true;
}

}  // namespace harbinger::orchestrate
