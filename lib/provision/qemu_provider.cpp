// `qemu`: instances are virtual machines of this machine, each a QEMU whose kernel is booted directly, or that goes on from a machine that was saved.
#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include <nlohmann/json.hpp>

#include "provision/kvm_probe.h"
#include "provision/local_instances.h"
#include "provision/programs.h"
#include "provision/provider.h"
#include "provision/provider_options.h"
#include "provision/qemu_run.h"
#include "provision/saved_machines.h"

namespace harbinger::provision {
namespace {

namespace fs = std::filesystem;
using Condition = Found::Condition;

class QemuProvider final : public Provider {
 public:
  struct Settings {
    ProviderTraits traits{};
    std::string qemu{}, accelerator{};
    fs::path folder{};
    int nice = 5;
  };
  QemuProvider(Settings settings, std::unique_ptr<LocalInstances> instances)
      : settings_(std::move(settings)),
        instances_(std::move(instances)),
        saved_({.folder = settings_.folder / "saved", .nice = settings_.nice}, instances_->clock()) {}

  ProviderTraits traits() const override { return settings_.traits; }

  std::string trouble() override {
    const auto qemu = find_program(settings_.qemu);
    if (!qemu) return qemu.error().message + "; Debian has it in the package qemu-system-x86";
    if (settings_.accelerator == "kvm" && !uses_kvm(*qemu))
      return "guests do not run with KVM here; without `accelerator kvm`, TCG is used instead";
    return {};
  }

  Result<Found> start(const Order& order, std::stop_token stop) override {
    if (const auto good = instances_->check(order, stop); !good) return fail(good.error());
    if (instances_->first_process(order.id)) return look(order.id, order.deadline);
    if (const auto cleared = clear(order.id, order.deadline); !cleared) return fail(cleared.error());
    auto machine = prepared(order, stop);
    if (!machine) return fail(machine.error());
    for (int attempt = 1;; ++attempt) {
      const auto begun = begin(order, machine->first, machine->second);
      if (begun) return look(order.id, order.deadline);
      (void)clear(order.id, std::max(order.deadline, instances_->clock().now() + std::chrono::seconds(2)));
      if (begun.error().code != ErrorCode::conflict || attempt == 3) return fail(begun.error());
    }
  }

  Result<Found> look(std::string_view id, MonotonicTime deadline) override {
    return with_condition(instances_->look(id), deadline);
  }

  Result<Usage> usage(std::string_view id, MonotonicTime) override {
    const auto record = instances_->record(id);
    const auto first = instances_->first_process(id);
    if (!record || !first || !lives(*first))
      return fail(ErrorCode::not_found, "no instance " + std::string(id) + " is running");
    const auto moment = instances_->moment();
    std::vector<ProcessStat> own;
    for (const auto& one : moment->processes)
      if (one.pid == first->pid) own.push_back(one);
    return instances_->usage(*record, *first, own, *moment);
  }

  Result<void> stop(std::string_view id, MonotonicTime deadline) override { return clear(id, deadline); }

  Result<void> resize(std::string_view id, const Size&, MonotonicTime) override {
    return fail(ErrorCode::unsupported, "machine " + std::string(id) + " keeps the size that it was started with");
  }

  Result<std::vector<Found>> list(MonotonicTime deadline) override {
    auto all = instances_->list();
    for (auto& one : all) one = with_condition(std::move(one), deadline);
    return all;
  }

 private:
  bool uses_kvm(const std::string& qemu) {
    const std::lock_guard guard(probing_);
    return settings_.accelerator != "tcg" && kvm_works(qemu, settings_.folder, instances_->clock());
  }

  /// The machine, and the state that it goes on from if its template says so.
  Result<std::pair<QemuMachine, SavedMachine>> prepared(const Order& order, const std::stop_token& stop) {
    auto machine = machine_of(*order.what, order.size);
    if (!machine) return fail(machine.error());
    const auto qemu = find_program(settings_.qemu);
    if (!qemu) return fail(ErrorCode::unsupported, trouble());
    machine->program = *qemu;
    machine->id = order.id;
    machine->kvm = uses_kvm(*qemu);
    const auto resume = order.what->more.find("resume");
    if (resume == order.what->more.end() || resume->second != "yes")
      return std::pair{*std::move(machine), SavedMachine()};
    if (order.what->health.empty())
      return fail(ErrorCode::denied, "template " + order.what->name +
                                         ": `resume` needs `health`, which tells when the machine is to be saved");
    auto saved = saved_.ready({.template_name = order.what->name,
                               .health = order.what->health,
                               .machine = *machine,
                               .deadline = order.deadline,
                               .stop = stop});
    if (!saved) return fail(saved.error());
    return std::pair{*std::move(machine), *std::move(saved)};
  }

  Result<void> begin(const Order& order, QemuMachine machine, const SavedMachine& saved) {
    Descriptor state;
    if (!saved.state.empty()) {
      state = Descriptor(open(saved.state.c_str(), O_RDONLY | O_CLOEXEC));
      if (!state) return fail(ErrorCode::denied, "cannot read " + saved.state.string());
      machine.memory = saved.memory;
      machine.state = state.number();
    }
    const auto record = instances_->begin(order);
    if (!record) return fail(record.error());
    machine.reach = record->reach;
    if (!machine.reach.addresses.at(0).is_v4())
      return fail(ErrorCode::denied, "machines are reached over IPv4 only; `addresses` would be IPv4");
    const auto run = run_qemu(machine, instances_->folder(order.id), instances_->mark(order.id), settings_.nice,
                              instances_->clock(), order.deadline);
    if (!run) return fail(run.error());
    return {};
  }

  // A QEMU that lives may have a guest that does not; one that has no time for us lives.
  Found with_condition(Found found, MonotonicTime deadline) {
    if (found.condition == Condition::gone) return found;
    const auto& clock = instances_->clock();
    const auto until = std::min(deadline, clock.now() + std::chrono::milliseconds(300));
    const auto qmp = Qmp::connect(instances_->folder(found.id) / "qmp", clock, until, [] { return false; });
    if (!qmp) return found;
    const auto status = (*qmp)->ask("query-status", nlohmann::json::object(), until);
    if (status && status->is_object()) found.condition = condition_of(status->value("status", std::string()));
    return found;
  }

  static Condition condition_of(const std::string& status) {
    if (status == "inmigrate" || status == "prelaunch" || status == "paused") return Condition::starting;
    if (status == "guest-panicked" || status == "internal-error" || status == "io-error" || status == "shutdown")
      return Condition::gone;
    return Condition::running;
  }

  Result<void> clear(std::string_view id, MonotonicTime deadline) {
    if (!instances_->knows(id)) return {};
    if (const auto ended = end_family(instances_->family(id), instances_->clock(), deadline); !ended) return ended;
    return instances_->forget(id);
  }

  const Settings settings_;
  const std::unique_ptr<LocalInstances> instances_;
  SavedMachines saved_;
  std::mutex probing_;
};

}  // namespace

Result<std::unique_ptr<Provider>> make_qemu_provider(ProviderWorld world) {
  ProviderOptions options("qemu", world.options);
  QemuProvider::Settings settings;
  settings.qemu = options.text("qemu", "qemu-system-x86_64");
  settings.accelerator = options.text("accelerator", "auto");
  settings.folder = fs::absolute(world.state);
  settings.nice = static_cast<int>(options.number("nice", 5, 0, 19));
  settings.traits = {.name = "qemu",
                     .usual_start = std::chrono::seconds(2),
                     .cost_per_hour = options.number("cost", 1, 0, 1e6),
                     .most = static_cast<std::size_t>(options.number("most", 50, 1, 10'000)),
                     .resizes = false,
                     .outlives_us = true};
  const auto local = LocalInstances::settings_of(options, settings.traits.most);
  if (const auto good = options.check(); !good) return fail(good.error());
  if (settings.accelerator != "auto" && settings.accelerator != "kvm" && settings.accelerator != "tcg")
    return fail(ErrorCode::malformed,
                "provider qemu: accelerator '" + settings.accelerator + "' would be auto, kvm or tcg");
  auto instances = LocalInstances::open(world, local);
  if (!instances) return fail(instances.error());
  return std::make_unique<QemuProvider>(std::move(settings), *std::move(instances));
}

}  // namespace harbinger::provision
