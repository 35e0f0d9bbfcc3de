// What requests say, and how their trouble is answered.
#pragma once

#include <cstdint>
#include <string_view>

#include <harbinger/http.h>
#include <harbinger/result.h>
#include "orchestrate/told_words.h"
#include "plugins/orchestration/intake.h"

namespace harbinger::orchestration {

HttpResponse as_json(unsigned status, std::string text);
/// `{"error": "..."}`, with the status that fits.
HttpResponse trouble(const Error& error);
HttpResponse trouble(unsigned status, std::string_view what);

/// The user of `user=KEY` or `name=NAME`. Errors say what would be right.
Result<orchestrate::ActorKey> user_of(const HttpRequest& request, const Intake& intake);
/// A whole number in the query: "action" and its like.
Result<std::uint64_t> number_of(const HttpRequest& request, std::string_view word);

/// What a body of JSON says; errors name the field.
struct ClaimBody {
  orchestrate::ActorKey user = 0;
  orchestrate::Need need{};
  std::string request{};
};
Result<ClaimBody> read_claim(std::string_view body, const Intake& intake);
struct LabelBody {
  orchestrate::ActorKey user = 0;
  orchestrate::Label label{};
};
Result<LabelBody> read_label_body(std::string_view body, const Intake& intake);

}  // namespace harbinger::orchestration
