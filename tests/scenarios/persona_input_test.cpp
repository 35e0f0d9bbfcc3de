// What is wrong is said clearly and changes nothing: damaged checkpoints, contradicting catalogues, wrong flags, hostile reports.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <fstream>

#include <tests/support/http_client.h>
#include <tests/support/persona_peers.h>

namespace harbinger {
namespace {

using namespace test;
using namespace std::chrono_literals;
using Catch::Contains;

std::filesystem::path newest_checkpoint(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  for (const auto& each : std::filesystem::directory_iterator(folder))
    if (each.path().extension() == ".checkpoint") found.push_back(each.path());
  REQUIRE_FALSE(found.empty());
  return std::ranges::max(found);
}

void flip_bit(const std::filesystem::path& file, std::uintmax_t octet) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(octet));
  const auto before = static_cast<char>(stream.get());
  stream.seekp(static_cast<std::streamoff>(octet));
  stream.put(static_cast<char>(before ^ 0x10));
}

TEST_CASE("an engine does not start on a checkpoint with a flipped bit, names file and octet, and leaves it as it is") {
  Scratch scratch;
  const auto state = scratch / "state";
  PersonaProgram engine({"--state", state.string()});
  engine.stop();
  const auto checkpoint = newest_checkpoint(state);
  flip_bit(checkpoint, std::filesystem::file_size(checkpoint) / 2);
  const auto damaged = read_text(checkpoint);

  const auto start = [&] {
    return run_program("harbinger-persona", {"--listen", "127.0.0.1:0", "--state", state.string()});
  };
  const auto ran = start();
  CHECK(ran.exit_code == 1);
  CHECK_THAT(ran.output, Contains(checkpoint.string()) && Contains("octet"));
  CHECK(read_text(checkpoint) == damaged);

  flip_bit(checkpoint, std::filesystem::file_size(checkpoint) / 2);
  engine.start();
  engine.stop();
}

constexpr const char* kContradictions =
    "persona one {\n fits night 0.8..0.2\n}\npersona one {\n rule device bot\n fits dreams 0.5..\n}\npersona nobody "
    "{\n}\n";
// Where they are: line and column.
constexpr std::array kPlaces{"2:13", "4:9", "6:7", "8:1"};

TEST_CASE("all contradictions of a catalogue are told with file, line and column, by the engine and by the server") {
  Scratch scratch;
  const auto catalogue = scratch.write("catalogue", kContradictions);
  const auto check = run_program("harbinger-persona", {"--check", "--catalogue", catalogue.string()});
  CHECK(check.exit_code == 1);
  const auto start = run_program("harbinger-persona", {"--listen", "127.0.0.1:0", "--catalogue", catalogue.string()});
  CHECK(start.exit_code == 1);
  CHECK(start.output == check.output);

  const auto file = scratch.write("Harbingerfile", ".:" + std::to_string(free_port()) +
                                                       " {\n bind 127.0.0.1\n persona {\n catalogue " +
                                                       catalogue.string() + "\n }\n whoami\n}\n");
  const auto server = run_program("harbingerd", {"-conf", file.string()});
  CHECK(server.exit_code == 1);
  for (const auto* place : kPlaces) {
    CAPTURE(place);
    CHECK_THAT(check.output, Contains(catalogue.string() + ":" + place + ": "));
    CHECK_THAT(server.output, Contains(catalogue.string() + ":" + place + ": "));
  }
}

TEST_CASE("harbinger-persona exits with 2 when it does not know a flag, and names it") {
  const auto ran = run_program("harbinger-persona", {"--no-such-flag"});
  CHECK(ran.exit_code == 2);
  CHECK_THAT(ran.output, Contains("--no-such-flag"));
  CHECK(run_program("harbinger-persona", {"--clients", "many"}).exit_code == 2);
  CHECK(run_program("harbinger-persona", {"--tls-cert", "alone.pem"}).exit_code == 2);
}

int post(const SocketAddress& http, std::string_view body, std::string_view type = "application/json",
         std::string_view more = "") {
  HttpClient client(http);
  client.send("POST /v1/events HTTP/1.1\r\nHost: test\r\nContent-Type: " + std::string(type) + "\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\nConnection: close\r\n" + std::string(more) + "\r\n");
  client.send(body);
  return status_of(client.receive());
}

std::string event(const std::string& fields) { return R"({"events":[{)" + fields + "}]}"; }

TEST_CASE("hostile reports are refused or rejected, and the engine answers afterwards as before") {
  PersonaProgram engine;
  Scratch scratch;
  const auto server =
      start_harbinger(scratch, ".:{port} {\n bind 127.0.0.1\n persona {\n engine " + engine.address().to_string() +
                                   "\n }\n" + hosts_of_manners() + "}\n");
  const auto& http = engine.http();
  // Of those that came over HTTP: the server tells of its queries meanwhile.
  const auto taken = [&] { return metric(http, R"(harbinger_sensor_events_total{reason="",result="taken"})"); };
  REQUIRE(wait_for_token(server.address(), names_of_manner(0)[0], subnet(1)));

  for (const auto& body : {std::string(), std::string("{"), std::string("\xff\xfe\x00", 3), std::string("nonsense"),
                           std::string("[1,2"), std::string(R"({"events":{}})"), std::string(20'000, '['),
                           event(R"("action":"click","resource":"a","at":NaN)")}) {
    CAPTURE(body.substr(0, 40));
    CHECK(post(http, body) == 400);
  }
  CHECK(post(http, event(R"("action":"click","resource":")" + std::string(100'000, 'a') + '"')) == 413);
  CHECK(post(http, "<a/>", "text/xml") == 415);
  CHECK(post(http, "\x1f\x8b", "application/json", "Content-Encoding: gzip\r\n") == 415);
  // Read, but of no use.
  const auto before = taken();
  for (const auto* fields :
       {R"("action":"click","resource":"a","at":-99999999999999999999)",
        R"("action":"click","resource":"a","at":9223372036854775807)", R"("action":"fly","resource":"a")",
        R"("action":"dwell","resource":"a","dwell":-1e308)", R"("action":"scroll","resource":"a","extent":1e400)",
        R"("action":"click","resource":"javascript:alert")", R"("action":["click"],"resource":7)"}) {
    CAPTURE(fields);
    const auto status = post(http, event(fields));
    CHECK((status == 202 || status == 400));
  }
  CHECK(taken() == before);

  CHECK(post(http, event(R"("action":"click","resource":"https://www.example.org/offers")")) == 202);
  CHECK(taken() == before + 1);
  CHECK(wait_for_token(server.address(), names_of_manner(0)[0], subnet(2)));
  CHECK(engine.process().running());
}

}  // namespace
}  // namespace harbinger
