// What tests of the target `estate` begin with.
#pragma once

#include "tests/lib/orchestrate/estate_model.h"
#include "tests/lib/orchestrate/target_house.h"

namespace harbinger::test {

using orchestrate::Made;
using orchestrate::make_estate_target;
using orchestrate::Need;
using orchestrate::Target;

struct EstateHouse {
  explicit EstateHouse(const TargetOptions& more = {}) {
    options = {{"auth_url", cloud.url()},
               {"user", "harbinger"},
               {"project", "site"},
               {"secret", folder.write("secret", "hush").string()},
               {"machine.small", "m1.small"},
               {"machine.large", "m1.large"},
               {"image.ubuntu", "ubuntu-22.04"},
               {"security.web", "web"},
               {"rules.ssh", "tcp 22 from 10.0.0.0/8, icmp"},
               {"resize", "yes"}};
    for (const auto& [word, text] : more) options[word] = text;
    target = made_target(make_estate_target, options);
  }
  Made look(const std::string& id) {
    auto made = target->look(id, in_time());
    if (!made) FAIL(made.error().message);
    return *made;
  }
  /// Looks until nothing is under way any more.
  Made settled(const std::string& id) {
    auto made = look(id);
    for (int i = 0; i < 10 && made.condition == Made::Condition::starting; ++i) made = look(id);
    return made;
  }
  std::vector<Made> list() {
    auto all = target->list(in_time());
    if (!all) FAIL(all.error().message);
    return *all;
  }
  void removes(const std::string& id) {
    const auto removed = target->remove(id, in_time());
    if (!removed) FAIL(removed.error().message);
  }
  const Scratch folder;
  EstateModel cloud;
  TargetOptions options;
  std::unique_ptr<Target> target;
};

inline Need machine(std::uint32_t count = 1, std::uint32_t storage_gb = 0) {
  return {.kind = "machine",
          .machine = "small",
          .image = "ubuntu",
          .security = "ssh",
          .count = count,
          .storage_gb = storage_gb};
}

}  // namespace harbinger::test
