// From a plugin's reply to the form that is kept and sent.
#pragma once

#include "chain/answer_key.h"
#include "chain/kept_answer.h"

namespace harbinger {

/// `answer` can always be sent; `keep` says whether it may be kept for others, under `key`.
struct Encoded {
  KeptAnswerRef answer;
  FactReads facts;  ///< what the answer depends on
  bool keep = false;
  bool share = true;  ///< may go to others who asked the same meanwhile
};

/// Applies the rules of a chain's `cache` directive: TTL limits, negative TTLs (RFC 2308 sec. 5), failures (RFC 9520 sec. 3.2: at least
/// 1 s). A reply of more than 65535 octets, or with a bad record, becomes SERVFAIL. `key` is narrowed to the facts.
Encoded encode(const Reply& reply, const Query& query, AnswerKey& key, const ServeRecord& record,
               const CacheConfig& rules, MonotonicTime now);

}  // namespace harbinger
