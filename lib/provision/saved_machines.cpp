#include "provision/saved_machines.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>

#include <nlohmann/json.hpp>

#include <harbinger/access.h>
#include "provision/descriptor.h"
#include "provision/http_look.h"
#include "provision/instance_record.h"
#include "provision/process_end.h"
#include "provision/qemu_run.h"

namespace harbinger::provision {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using namespace std::chrono_literals;

std::string version_of(const fs::path& file) {
  std::error_code error;
  if (file.empty()) return "-";
  const auto size = fs::file_size(file, error);
  return file.string() + " " + std::to_string(size) + " " +
         std::to_string(fs::last_write_time(file, error).time_since_epoch().count());
}

/// The same for machines that can go on from one another's state.
std::string kind_of(const QemuMachine& machine) {
  const auto text = version_of(machine.program) + "\n" + version_of(machine.kernel) + "\n" +
                    version_of(machine.initrd) + "\n" + machine.append + "\n" + std::to_string(machine.processors) +
                    " " + std::to_string(machine.memory_mb) + (machine.kvm ? " kvm" : " tcg");
  std::string digits;
  for (auto hash = resource_hash(text); hash > 0; hash >>= 4) digits.push_back("0123456789abcdef"[hash & 15]);
  return digits;
}

/// One of all threads and processes at a time; others try again.
Result<Descriptor> lock(const fs::path& file, const Clock& clock, MonotonicTime deadline) {
  Descriptor descriptor(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!descriptor) return fail(ErrorCode::denied, "cannot open " + file.string() + ": " + std::strerror(errno));
  while (flock(descriptor.number(), LOCK_EX | LOCK_NB) != 0) {
    if (clock.now() >= deadline)
      return fail(ErrorCode::timeout, "the machine that others go on from is still being made");
    std::this_thread::sleep_for(5ms);
  }
  return descriptor;
}

// Checked as a whole: where the memory is missing, QEMU would make an empty one.
bool is_complete(const fs::path& folder) {
  std::error_code error;
  for (const char* file : {"memory", "state", "complete"})
    if (!fs::exists(folder / file, error)) return false;
  return true;
}

std::string mark_of(const fs::path& folder) { return "HARBINGER_INSTANCE=" + folder.string(); }

Result<void> wait_for_health(const SavedMachines::Order& order, const Reach& reach, const ProcessIdentity& process,
                             const Clock& clock) {
  const SocketAddress place{.ip = reach.addresses.at(0), .port = reach.port};
  while (!answers_http(place, order.health, 500ms)) {
    if (!lives(process)) return fail(ErrorCode::denied, "the machine ended before it answered at " + order.health);
    if (order.stop.stop_requested()) return fail(ErrorCode::timeout, "called off while the machine was booted");
    if (clock.now() >= order.deadline)
      return fail(ErrorCode::timeout,
                  "the machine was booted to be saved, and did not answer at " + order.health + " in time");
    std::this_thread::sleep_for(10ms);
  }
  return {};
}

// QEMU stops the machine, and writes all but the memory, which is in its file already. What was running when it was saved runs when it is loaded.
Result<void> write_state(Qmp& qmp, const Clock& clock, MonotonicTime deadline) {
  const auto begun = qmp.ask("migrate", {{"uri", "exec:cat >state"}}, deadline);
  if (!begun) return fail(begun.error());
  while (true) {
    const auto progress = qmp.ask("query-migrate", json::object(), deadline);
    if (!progress) return fail(progress.error());
    const auto status = progress->value("status", std::string());
    if (status == "completed") return {};
    if (status == "failed" || status == "cancelled")
      return fail(ErrorCode::denied, "QEMU could not save the machine: " + progress->dump());
    if (clock.now() >= deadline) return fail(ErrorCode::timeout, "QEMU did not save the machine in time");
    std::this_thread::sleep_for(2ms);
  }
}

}  // namespace

Result<SavedMachine> SavedMachines::ready(const Order& order) {
  std::error_code error;
  fs::create_directories(settings_.folder, error);
  const auto folder = settings_.folder / kind_of(order.machine);
  const auto locked = lock(fs::path(folder).concat(".lock"), clock_, order.deadline);
  if (!locked) return fail(locked.error());
  const SavedMachine saved{.memory = folder / "memory", .state = folder / "state"};
  if (is_complete(folder)) return saved;
  if (const auto cleared = clear(folder, order.deadline); !cleared) return fail(cleared.error());
  if (const auto made = make(order, folder); !made) {
    (void)clear(folder, clock_.now() + 2s);
    return fail(made.error());
  }
  forget_others(order.template_name, folder);
  return saved;
}

Result<void> SavedMachines::make(const Order& order, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return fail(ErrorCode::denied, "cannot make the folder " + folder.string() + ": " + error.message());
  if (const auto saved = save(order, folder); !saved) return saved;
  if (const auto ended =
          end_family({.first = read_note(folder / "process"), .mark = mark_of(folder)}, clock_, clock_.now() + 2s);
      !ended)
    return ended;
  std::ofstream complete(folder / "complete");
  complete << order.template_name << '\n';
  complete.close();
  if (!complete) return fail(ErrorCode::denied, "cannot write in " + folder.string());
  return {};
}

Result<void> SavedMachines::save(const Order& order, const fs::path& folder) {
  auto reach = places_.take(folder.filename().string(), 0);
  if (!reach) return fail(reach.error());
  QemuMachine machine = order.machine;
  machine.id = "saved";
  machine.reach = *reach;
  machine.memory = folder / "memory";
  machine.memory_shared = machine.saves = true;
  const auto run = run_qemu(machine, folder, mark_of(folder), settings_.nice, clock_, order.deadline);
  Result<void> done;
  if (run)
    done = wait_for_health(order, *reach, run->process, clock_);
  else
    done = fail(run.error());
  if (done) done = write_state(*run->qmp, clock_, order.deadline);
  places_.give_back(*reach);
  return done;
}

Result<void> SavedMachines::clear(const fs::path& folder, MonotonicTime deadline) const {
  std::error_code error;
  if (!fs::exists(folder, error)) return {};
  if (const auto ended = end_family({.first = std::nullopt, .mark = mark_of(folder)}, clock_, deadline); !ended)
    return ended;
  fs::remove_all(folder, error);
  if (error) return fail(ErrorCode::denied, "cannot remove " + folder.string() + ": " + error.message());
  return {};
}

// Those who went on from them keep what they have mapped.
void SavedMachines::forget_others(const std::string& template_name, const fs::path& but) const {
  std::error_code error;
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(settings_.folder, error)) {
    std::string name;
    if (entry.path() != but && std::getline(std::ifstream(entry.path() / "complete"), name) && name == template_name)
      old.push_back(entry.path());
  }
  for (const auto& folder : old) fs::remove_all(folder, error);
}

}  // namespace harbinger::provision
