// An application that tells what its users do: a line of standard input is one act, "ADDRESS ACTION RESOURCE".
#include <harbinger/client_keys.h>
#include <harbinger/reporter.h>
#include <harbinger/secret_file.h>

#include <iostream>
#include <sstream>

using namespace harbinger;
using namespace std::chrono_literals;

namespace {

Action action_of(std::string_view word) {
  for (auto action = Action::query; action < Action::limit; action = static_cast<Action>(static_cast<int>(action) + 1))
    if (to_string(action) == word) return action;
  return Action::limit;  // is refused, and counted
}

UnixMillis now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: reporter http://127.0.0.1:8053/v1/events TOKEN SECRET-FILE\n";
    return 2;
  }
  auto transport = report_to({.url = argv[1], .token = argv[2]});
  const auto secret = read_secret(argv[3]);  // the DNS server's, so that both know a client by the same key
  if (!transport || !secret) {
    std::cerr << (transport ? secret.error() : transport.error()).to_string() << '\n';
    return 1;
  }
  const ClientKeys keys(*secret);
  Reporter reporter(std::move(*transport));

  std::string line, address, action, resource;
  while (std::getline(std::cin, line) && std::istringstream(line) >> address >> action >> resource) {
    const auto client = IpAddress::parse(address);
    BehaviourEvent event;
    event.client = client ? keys.key_of(*client, {}, now()) : 0;
    event.action = action_of(action);
    event.resource = resource;
    reporter.report(event);  // never waits; what cannot be sent is counted
  }

  const bool done = reporter.flush(5s);
  const auto counts = reporter.counts();
  std::cout << counts.told << " told, " << counts.taken << " taken, " << counts.rejected + counts.refused
            << " rejected, " << counts.shed + counts.overflowed + counts.lost << " lost\n";
  return done && counts.lost == 0 ? 0 : 1;
}
