// Signatures between this library and the programs of Knot and BIND: each side checks what the other signed.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>

#include <harbinger/message.h>
#include <harbinger/update.h>
#include <tests/support/dns_client.h>
#include <tests/support/update_servers.h>

using namespace harbinger;
using namespace harbinger::test;
using Catch::Matchers::Contains;

namespace {

using Bytes = std::vector<std::uint8_t>;

TsigTime now() { return static_cast<TsigTime>(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())); }

TsigKeys known_keys() {
  TsigKeys keys;
  REQUIRE(keys.add(update_key()));
  return keys;
}

// Answers datagrams on a port of its own, in the test's thread.
class DatagramServer {
 public:
  DatagramServer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(socket_, reinterpret_cast<sockaddr*>(&any), sizeof any) == 0);
  }
  ~DatagramServer() { close(socket_); }

  std::string port() const {
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&bound), &size);
    return std::to_string(ntohs(bound.sin_port));
  }
  // Until the program ends.
  void answer(Process& program, const std::function<Bytes(const Bytes&)>& reply_to) {
    wait_until([&] {
      pollfd entry{socket_, POLLIN, 0};
      if (poll(&entry, 1, 5) > 0) answer_one(reply_to);
      return !program.running();
    });
  }

 private:
  void answer_one(const std::function<Bytes(const Bytes&)>& reply_to) {
    Bytes query(65535);
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const auto got = recvfrom(socket_, query.data(), query.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got <= 0) return;
    query.resize(static_cast<std::size_t>(got));
    const auto reply = reply_to(query);
    sendto(socket_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
  }
  int socket_;
};

// An empty reply of the request's kind, signed as the request wants it.
Bytes empty_reply(const Bytes& query, TsigRequest& request) {
  const auto asked = Message::parse(query).value();
  Bytes reply(1232);
  MessageWriter writer(reply, {.id = asked.header.id,
                               .qr = true,
                               .opcode = asked.header.opcode,
                               .aa = true,
                               .rcode = static_cast<std::uint8_t>(request.rcode())});
  if (asked.question) writer.add_question(*asked.question);
  const auto size = writer.finish().size();
  reply.resize(request.sign(reply, size, now()).value());
  return reply;
}

struct Ended {
  int exit_code = -1;
  std::string output;
  std::vector<TsigError> errors;  // that our side found, request by request
  bool all_authentic = true;
};

Ended talk(std::vector<std::string> command, DatagramServer& server, const std::function<void(Bytes&)>& spoil = {}) {
  const auto keys = known_keys();
  Ended ended;
  Process program(std::move(command));
  server.answer(program, [&](const Bytes& query) {
    auto request = TsigRequest::check(query, keys, now()).value();
    ended.errors.push_back(request.error());
    ended.all_authentic = ended.all_authentic && request.authentic();
    auto reply = empty_reply(query, request);
    if (spoil) spoil(reply);
    return reply;
  });
  ended.exit_code = program.wait()->exit_code;
  ended.output = program.output();
  return ended;
}

std::vector<std::string> kdig(const DatagramServer& server, const std::string& key) {
  return {"kdig", "@127.0.0.1", "-p", server.port(), "+retry=0", "+time=2", "-y", key, "example.org", "SOA"};
}

std::string key_for_programs() { return "hmac-sha256:upd.example.:" + std::string(kUpdateSecret); }

}  // namespace

TEST_CASE("kdig's signature is right for us, and ours for kdig") {
  if (!installed({"kdig"})) return;
  DatagramServer server;
  const auto ended = talk(kdig(server, key_for_programs()), server);
  REQUIRE(ended.errors.size() == 1);
  CHECK(ended.all_authentic);
  CHECK(ended.exit_code == 0);
  CHECK_THAT(ended.output, Contains("status: NOERROR") && !Contains("WARNING") && !Contains("ERROR:"));
}

TEST_CASE("kdig notices when our signature was touched") {
  if (!installed({"kdig"})) return;
  DatagramServer server;
  const auto ended =
      talk(kdig(server, key_for_programs()), server, [](Bytes& reply) { reply[reply.size() - 10] ^= 1; });
  CHECK(ended.all_authentic);
  CHECK_THAT(ended.output, Contains("reply verification"));
}

TEST_CASE("an update of nsupdate is right for us, and our answer for nsupdate") {
  if (!installed({"nsupdate"})) return;
  const Scratch scratch;
  DatagramServer server;
  const auto script = scratch.write("script", "server 127.0.0.1 " + server.port() +
                                                  "\nzone example.org\nprereq nxdomain a.example.org\n"
                                                  "update add a.example.org 60 A 192.0.2.1\nsend\n");
  const auto ended = talk({"nsupdate", "-y", key_for_programs(), script.string()}, server);
  INFO(ended.output);
  CHECK(ended.errors.size() == 1);
  CHECK(ended.all_authentic);
  CHECK(ended.exit_code == 0);
  const auto spoiled = talk({"nsupdate", "-y", key_for_programs(), script.string()}, server,
                            [](Bytes& reply) { reply[reply.size() - 10] ^= 1; });
  CHECK(spoiled.exit_code != 0);
}

TEST_CASE("knsupdate signs with each algorithm as we do") {
  if (!installed({"knsupdate"})) return;
  for (const auto* algorithm : {"hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"}) {
    INFO(algorithm);
    const Scratch scratch;
    DatagramServer server;
    const auto script = scratch.write("script", "server 127.0.0.1 " + server.port() +
                                                    "\nzone example.org.\nadd a.example.org. 60 A 192.0.2.1\nsend\n");
    const auto key_text = std::string(algorithm) + ":upd.example.:" + std::string(kUpdateSecret);
    TsigKeys keys;
    REQUIRE(keys.add(TsigKey::parse(key_text).value()));
    bool authentic = false;
    Process program({"knsupdate", "-y", key_text, script.string()});
    server.answer(program, [&](const Bytes& query) {
      auto request = TsigRequest::check(query, keys, now()).value();
      authentic = request.authentic();
      CHECK(UpdateMessage::read(query).value().changes.size() == 1);
      return empty_reply(query, request);
    });
    CHECK(authentic);
    CHECK(program.wait()->exit_code == 0);
  }
}

TEST_CASE("nsupdate is told by us of a key that we do not know and a secret that is another") {
  if (!installed({"nsupdate"})) return;
  const Scratch scratch;
  DatagramServer server;
  const auto script =
      scratch.write("script", "server 127.0.0.1 " + server.port() +
                                  "\nzone example.org\nupdate add a.example.org 60 A 192.0.2.1\nsend\n");
  const auto with_key = [&](const std::string& key) { return talk({"nsupdate", "-y", key, script.string()}, server); };
  const auto stranger = with_key("hmac-sha256:stranger.example.:" + std::string(kUpdateSecret));
  CHECK(stranger.errors.front() == TsigError::BADKEY);
  CHECK_THAT(stranger.output, Contains("BADKEY"));
  const auto other =
      with_key("hmac-sha256:upd.example.:" + std::string("YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="));
  CHECK(other.errors.front() == TsigError::BADSIG);
  CHECK_THAT(other.output, Contains("BADSIG"));
}

TEST_CASE("a signed transfer of many messages is right, message by message") {
  std::string records;
  for (int i = 0; i < 4000; ++i) records += "t" + std::to_string(i) + " TXT \"" + std::string(60, 'x') + "\"\n";
  for (const auto primary : {Primary::knot, Primary::bind, Primary::powerdns}) {
    if (!installed(primary)) continue;
    INFO(to_string(primary));
    const Scratch scratch;
    auto server = start_primary(primary, scratch, records);
    TsigClient client(std::make_shared<const TsigKey>(update_key()));
    auto question = make_query(9, {Name::parse("example.org").value(), RRType::AXFR}, false, 0);
    const auto size = question.size();
    question.resize(size + client.room());
    question.resize(client.sign(question, size, now()).value());
    auto stream = Stream::connect(server.address()).value();
    REQUIRE(stream.send(question));
    int messages = 0, soas = 0;
    while (soas < 2) {
      const auto reply = stream.receive();
      REQUIRE(reply);
      const auto verdict = client.verify(*reply, now());
      INFO((verdict ? "" : verdict.error().message));
      REQUIRE(verdict);
      const auto message = Message::parse(*reply).value();
      REQUIRE(message.rcode() == Rcode::NOERROR);
      for (const auto& record : message.answers) soas += record.type == RRType::SOA;
      ++messages;
    }
    CHECK_FALSE(client.pending());
    CHECK(messages > 3);
  }
}
