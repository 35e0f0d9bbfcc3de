#include "provision/local_instances.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <utility>

#include "provision/instance_id.h"
#include "provision/instance_log.h"
#include "provision/process_stat.h"

namespace harbinger::provision {
namespace {

namespace fs = std::filesystem;

void replace_all(std::string& text, std::string_view what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

Result<void> make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (!error) return {};
  return fail(ErrorCode::denied, "cannot make the folder " + folder.string() + ": " + error.message());
}

}  // namespace

LocalInstances::LocalInstances(const ProviderWorld& world, const Settings& settings)
    : clock_(world.clock ? world.clock : &system_clock()),
      settings_(settings),
      folder_(fs::absolute(world.state) / "instances"),
      places_(settings.addresses) {}

LocalInstances::Settings LocalInstances::settings_of(ProviderOptions& options, std::size_t most) {
  const auto addresses = options.range("addresses", "127.80.0.0/16");
  const auto log_kb = static_cast<std::uint64_t>(options.number("log_kb", 1024, 1, 1e6));
  return {.addresses = addresses, .most = most, .log_bytes = log_kb * 1024};
}

Result<std::unique_ptr<LocalInstances>> LocalInstances::open(const ProviderWorld& world, const Settings& settings) {
  if (world.state.empty())
    return fail(ErrorCode::malformed, "a provider of this machine needs a folder for what must be found again");
  std::unique_ptr<LocalInstances> instances(new LocalInstances(world, settings));
  if (const auto made = make_folder(instances->folder_); !made) return fail(made.error());
  for (const auto& id : instances->ids())
    if (const auto record = instances->record(id)) instances->places_.keep(record->reach);
  return instances;
}

std::vector<std::string> LocalInstances::environment(const Template& what, const InstanceRecord& record) const {
  constexpr std::string_view kVariable = "environment.";
  std::vector<std::string> words{"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG=C.UTF-8",
                                 "HARBINGER_ID={id}", "HARBINGER_ADDRESS={address}", "HARBINGER_PORT={port}"};
  for (const auto& [word, value] : what.more)
    if (word.starts_with(kVariable)) words.push_back(word.substr(kVariable.size()) + "=" + value);
  words = filled_in(std::move(words), record);
  words.push_back(mark(record.id));
  return words;
}

Result<void> LocalInstances::check(const Order& order, const std::stop_token& stop) const {
  if (const auto good = check_instance_id(order.id); !good) return good;
  if (!order.what) return fail(ErrorCode::internal, "an order without a template");
  if (stop.stop_requested())
    return fail(ErrorCode::timeout, "the order of " + order.id + " was called off before it was begun");
  if (clock_->now() >= order.deadline)
    return fail(ErrorCode::timeout, "the order of " + order.id + " came after its deadline");
  return {};
}

Result<InstanceRecord> LocalInstances::begin(const Order& order) {
  if (ids().size() >= settings_.most)
    return fail(ErrorCode::too_large, "there are " + std::to_string(settings_.most) + " instances, which is `most`");
  auto reach = places_.take(order.id, order.what->port);
  if (!reach) return fail(reach.error());
  InstanceRecord record{
      .id = order.id, .template_name = order.what->name, .reach = *std::move(reach), .boot = boot_id()};
  auto done = make_folder(folder(order.id));
  if (done) done = write_record(folder(order.id), record);
  if (done) return record;
  places_.give_back(record.reach);
  (void)forget(order.id);
  return fail(done.error());
}

Result<Descriptor> LocalInstances::file(std::string_view id, const char* name) const {
  const auto path = folder(id) / name;
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (file) return file;
  return fail(ErrorCode::denied, "cannot write " + path.string() + ": " + std::strerror(errno));
}

bool LocalInstances::knows(std::string_view id) const {
  std::error_code error;
  return check_instance_id(id) && fs::exists(folder(id), error);
}

std::optional<InstanceRecord> LocalInstances::record(std::string_view id) const {
  if (!check_instance_id(id)) return std::nullopt;
  return read_record(folder(id));
}

std::vector<std::string> LocalInstances::ids() const {
  std::vector<std::string> ids;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error))
    if (auto id = entry.path().filename().string(); check_instance_id(id)) ids.push_back(std::move(id));
  std::ranges::sort(ids);
  return ids;
}

std::optional<ProcessIdentity> LocalInstances::first_process(std::string_view id) const {
  const auto kept = record(id);
  if (!kept || kept->boot != boot_id()) return std::nullopt;
  return read_note(folder(id) / "process");
}

Found LocalInstances::look(std::string_view id) const {
  Found found{.id = std::string(id), .template_name = {}, .condition = Found::Condition::gone, .reach = {}};
  auto kept = record(id);
  if (!kept) return found;
  found.template_name = std::move(kept->template_name);
  found.reach = std::move(kept->reach);
  const auto first = first_process(id);
  if (first && lives(*first)) found.condition = Found::Condition::running;
  limit_log(folder(id) / "log", settings_.log_bytes);
  return found;
}

std::vector<Found> LocalInstances::list() const {
  std::vector<Found> all;
  for (const auto& id : ids()) all.push_back(look(id));
  return all;
}

Usage LocalInstances::usage(const InstanceRecord& record, const ProcessIdentity& first,
                            std::span<const ProcessStat> processes, const HostMoment& moment) {
  constexpr std::uint64_t kMegabyte = 1024UL * 1024;
  std::uint64_t ticks = 0, memory = 0;
  for (const auto& one : processes) {
    ticks += one.ticks;
    memory += one.memory;
  }
  const auto connections = moment.connections.find({.ip = record.reach.addresses.at(0), .port = record.reach.port});
  return {.cpus = meter_.used(record.id, ticks, first.start, moment.at),
          .memory_mb = (memory + kMegabyte - 1) / kMegabyte,
          .connections = connections == moment.connections.end() ? 0 : connections->second,
          .knows_connections = true};
}

Result<void> LocalInstances::forget(std::string_view id) {
  if (!check_instance_id(id)) return {};
  const auto kept = record(id);
  std::error_code error;
  fs::remove_all(folder(id), error);
  if (error) return fail(ErrorCode::denied, "cannot remove " + folder(id).string() + ": " + error.message());
  if (kept) places_.give_back(kept->reach);
  meter_.forget(std::string(id));
  return {};
}

std::vector<std::string> filled_in(std::vector<std::string> words, const InstanceRecord& record) {
  for (auto& word : words) {
    replace_all(word, "{address}", record.reach.addresses.at(0).to_string());
    replace_all(word, "{port}", std::to_string(record.reach.port));
    replace_all(word, "{id}", record.id);
  }
  return words;
}

std::uint64_t spread_of(std::string_view text) { return std::hash<std::string_view>()(text); }

}  // namespace harbinger::provision
