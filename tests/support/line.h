// A plugin that answers when the test tells it to.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <harbinger/records.h>

#include "tests/support/probe_plugin.h"

namespace harbinger::test {

/// Serves when the test says so: each question waits in line.
struct Line {
  struct Waiting {
    Name name;
    std::function<void(Reply)> answer;
  };
  std::vector<Waiting> waiting;

  ProbeRoles roles(std::function<void(const Query&)> look = {}) {
    ProbeRoles made;
    made.serve = [this, look](const Query& query, Next) -> Task<Reply> {
      if (look) look(query);
      return wait_for(query);
    };
    return made;
  }

  void answer_all(const Reply& reply) {
    const auto now = std::exchange(waiting, {});
    for (const auto& each : now) each.answer(reply);
  }

 private:
  Task<Reply> wait_for(const Query& query) {
    std::optional<Reply> reply;
    auto begin = [&](std::function<void()> resume) {
      waiting.push_back({query.name(), [&reply, resume](Reply given) {
                           reply.emplace(std::move(given));
                           resume();
                         }});
    };
    co_await Suspend(std::move(begin));
    co_return std::move(*reply);
  }
};

/// One TXT record of example.org.
inline Reply with_answer(std::uint32_t ttl, const std::string& text = "x") {
  Reply reply = Reply::with(Rcode::NOERROR);
  reply.add_answer({Name::parse("example.org.").value(), RRType::TXT, RRClass::IN, ttl, txt_rdata(text)});
  return reply;
}

}  // namespace harbinger::test
