#include "provision/programs.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "provision/child.h"

namespace harbinger::provision {
namespace {

constexpr std::size_t kMostOutput = 1024UL * 1024;

std::string content(int file) {
  std::string text(kMostOutput, '\0');
  const ssize_t got = pread(file, text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

Result<void> run_to_end(const ProgramRun& run, int output, const Clock& clock, MonotonicTime deadline) {
  Child child;
  child.words = run.words;
  child.environment = run.environment;
  child.environment.emplace_back("PATH=/usr/sbin:/usr/bin:/sbin:/bin");
  child.output = output;
  child.dies_with_us = true;
  const auto process = start_child(child);
  if (!process) return fail(process.error());
  const bool ended = wait_for_child(process->pid, clock, deadline);
  if (!ended) kill(-process->pid, SIGKILL);
  int status = 0;
  waitpid(process->pid, &status, 0);
  if (!ended) return fail(ErrorCode::timeout, run.words.at(0) + " did not end in time");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const auto how = WIFEXITED(status) ? "exit code " + std::to_string(WEXITSTATUS(status))
                                     : "signal " + std::to_string(WTERMSIG(status));
  return fail(ErrorCode::denied, run.words.at(0) + " ended with " + how);
}

}  // namespace

Result<std::string> find_program(const std::string& name) {
  std::vector<std::string> places;
  if (name.find('/') != std::string::npos)
    places.push_back(name);
  else
    for (const char* folder : {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"})
      places.push_back(folder + name);
  for (const auto& place : places) {
    struct stat about{};
    if (stat(place.c_str(), &about) != 0) continue;
    if (S_ISREG(about.st_mode) && access(place.c_str(), X_OK) == 0) return place;
    return fail(ErrorCode::denied, place + " is no program that may be run");
  }
  return fail(ErrorCode::not_found, "there is no program " + name);
}

Result<std::string> run_program(const ProgramRun& run, const Clock& clock, MonotonicTime deadline) {
  const Descriptor output(run.output < 0 ? memfd_create("output", MFD_CLOEXEC) : -1);
  auto ended = run_to_end(run, output ? output.number() : run.output, clock, deadline);
  auto said = output ? content(output.number()) : std::string();
  if (ended) return said;
  if (!said.empty()) ended.error().message += ": " + said;
  return fail(ended.error());
}

}  // namespace harbinger::provision
