// From a choice to a reply: the second identifier.
#pragma once

#include <chrono>

#include <harbinger/query.h>
#include <harbinger/reply.h>
#include "steer/pool.h"
#include "steer/state_table.h"

namespace harbinger::cdn_select {

struct AnswerSettings {
  std::chrono::seconds shortest{5}, longest{60};  ///< TTLs
  bool cname = true;  ///< names an endpoint's target where it has one; else its addresses are the client's name's own
  Name zone{};        ///< that answers without a record are said to be of
};

/// By how often the choice changed of late: `longest` where it did not, `shortest` where it did again and again, or is a backup.
std::chrono::seconds ttl_of(const AnswerSettings& settings, const steer::Choice& choice);

/// A and AAAA: the first endpoint's target as CNAME with its addresses, or the addresses of all. SVCB and HTTPS (RFC 9460): one record for each, best
/// first. Other types: the CNAME, or nothing. An empty choice is an answer without a record.
Reply answer(const Query& query, const steer::Choice& choice, const steer::StateTable& states,
             const AnswerSettings& settings);

}  // namespace harbinger::cdn_select
