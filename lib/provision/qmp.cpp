#include "provision/qmp.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

#include "provision/descriptor.h"
#include "provision/held_process.h"

namespace harbinger::provision {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestLine = 1024UL * 1024;

class RealQmp final : public Qmp {
 public:
  RealQmp(Descriptor socket, const Clock& clock) : socket_(std::move(socket)), clock_(clock) {}

  // QEMU greets, and wants this before it takes commands.
  Result<void> begin(MonotonicTime deadline) {
    const auto greeting = line(deadline);
    if (!greeting) return fail(greeting.error());
    const auto agreed = ask("qmp_capabilities", json::object(), deadline);
    if (!agreed) return fail(agreed.error());
    return {};
  }

  Result<json> ask(const std::string& command, const json& arguments, MonotonicTime deadline) override {
    const auto text = json{{"execute", command}, {"arguments", arguments}}.dump() + "\n";
    if (send(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
      return fail(ErrorCode::unreachable, "QEMU does not take '" + command + "'");
    while (true) {
      const auto got = line(deadline);
      if (!got) return fail(got.error().code, command + ": " + got.error().message);
      const auto answer = json::parse(*got, nullptr, false);
      if (!answer.is_object())
        return fail(ErrorCode::malformed, "QEMU's answer to '" + command + "' is no JSON object");
      if (const auto value = answer.find("return"); value != answer.end()) return *value;
      if (const auto error = answer.find("error"); error != answer.end())
        return fail(ErrorCode::denied, command + ": " + error->dump());
    }  // anything else is an event
  }

 private:
  Result<std::string> line(MonotonicTime deadline) {
    while (true) {
      if (const auto end = heard_.find('\n'); end != std::string::npos) {
        auto found = heard_.substr(0, end);
        heard_.erase(0, end + 1);
        return found;
      }
      if (heard_.size() > kLongestLine) return fail(ErrorCode::too_large, "QEMU says a line without end");
      if (const auto more = hear(deadline); !more) return fail(more.error());
    }
  }

  Result<void> hear(MonotonicTime deadline) {
    if (clock_.now() >= deadline) return fail(ErrorCode::timeout, "QEMU does not answer");
    pollfd ready{.fd = socket_.number(), .events = POLLIN, .revents = 0};
    const int count = poll(&ready, 1, poll_time(clock_, deadline));
    if (count <= 0) return {};
    std::array<char, 4096> buffer;
    const ssize_t got = read(socket_.number(), buffer.data(), buffer.size());
    if (got <= 0) return fail(ErrorCode::unreachable, "QEMU has closed the connection");
    heard_.append(buffer.data(), static_cast<std::size_t>(got));
    return {};
  }

  const Descriptor socket_;
  const Clock& clock_;
  std::string heard_;
};

}  // namespace

// A socket's address has room for some hundred characters; the folder's descriptor stands for a longer path.
Result<std::unique_ptr<Qmp>> Qmp::connect_once(const std::filesystem::path& path, const Clock& clock,
                                               MonotonicTime deadline) {
  const Descriptor folder(open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  const auto name = "/proc/self/fd/" + std::to_string(folder.number()) + "/" + path.filename().string();
  name.copy(to.sun_path, sizeof(to.sun_path) - 1);
  if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0)
    return fail(ErrorCode::unreachable, "cannot reach QEMU at " + path.string() + ": " + std::strerror(errno));
  auto qmp = std::make_unique<RealQmp>(std::move(socket), clock);
  if (const auto begun = qmp->begin(deadline); !begun) return fail(begun.error());
  return qmp;
}

void Qmp::pause() { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }

}  // namespace harbinger::provision
