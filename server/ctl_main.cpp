// harbingerctl: shows the hints of any server, why and what a harbinger does, its personas, endpoints, edges, mirrors, instances and plans.
#include <iostream>

#include "server/ctl/ask.h"
#include "server/ctl/command_line.h"
#include "server/ctl/complain.h"
#include "server/ctl/hint_table.h"
#include "server/ctl/http_call.h"
#include "server/ctl/page.h"
#include "server/ctl/persona.h"
#include "server/ctl/plan.h"
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

int show_why(const CommandLine& line) {
  const auto target =
      "/prefetch/why?name=" + url_escaped(line.name.to_string()) + "&client=" + url_escaped(line.client);
  return print_page(line, {target, "prefetch"});
}

int show_why_endpoint(const CommandLine& line) {
  auto target = "/steer/why?name=" + url_escaped(line.name.to_string()) + "&client=" + url_escaped(line.client);
  if (!line.as_persona.empty()) target += "&persona=" + url_escaped(line.as_persona);
  return print_page(line, {target, "cdn_select"});
}

int show_why_mirror(const CommandLine& line) {
  auto target = "/pdme/why?name=" + url_escaped(line.name.to_string());
  if (!line.cluster.empty()) target += "&cluster=" + url_escaped(line.cluster);
  return print_page(line, {target, "mirroring"});
}

int show_status(const CommandLine& line) {
  return show_page(line, {"/metrics", "metrics"}, [&](const std::string& body) {
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
      return print_page(*line, {"/steer/endpoints", "cdn_select"});
    case Command::edges:
      return print_page(*line, {"/v1/edges", "edges"});
    case Command::why_endpoint:
      return show_why_endpoint(*line);
    case Command::mirrors:
      return print_page(*line, {"/pdme/mirrors", "mirroring"});
    case Command::why_mirror:
      return show_why_mirror(*line);
    case Command::pools:
      return print_page(*line, {"/v1/pools", "vm_provisioning"});
    case Command::instances:
      return print_page(*line, {"/v1/instances", "vm_provisioning"});
    case Command::why_scale:
      return print_page(*line, {"/v1/why-scale?pool=" + url_escaped(line->pool), "vm_provisioning"});
    case Command::plan:
    case Command::apply:
    case Command::deny:
    case Command::history:
    case Command::why_plan:
    case Command::label:
      return run_plan(*line);
  }
}
