#include <tests/support/process.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace harbinger::test {
namespace {

namespace fs = std::filesystem;

// Sanitized programs are slow, and several share a processor: what they are waited for takes longer.
#if defined(__has_feature)
constexpr int kSlowness = __has_feature(address_sanitizer) ? 3 : 1;
#else
constexpr int kSlowness = 1;
#endif

bool bind_loopback(int socket, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (auto& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> with_our_environment(std::vector<std::string> added) {
  for (char** entry = environ; *entry; ++entry) added.emplace_back(*entry);
  return added;
}

}  // namespace

std::optional<fs::path> find_program(std::string_view name) {
  if (name.find('/') != name.npos) {
    if (access(std::string(name).c_str(), X_OK) != 0) return std::nullopt;
    return fs::path(name);
  }
  const char* path = std::getenv("PATH");
  std::istringstream folders(std::string(path ? path : "") + ":/usr/sbin:/usr/local/sbin:/sbin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path candidate = fs::path(folder) / name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

// From below the range that the kernel gives to clients: between our look and the server's bind no connection takes it.
std::uint16_t free_port() {
  static std::mt19937 random(std::random_device{}());
  for (int attempt = 0; attempt < 100; ++attempt) {
    const auto port = std::uniform_int_distribution<std::uint16_t>(10000, 32000)(random);
    const int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool both = bind_loopback(tcp, port) && bind_loopback(udp, port);
    close(udp);
    close(tcp);
    if (both) return port;
  }
  throw std::runtime_error("found no port that is free over UDP and TCP");
}

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit * kSlowness;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

Process::Process(std::vector<std::string> command, const Options& options) {
  const auto program = find_program(command.at(0));
  if (!program) throw std::runtime_error("no such program: " + command[0]);
  auto environment = with_our_environment(options.environment);
  const auto argv = pointers(command), envp = pointers(environment);
  output_ = memfd_create("output", MFD_CLOEXEC);

  // fork and not posix_spawn: only between fork and exec can a child ask to die with its parent, and a test that is killed for taking
  // too long must not leave servers behind.
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(output_, 1);
    dup2(output_, 2);
    if (chdir(options.directory.c_str()) == 0) execve(program->c_str(), argv.data(), envp.data());
    _exit(127);
  }
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), output_(std::exchange(other.output_, -1)), ending_(other.ending_) {}

Process::~Process() {
  kill();
  if (output_ >= 0) close(output_);
}

void Process::reap(int options) {
  int status = 0;
  if (pid_ < 0 || ending_ || waitpid(pid_, &status, options) != pid_) return;
  ending_ = WIFSIGNALED(status) ? Ending{-1, WTERMSIG(status)} : Ending{WEXITSTATUS(status), 0};
}

bool Process::running() {
  reap(WNOHANG);
  return pid_ >= 0 && !ending_;
}

void Process::signal(int number) {
  if (running()) ::kill(pid_, number);
}

void Process::freeze() {
  if (!running()) return;
  ::kill(pid_, SIGSTOP);
  // Reported when the last thread has stopped. WNOWAIT leaves an exit for reap().
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WEXITED | WNOWAIT);
}

std::optional<Ending> Process::wait(std::chrono::milliseconds limit) {
  wait_until([this] { return !running(); }, limit);
  return ending_;
}

void Process::kill() {
  signal(SIGKILL);
  reap(0);
}

std::string Process::output() const {
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = pread(output_, buffer, sizeof(buffer), static_cast<off_t>(text.size()))) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

std::string built_program(std::string_view name) { return std::string(HARBINGER_BINARY_DIR "/server/").append(name); }

}  // namespace harbinger::test
