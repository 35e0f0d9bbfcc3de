// harbingerctl: shows the hints of any server, why and what a harbinger does, its personas, its endpoints and its edges.
#include <functional>
#include <iostream>

#include "server/ctl/ask.h"
#include "server/ctl/command_line.h"
#include "server/ctl/complain.h"
#include "server/ctl/hint_table.h"
#include "server/ctl/http_call.h"
#include "server/ctl/persona.h"
#include "server/ctl/status.h"

using namespace harbinger;
using namespace harbinger::ctl;

namespace {

int no_answer(const std::string& what) { return complain(kNoAnswer, what); }

std::vector<std::uint8_t> packed(const HintRequest& request) {
  std::vector<std::uint8_t> option(4 + kHintRequestSize);
  option[0] = kHintCode >> 8;
  option[1] = kHintCode & 0xff;
  option[3] = kHintRequestSize;
  write_hint_request(request, std::span(option).subspan(4));
  return option;
}

int show_hints(const CommandLine& line) {
  const auto octets =
      ask(line.server, {line.name, line.type, RRClass::IN}, packed(line.request), line.tcp, line.patience);
  if (!octets) return no_answer(octets.error().message);
  const auto reply = Message::parse(*octets).value();
  std::cout << line.name.to_string() << ' ' << to_string(line.type) << " from " << line.server.to_string() << ": "
            << to_string(reply.rcode()) << '\n';
  const auto tables = hint_tables(reply);
  std::cout << tables.text;
  if (!tables.well_formed) return no_answer("the server's hints are malformed, or of a version that is not known here");
  if (tables.hints > 0) return kDone;
  std::cout << "no hints\n";
  return kNothing;
}

int show_page(const CommandLine& line, const std::string& target, const char* who_answers,
              const std::function<int(const std::string&)>& show) {
  const auto answer = http_call({line.url, target, line.json ? "application/json" : "text/plain"}, line.patience);
  if (!answer) return no_answer(answer.error().message);
  if (answer->status == 200) return show(answer->body);
  if (answer->status == 404 && answer->body.find(who_answers) == std::string::npos)
    return complain(kNothing, line.url + " knows no " + target.substr(0, target.find('?')) + ": is the plugin `" +
                                  who_answers + "` there?");
  return complain(kNothing, line.url + " answers " + std::to_string(answer->status) + ": " + answer->body);
}

int print(const std::string& body) {
  std::cout << body << (body.ends_with('\n') ? "" : "\n");
  return kDone;
}

int show_why(const CommandLine& line) {
  const auto target =
      "/prefetch/why?name=" + url_escaped(line.name.to_string()) + "&client=" + url_escaped(line.client);
  return show_page(line, target, "prefetch", print);
}

int show_why_endpoint(const CommandLine& line) {
  auto target = "/steer/why?name=" + url_escaped(line.name.to_string()) + "&client=" + url_escaped(line.client);
  if (!line.as_persona.empty()) target += "&persona=" + url_escaped(line.as_persona);
  return show_page(line, target, "cdn_select", print);
}

int show_status(const CommandLine& line) {
  return show_page(line, "/metrics", "metrics", [&](const std::string& body) {
    const auto text = status_text(body);
    if (text.empty()) return no_answer(line.url + " has no metrics of a harbinger");
    std::cout << text;
    return int{kDone};
  });
}

}  // namespace

int main(int argc, char** argv) {
  const auto line = parse_command_line(argc, argv);
  if (!line) return line.error();
  switch (line->command) {
    case Command::hints:
      return show_hints(*line);
    case Command::why:
      return show_why(*line);
    case Command::status:
      return show_status(*line);
    case Command::persona:
      return run_persona(*line);
    case Command::endpoints:
      return show_page(*line, "/steer/endpoints", "cdn_select", print);
    case Command::edges:
      return show_page(*line, "/v1/edges", "edges", print);
    case Command::why_endpoint:
      return show_why_endpoint(*line);
  }
}
