#include "server/ctl/page.h"

#include <iostream>

#include "server/ctl/complain.h"
#include "server/ctl/http_call.h"
#include "server/ctl/token.h"

namespace harbinger::ctl {
namespace {

// Files that are named and not there, or wrong, are wrong flags.
Exit exit_for(const Error& error) {
  const bool flags = error.code == ErrorCode::not_found || error.code == ErrorCode::conflict;
  return flags ? kWrongFlags : kNoAnswer;
}

}  // namespace

int show_page(const CommandLine& line, const PageCall& call, const std::function<int(const std::string&)>& show) {
  auto token = token_of(line);
  if (!token) return complain(kWrongFlags, "--token-file: " + token.error().to_string());
  const auto answer = http_call({.base = line.url,
                                 .target = call.target,
                                 .accept = line.json ? "application/json" : "text/plain",
                                 .json = call.posts,
                                 .token = std::move(*token),
                                 .tls = line.tls},
                                line.patience);
  if (!answer) return complain(exit_for(answer.error()), answer.error().message);
  if (answer->status == 200) return show(answer->body);
  if (answer->status == 401) return wants_token(line);
  if (answer->status == 404 && answer->body.find(call.who_answers) == std::string::npos)
    return complain(kNothing, line.url + " knows no " + call.target.substr(0, call.target.find('?')) +
                                  ": is the plugin `" + call.who_answers + "` there?");
  const auto sentence = sentence_in(answer->body);
  return complain(kNothing, line.url + " answers " + std::to_string(answer->status) + ": " +
                                (sentence.empty() ? answer->body : sentence));
}

int print_page(const CommandLine& line, const PageCall& call) {
  return show_page(line, call, [](const std::string& body) {
    std::cout << body << (body.ends_with('\n') ? "" : "\n");
    return int{kDone};
  });
}

}  // namespace harbinger::ctl
