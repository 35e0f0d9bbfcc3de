#include <tests/support/persona_peers.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>

#include <tests/support/http_client.h>

namespace harbinger::test {

namespace {

constexpr std::chrono::seconds kStart{60};  // LibTorch takes its time on a busy machine

void append(std::vector<std::uint8_t>& to, OptionCode code, std::span<const std::uint8_t> data) {
  for (const auto value : {static_cast<unsigned>(code), static_cast<unsigned>(data.size())}) {
    to.push_back(static_cast<std::uint8_t>(value >> 8));
    to.push_back(static_cast<std::uint8_t>(value));
  }
  to.insert(to.end(), data.begin(), data.end());
}

bool is_up(const SocketAddress& http) {
  try {
    return status_of(http_get(http, "/metrics")) == 200;
  } catch (const std::runtime_error&) {
    return false;  // nobody listens yet
  }
}

std::string get_json(const SocketAddress& http, std::string_view path) {
  HttpClient client(http);
  client.send("GET " + std::string(path) +
              " HTTP/1.1\r\nHost: test\r\nAccept: application/json\r\nConnection: close\r\n\r\n");
  return body_of(client.receive());
}

}  // namespace

Finished run_program(std::string_view program, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), built_program(program));
  Process process(std::move(arguments));
  const auto ending = process.wait(kStart);
  return {ending ? ending->exit_code : -2, process.output()};
}

PersonaProgram::PersonaProgram(std::vector<std::string> flags) : flags_(std::move(flags)) { start(); }

void PersonaProgram::start() {
  std::vector<std::string> command{built_program("harbinger-persona"), "--listen", address_.to_string(), "--http",
                                   http_.to_string()};
  command.insert(command.end(), flags_.begin(), flags_.end());
  process_ = std::make_unique<Process>(std::move(command));
  // gRPC is opened after HTTP.
  const auto up = [this] {
    return !process_->running() || (process_->output().find("grpc://") != std::string::npos && is_up(http_));
  };
  if (!wait_until(up, kStart) || !process_->running())
    throw std::runtime_error("harbinger-persona does not start: " + process_->output());
}

void PersonaProgram::stop() {
  process_->signal(SIGTERM);
  const auto ending = process_->wait(kStart);
  if (!ending || ending->exit_code != 0)
    throw std::runtime_error("harbinger-persona does not stop: " + process_->output());
}

Wishes subnet(unsigned number) {
  Wishes wishes;
  const std::array<std::uint8_t, 4> octets{10, static_cast<std::uint8_t>(number >> 8),
                                           static_cast<std::uint8_t>(number), 0};
  std::vector<std::uint8_t> data;
  ClientSubnet{IpAddress::v4(octets), 24, 0}.write(data);
  append(wishes.options, OptionCode::ECS, data);
  return wishes;
}

Wishes wants_token(Wishes wishes) {
  append(wishes.options, OptionCode::PERSONA, {});
  return wishes;
}

Wishes shows_token(Wishes wishes, const PersonaToken& token) {
  append(wishes.options, OptionCode::PERSONA, token);
  return wishes;
}

std::optional<PersonaToken> token_of(const Answer& answer) {
  const auto data = answer.message.edns ? answer.message.edns->option(OptionCode::PERSONA) : std::nullopt;
  PersonaToken token;
  if (!data || data->size() != token.size()) return std::nullopt;
  std::ranges::copy(*data, token.begin());
  return token;
}

std::optional<PersonaToken> wait_for_token(const SocketAddress& server, std::string_view name, const Wishes& client) {
  std::optional<PersonaToken> token;
  wait_until([&] {
    const auto answer = ask(server, name, RRType::A, wants_token(client));
    if (answer) token = token_of(*answer);
    return token.has_value();
  });
  return token;
}

const std::vector<std::string>& names_of_manner(unsigned manner) {
  static const auto names = [] {
    std::array<std::vector<std::string>, 2> all;
    for (unsigned i = 0; i < 8; ++i) {
      all[0].push_back("segment" + std::to_string(i) + ".video.example");
      all[1].push_back("sensor" + std::to_string(i) + ".telemetry.test");
    }
    return all;
  }();
  return names.at(manner);
}

std::string hosts_of_manners() {
  std::string block = " hosts {\n";
  for (unsigned manner = 0; manner < 2; ++manner)
    for (const auto& name : names_of_manner(manner)) block.append("  192.0.2.1 ").append(name).append("\n");
  return block + " }\n";
}

void behave(const SocketAddress& server, unsigned manner, unsigned first_client, unsigned clients, unsigned queries) {
  const auto& names = names_of_manner(manner);
  for (unsigned client = first_client; client < first_client + clients; ++client) {
    std::minstd_rand random(client + 1);
    std::uniform_int_distribution<std::size_t> any(0, names.size() - 1);
    for (unsigned i = 0; i < queries; ++i) REQUIRE(ask(server, names[any(random)], RRType::A, subnet(client)));
  }
}

double metric(const SocketAddress& http, std::string_view sample) {
  const auto page = '\n' + body_of(http_get(http, "/metrics"));
  const auto wanted = '\n' + std::string(sample) + ' ';
  const auto place = page.find(wanted);
  return place == std::string::npos ? 0 : std::strtod(page.c_str() + place + wanted.size(), nullptr);
}

std::optional<UnixMillis> end_of_token(const SocketAddress& http, std::string_view client_key) {
  const auto page = nlohmann::json::parse(get_json(http, "/v1/personas/explain?client=" + std::string(client_key)));
  return page.contains("expires") ? std::optional(page["expires"].get<UnixMillis>()) : std::nullopt;
}

std::vector<std::string> personas_with_clients(const SocketAddress& http) {
  const auto page = nlohmann::json::parse(get_json(http, "/v1/personas"));
  std::vector<std::pair<std::uint64_t, std::string>> found;
  for (const auto& each : page.at("personas"))
    if (each.at("clients") > 0 && each.at("name") != kDefaultPersonaName)
      found.emplace_back(each.at("clients"), each.at("name"));
  std::ranges::sort(found, std::greater());
  std::vector<std::string> names;
  for (auto& [clients, name] : found) names.push_back(std::move(name));
  return names;
}

}  // namespace harbinger::test
