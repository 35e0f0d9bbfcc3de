// `container`: instances are containers that runc makes of a folder.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include <nlohmann/json.hpp>

#include "provision/container_config.h"
#include "provision/control_groups.h"
#include "provision/local_instances.h"
#include "provision/programs.h"
#include "provision/provider.h"
#include "provision/provider_options.h"

namespace harbinger::provision {
namespace {

namespace fs = std::filesystem;

class ContainerProvider final : public Provider {
 public:
  struct Settings {
    ProviderTraits traits{};
    std::string runc{};
    fs::path runc_state{};
    std::string group{};  ///< what control groups of ours begin with
    ControlGroups limits{};
  };
  ContainerProvider(Settings settings, std::unique_ptr<LocalInstances> instances)
      : settings_(std::move(settings)), instances_(std::move(instances)) {
    for (const auto& id : instances_->ids()) adopt(id);
  }

  ProviderTraits traits() const override { return settings_.traits; }

  std::string trouble() override {
    if (geteuid() != 0) return "containers need root";
    const auto runc = find_program(settings_.runc);
    return runc ? std::string() : runc.error().message + "; Debian has it in the package runc";
  }

  Result<Found> start(const Order& order, std::stop_token stop) override {
    if (const auto good = instances_->check(order, stop); !good) return fail(good.error());
    if (instances_->first_process(order.id)) return instances_->look(order.id);
    if (const auto why = trouble(); !why.empty()) return fail(ErrorCode::unsupported, why);
    if (const auto good = check_template(*order.what); !good) return fail(good.error());
    if (const auto cleared = clear(order.id, order.deadline); !cleared) return fail(cleared.error());
    const auto record = instances_->begin(order);
    if (!record) return fail(record.error());
    if (const auto begun = begin(order, *record); !begun) {
      (void)clear(order.id, std::max(order.deadline, instances_->clock().now() + std::chrono::seconds(2)));
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
    return instances_->usage(*record, *first, with_descendants(first->pid, moment->processes), *moment);
  }

  Result<void> stop(std::string_view id, MonotonicTime deadline) override { return clear(id, deadline); }

  Result<void> resize(std::string_view id, const Size& size, MonotonicTime deadline) override {
    const auto first = instances_->first_process(id);
    if (!first || !lives(*first)) return no_such(id);
    if (!settings_.traits.resizes) return fail(ErrorCode::unsupported, "the machine's control groups allow no limits");
    std::vector<std::string> words{"update"};
    if (settings_.limits.memory) words.insert(words.end(), {"--memory", std::to_string(size.memory_mb * 1024 * 1024)});
    if (settings_.limits.cpu)
      words.insert(words.end(),
                   {"--cpu-period", "100000", "--cpu-quota", std::to_string(static_cast<long>(size.cpus * 100'000))});
    words.emplace_back(id);
    const auto updated = runc(std::move(words), id, -1, deadline);
    if (!updated) return fail(updated.error());
    return {};
  }

  Result<std::vector<Found>> list(MonotonicTime) override { return instances_->list(); }

 private:
  static std::unexpected<Error> no_such(std::string_view id) {
    return fail(ErrorCode::not_found, "no instance " + std::string(id) + " is running");
  }

  static Result<void> check_template(const Template& what) {
    std::error_code error;
    if (!fs::is_directory(what.image, error))
      return fail(ErrorCode::denied, "template " + what.name + ": image '" + what.image +
                                         "' would be a folder with all that the container sees as /");
    if (what.command.empty())
      return fail(ErrorCode::denied, "template " + what.name + " has no command to run in its container");
    return {};
  }

  Result<std::string> runc(std::vector<std::string> words, std::string_view id, int output,
                           MonotonicTime deadline) const {
    const auto program = find_program(settings_.runc);
    if (!program) return fail(program.error());
    std::vector<std::string> all{*program, "--root", settings_.runc_state.string()};
    all.insert(all.end(), words.begin(), words.end());
    return run_program({.words = std::move(all), .environment = {instances_->mark(id)}, .output = output},
                       instances_->clock(), deadline);
  }

  Result<void> begin(const Order& order, const InstanceRecord& record) {
    const auto folder = instances_->folder(order.id);
    std::ofstream config(folder / "config.json");
    config << container_config(config_of(order, record));
    config.close();
    if (!config) return fail(ErrorCode::denied, "cannot write " + (folder / "config.json").string());
    const auto log = instances_->file(order.id, "log");
    if (!log) return fail(log.error());
    const auto ran =
        runc({"run", "--detach", "--bundle", folder.string(), "--pid-file", (folder / "pid").string(), order.id},
             order.id, log->number(), order.deadline);
    if (!ran)
      return fail(ran.error().code,
                  "container " + order.id + ": " + ran.error().message + ": " + last_line(folder / "log"));
    note_process(order.id, first_number(folder / "pid"));
    return {};
  }

  ContainerConfig config_of(const Order& order, const InstanceRecord& record) const {
    const Template& what = *order.what;
    ContainerConfig config;
    config.root = fs::absolute(what.image);
    config.command = filled_in(what.command, record);
    config.environment = instances_->environment(what, record);
    config.size = {.cpus = settings_.limits.cpu ? order.size.cpus : 0,
                   .memory_mb = settings_.limits.memory ? order.size.memory_mb : 0};
    config.limit_processes = settings_.limits.pids;
    config.control_group = "/" + settings_.group + order.id;
    config.hostname = order.id;
    config.low_port = record.reach.port < 1024;
    return config;
  }

  static pid_t first_number(const fs::path& file) {
    std::ifstream in(file);
    pid_t number = 0;
    in >> number;
    return number;
  }

  static std::string last_line(const fs::path& file) {
    std::ifstream in(file);
    std::string last;
    for (std::string line; std::getline(in, line);)
      if (!line.empty()) last = std::move(line);
    return last.substr(0, 500);
  }

  // runc tells a number; which process that is, its time of beginning tells. One that has ended by now began at no time at all.
  void note_process(std::string_view id, pid_t pid) const {
    const auto stat = read_process(pid);
    std::ofstream(instances_->folder(id) / "process", std::ios::trunc)
        << std::max(pid, 1) << ' ' << (stat ? stat->start : 0) << '\n';
  }

  // A container that was made while the one who ordered it was killed, so that nobody wrote down who its process is.
  void adopt(const std::string& id) const {
    if (!instances_->record(id) || instances_->first_process(id)) return;
    const pid_t pid = first_number(instances_->folder(id) / "pid");
    if (pid > 0 && has_in_environment(pid, instances_->mark(id))) note_process(id, pid);
  }

  Result<void> clear(std::string_view id, MonotonicTime deadline) {
    if (!instances_->knows(id)) return {};
    Family family = instances_->family(id);
    family.polite = family.first && handles_sigterm(family.first->pid);
    const auto& clock = instances_->clock();
    if (const auto ended = end_family(family, clock, clock.now() + (deadline - clock.now()) * 3 / 4); !ended)
      return ended;
    std::error_code error;
    if (fs::exists(settings_.runc_state / id, error)) {
      const auto removed = runc({"delete", "--force", std::string(id)}, id, -1, deadline);
      if (!removed) return fail(removed.error());
    }
    if (const auto removed = remove_control_groups(settings_.group + std::string(id), clock, deadline); !removed)
      return removed;
    return instances_->forget(id);
  }

  const Settings settings_;
  const std::unique_ptr<LocalInstances> instances_;
};

std::string group_of(const ProviderWorld& world) {
  return "harbinger-" + std::to_string(spread_of(fs::absolute(world.state).string()) % 1'000'000'000) + "-";
}

}  // namespace

Result<std::unique_ptr<Provider>> make_container_provider(ProviderWorld world) {
  ProviderOptions options("container", world.options);
  ContainerProvider::Settings settings;
  settings.runc = options.text("runc", "runc");
  settings.runc_state = fs::absolute(world.state) / "runc";
  settings.group = group_of(world);
  settings.limits = probe_control_groups(settings.group + "probe");
  settings.traits = {.name = "container",
                     .usual_start = std::chrono::milliseconds(150),
                     .cost_per_hour = options.number("cost", 1, 0, 1e6),
                     .most = static_cast<std::size_t>(options.number("most", 500, 1, 100'000)),
                     .resizes = settings.limits.memory || settings.limits.cpu,
                     .outlives_us = true};
  const auto local = LocalInstances::settings_of(options, settings.traits.most);
  if (const auto good = options.check(); !good) return fail(good.error());
  auto instances = LocalInstances::open(world, local);
  if (!instances) return fail(instances.error());
  return std::make_unique<ContainerProvider>(std::move(settings), *std::move(instances));
}

}  // namespace harbinger::provision
