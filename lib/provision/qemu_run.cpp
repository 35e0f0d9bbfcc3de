#include "provision/qemu_run.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include <nlohmann/json.hpp>

#include "provision/child.h"
#include "provision/descriptor.h"

namespace harbinger::provision {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Descriptor open_to_append(const fs::path& file) {
  return Descriptor(open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
}

// What QEMU takes for a pair of pipes: one way a file that ends, the other way nowhere.
bool write_told(const QemuMachine& machine, const fs::path& folder) {
  std::ofstream told(folder / "told.in", std::ios::trunc);
  told << (machine.saves ? std::string() : told_to(machine.id));
  told.close();
  std::error_code error;
  fs::create_symlink("/dev/null", folder / "told.out", error);
  return told && !error;
}

// The memory is in a file of its own, so what is saved and loaded is the rest.
Result<void> prepare_state(const QemuMachine& machine, Qmp& qmp, MonotonicTime deadline) {
  const json capability{{"capability", "x-ignore-shared"}, {"state", true}};
  const auto able = qmp.ask("migrate-set-capabilities", {{"capabilities", json::array({capability})}}, deadline);
  if (!able) return fail(able.error());
  if (machine.state < 0) return {};
  const auto begun = qmp.ask("migrate-incoming", {{"uri", "fd:" + std::to_string(machine.state)}}, deadline);
  if (!begun) return fail(begun.error());
  return {};
}

std::string end_of(const fs::path& file) {
  constexpr std::size_t kMost = 500;
  std::ifstream in(file);
  std::string last;
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) last = std::move(line);
  return last.substr(0, kMost);
}

std::unexpected<Error> trouble_in(const fs::path& folder) {
  const auto said = end_of(folder / "log");
  if (said.find("host forwarding") != std::string::npos)  // somebody was faster to listen there
    return fail(ErrorCode::conflict, "the port was taken meanwhile: " + said);
  return fail(ErrorCode::denied, said);
}

}  // namespace

Result<QemuRun> run_qemu(const QemuMachine& machine, const fs::path& folder, const std::string& mark, int nice,
                         const Clock& clock, MonotonicTime deadline) {
  const auto log = open_to_append(folder / "log"), note = open_to_append(folder / "process");
  if (!log || !note || !write_told(machine, folder))
    return fail(ErrorCode::denied, "cannot write in " + folder.string() + ": " + std::strerror(errno));

  Child child;
  child.words = words_of(machine);
  child.environment = {"PATH=/usr/bin:/bin:/usr/sbin:/sbin", mark};
  child.folder = folder;
  child.output = log.number();
  child.note = note.number();
  child.keep = machine.state;
  child.nice = nice;
  const auto process = start_child(child);
  if (!process) return fail(process.error());

  auto qmp = Qmp::connect(folder / "qmp", clock, deadline, [&] { return lives(*process); });
  if (!qmp && lives(*process)) return fail(qmp.error());
  if (!qmp) return trouble_in(folder);
  if (machine.saves || machine.state >= 0)
    if (const auto prepared = prepare_state(machine, **qmp, deadline); !prepared) return fail(prepared.error());
  return QemuRun{.process = *process, .qmp = *std::move(qmp)};
}

}  // namespace harbinger::provision
