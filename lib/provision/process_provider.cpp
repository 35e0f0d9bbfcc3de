// `process`: instances are processes of this machine, each the first of a session of its own.

#include <algorithm>
#include <utility>

#include "provision/child.h"
#include "provision/local_instances.h"
#include "provision/programs.h"
#include "provision/provider.h"
#include "provision/provider_options.h"

namespace harbinger::provision {
namespace {

class ProcessProvider final : public Provider {
 public:
  struct Settings {
    ProviderTraits traits{};
    int nice = 5;
  };
  ProcessProvider(Settings settings, std::unique_ptr<LocalInstances> instances)
      : settings_(std::move(settings)), instances_(std::move(instances)) {}

  ProviderTraits traits() const override { return settings_.traits; }
  std::string trouble() override { return {}; }

  Result<Found> start(const Order& order, std::stop_token stop) override {
    if (const auto good = instances_->check(order, stop); !good) return fail(good.error());
    if (instances_->first_process(order.id)) return instances_->look(order.id);
    if (const auto cleared = clear(order.id, order.deadline); !cleared) return fail(cleared.error());
    const auto program = program_of(*order.what);
    if (!program) return fail(program.error());
    const auto record = instances_->begin(order);
    if (!record) return fail(record.error());
    if (const auto begun = begin(order, *record, *program); !begun) {
      (void)instances_->forget(order.id);
      return fail(begun.error());
    }
    return instances_->look(order.id);
  }

  Result<Found> look(std::string_view id, MonotonicTime) override { return instances_->look(id); }

  Result<Usage> usage(std::string_view id, MonotonicTime) override {
    const auto record = instances_->record(id);
    const auto first = instances_->first_process(id);
    if (!record || !first || !lives(*first)) return no_such(id);
    const auto moment = instances_->moment();
    std::vector<ProcessStat> own;
    for (const auto& one : moment->processes)
      if (one.session == first->pid) own.push_back(one);
    return instances_->usage(*record, *first, own, *moment);
  }

  Result<void> stop(std::string_view id, MonotonicTime deadline) override { return clear(id, deadline); }

  Result<void> resize(std::string_view id, const Size& size, MonotonicTime) override {
    const auto family = instances_->family(id);
    if (!instances_->knows(id) || !family.first || !lives(*family.first)) return no_such(id);
    for (const auto& one : members(family))
      if (!limit_process(one.pid, size, spread_of(id)) && lives({.pid = one.pid, .start = one.start}))
        return fail(ErrorCode::denied,
                    "the system does not let process " + std::to_string(one.pid) + " have another size");
    return {};
  }

  Result<std::vector<Found>> list(MonotonicTime) override { return instances_->list(); }

 private:
  static std::unexpected<Error> no_such(std::string_view id) {
    return fail(ErrorCode::not_found, "no instance " + std::string(id) + " is running");
  }

  static Result<std::string> program_of(const Template& what) {
    if (what.command.empty())
      return fail(ErrorCode::denied,
                  "template " + what.name +
                      " has no command, and a process needs one: a program, and words with {address} and {port}");
    return find_program(what.command[0]);
  }

  // Also what a start that was cut short may have left: who runs without a note of it has the mark.
  Result<void> clear(std::string_view id, MonotonicTime deadline) {
    if (!instances_->knows(id)) return {};
    if (const auto ended = end_family(instances_->family(id), instances_->clock(), deadline); !ended) return ended;
    return instances_->forget(id);
  }

  Result<void> begin(const Order& order, const InstanceRecord& record, const std::string& program) {
    const auto log = instances_->file(order.id, "log");
    if (!log) return fail(log.error());
    const auto note = instances_->file(order.id, "process");
    if (!note) return fail(note.error());
    Child child;
    child.words = filled_in(order.what->command, record);
    child.words[0] = program;
    child.environment = instances_->environment(*order.what, record);
    child.folder = instances_->folder(order.id);
    child.output = log->number();
    child.note = note->number();
    child.size = order.size;
    child.most_memory_mb = order.what->most.memory_mb;
    child.first_processor = spread_of(order.id);
    child.nice = settings_.nice;
    const auto process = start_child(child);
    if (!process) return fail(process.error());
    return {};
  }

  const Settings settings_;
  const std::unique_ptr<LocalInstances> instances_;
};

}  // namespace

Result<std::unique_ptr<Provider>> make_process_provider(ProviderWorld world) {
  ProviderOptions options("process", world.options);
  ProcessProvider::Settings settings;
  settings.traits = {.name = "process",
                     .usual_start = std::chrono::milliseconds(50),
                     .cost_per_hour = options.number("cost", 1, 0, 1e6),
                     .most = static_cast<std::size_t>(options.number("most", 1000, 1, 100'000)),
                     .resizes = true,
                     .outlives_us = true};
  settings.nice = static_cast<int>(options.number("nice", 5, 0, 19));
  const auto local = LocalInstances::settings_of(options, settings.traits.most);
  if (const auto good = options.check(); !good) return fail(good.error());
  auto instances = LocalInstances::open(world, local);
  if (!instances) return fail(instances.error());
  return std::make_unique<ProcessProvider>(std::move(settings), *std::move(instances));
}

}  // namespace harbinger::provision
