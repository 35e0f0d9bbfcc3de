// One request to a server's admin address.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <harbinger/result.h>

#include "net/http_url.h"
#include "server/ctl/command_line.h"

namespace harbinger::ctl {

using net::url_escaped;

struct HttpCall {
  std::string base;  ///< `http://HOST[:PORT]` or `https://HOST[:PORT]`, perhaps with a path that `target` is put behind
  std::string target;  ///< path and query
  std::string accept = "text/plain";
  std::optional<std::string> json = {};  ///< a body; a call with one is a POST, others are GETs
  std::string token = {};                ///< presented as a bearer token (RFC 6750 sec. 2.1); empty: none
  TlsWords tls = {};                     ///< for https
};

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

/// Errors: malformed (the URL), what is wrong with files of certificates, unreachable (and what does not speak HTTP), timeout, too_large (an answer over 16 MiB). Redirections are not followed.
Result<HttpAnswer> http_call(const HttpCall& call, std::chrono::milliseconds patience);

/// The sentence in which a page of ours says what is wrong: SENTENCE of `{"error": "SENTENCE"}`; empty for other bodies.
std::string sentence_in(const std::string& body);

}  // namespace harbinger::ctl
