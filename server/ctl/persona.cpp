#include "server/ctl/persona.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <nlohmann/json.hpp>

#include "server/ctl/complain.h"
#include "server/ctl/http_call.h"
#include "server/ctl/token.h"

namespace harbinger::ctl {
namespace {

using nlohmann::json;

constexpr const char* kPages = "/v1/personas";
constexpr const char* kJson = "application/json";

// What a change says in its body, and what has come of it: `gamer is called player now`.
struct Change {
  const char* verb;
  const char* field;
  const char* other_field;  // null: the change names one persona
  const char* done;         // between the two names
  const char* done_end;
};
constexpr std::array<Change, 5> kChanges{{
    {"rename", "persona", "name", " is called ", " now"},
    {"pin", "persona", nullptr, " is pinned: it is never merged, split or renamed by itself", ""},
    {"unpin", "persona", nullptr, " is pinned no more", ""},
    {"split", "persona", "name", " is two personas now, itself and ", ""},
    {"merge", "from", "into", " is gone; its clients are of ", " now"},
}};

const Change* change_of(const std::string& verb) {
  const auto found = std::ranges::find_if(kChanges, [&](const Change& each) { return each.verb == verb; });
  return found == kChanges.end() ? nullptr : &*found;
}

HttpCall call_of(const CommandLine& line, const std::string& token) {
  const auto& [verb, first, second] = line.persona;
  HttpCall call{.base = line.url, .target = kPages, .token = token, .tls = line.tls};
  if (const auto* change = change_of(verb)) {
    json body{{change->field, first}};
    if (change->other_field != nullptr) body[change->other_field] = second;
    call.target += '/' + verb;
    call.json = body.dump();
  }
  if (verb == "show") call.target += "?persona=" + url_escaped(first);
  if (verb == "explain") call.target += "/explain?client=" + url_escaped(first);
  // Changes are answered in JSON in any case.
  if (line.json || call.json) call.accept = kJson;
  return call;
}

// What a server that is none of ours writes may be a page long.
std::string first_line_of(const std::string& body) {
  return body.substr(0, std::min(body.find('\n'), std::size_t{200}));
}

int say_no(const CommandLine& line, const HttpAnswer& answer) {
  const auto sentence = sentence_in(answer.body);
  if (answer.status == 401) return wants_token(line);
  if (!sentence.empty()) return complain(kNothing, sentence);
  if (answer.status == 404 || answer.status == 405)
    return complain(kNothing,
                    line.url + " knows no " + kPages + ": is there a persona engine at " + line.url + "? (--url)");
  return complain(kNothing, line.url + " answers " + std::to_string(answer.status) + ": " + first_line_of(answer.body));
}

int say_done(const CommandLine& line, const HttpAnswer& answer) {
  const auto& [verb, first, second] = line.persona;
  const auto* change = change_of(verb);
  if ((line.json || change != nullptr) && !json::accept(answer.body))
    return complain(kNoAnswer, line.url + " answers with something that is not JSON: is it a persona engine?");
  if (change != nullptr && !line.json)
    std::cout << first << change->done << second << change->done_end << '\n';
  else
    std::cout << answer.body;
  return kDone;
}

}  // namespace

int run_persona(const CommandLine& line) {
  const auto token = token_of(line);
  if (!token) return complain(kWrongFlags, "--token-file: " + token.error().to_string());
  const auto answer = http_call(call_of(line, *token), line.patience);
  if (!answer) return complain(kNoAnswer, answer.error().message);
  return answer->status == 200 ? say_done(line, *answer) : say_no(line, *answer);
}

}  // namespace harbinger::ctl
