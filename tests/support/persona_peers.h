// Real engines of personas for scenarios, and clients that behave: harbinger-persona as it was built, queries in a manner, tokens.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <harbinger/address.h>
#include <harbinger/persona.h>
#include <tests/support/dns_client.h>
#include <tests/support/peers.h>
#include <tests/support/process.h>
#include <tests/support/scratch.h>

namespace harbinger::test {

/// A program that has ended, and what it said.
struct Finished {
  int exit_code = 0;
  std::string output;
};
/// Runs a program of ours ("harbinger-persona", "harbingerd", "harbingerctl") to its end.
Finished run_program(std::string_view program, std::vector<std::string> arguments);

/// harbinger-persona on ports of its own of 127.0.0.1, or what was asked for in `flags`.
class PersonaProgram {
 public:
  /// Throws std::runtime_error, with what the program wrote, when it is not up soon.
  explicit PersonaProgram(std::vector<std::string> flags = {});

  /// Where servers ask it, and where its pages are.
  const SocketAddress& address() const { return address_; }
  const SocketAddress& http() const { return http_; }
  /// `localhost:PORT`, as certificates of tests are for that name.
  std::string host_and_port() const { return "localhost:" + std::to_string(address_.port); }
  Process& process() { return *process_; }
  /// Ends it like a power cut.
  void kill() { process_->kill(); }
  /// Ends it gracefully; its last checkpoint is written then.
  void stop();
  /// Starts it again, on the same ports.
  void start();

 private:
  SocketAddress address_ = loopback(free_port()), http_ = loopback(free_port());
  std::vector<std::string> flags_;
  std::unique_ptr<Process> process_;
};

/// As a client behind a resolver: 10.n.m.0/24.
Wishes subnet(unsigned number);
/// With the persona option: without data, or with this token.
Wishes wants_token(Wishes wishes);
Wishes shows_token(Wishes wishes, const PersonaToken& token);
/// In the reply's persona option. Nothing when there is none, or none of 16 octets.
std::optional<PersonaToken> token_of(const Answer& answer);
/// Asks for `name` until there is a token in the reply.
std::optional<PersonaToken> wait_for_token(const SocketAddress& server, std::string_view name, const Wishes& client);

/// Names of a `hosts` block: two manners of clients, eight names each, none in common.
const std::vector<std::string>& names_of_manner(unsigned manner);
/// A `hosts` block with the names of both manners, all at 192.0.2.1.
std::string hosts_of_manners();
/// Each of these clients asks for so many names of its manner, in an order of its own. All must be answered.
void behave(const SocketAddress& server, unsigned manner, unsigned first_client, unsigned clients, unsigned queries);

/// A sample of a metrics page, as `name{label="value"}`; 0 when it is not there.
double metric(const SocketAddress& http, std::string_view sample);
/// When an engine says that the token of this client (16 hexadecimal digits) ends; nothing when it does not know the client.
std::optional<UnixMillis> end_of_token(const SocketAddress& http, std::string_view client_key);
/// The names of personas that have clients, by GET /v1/personas; those with most clients first.
std::vector<std::string> personas_with_clients(const SocketAddress& http);

}  // namespace harbinger::test
