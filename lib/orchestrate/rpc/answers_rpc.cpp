// Calls that are answered at once.
#include "orchestrate/rpc/answers.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <charconv>

#include <harbinger/orchestration/v1/orchestration.pb.h>
#include "orchestrate/rpc/convert.h"
#include "orchestrate/told_words.h"
#include "persona/rpc/status.h"

namespace harbinger::orchestrate {

namespace v1 = orchestration::v1;
using persona::status_of;

namespace {

constexpr std::size_t kMostPage = 1000, kUsualHistory = 100;
constexpr int kMostActs = 10'000;

void add_left(v1::ReportActivityResponse& response, std::string_view reason, std::uint64_t count) {
  if (count == 0) return;
  auto& left = *response.add_left();
  left.set_reason(std::string(reason));
  left.set_count(count);
}

// A page's token is the number that its predecessor ended with.
Result<std::uint64_t> last_number(const std::string& token) {
  std::uint64_t number = 0;
  const auto* end = token.data() + token.size();
  if (const auto [at, error] = std::from_chars(token.data(), end, number);
      token.empty() || (error == std::errc() && at == end))
    return number;
  return fail(ErrorCode::malformed, "a page's token is what the page before told");
}

}  // namespace

grpc::Status report_activity(const Calls& calls, const v1::ReportActivityRequest& request,
                             v1::ReportActivityResponse& response) {
  if (!calls.settings.report) return {grpc::StatusCode::UNIMPLEMENTED, "this server takes no reports"};
  if (request.acts_size() > kMostActs) return {grpc::StatusCode::RESOURCE_EXHAUSTED, "at most 10000 acts at a time"};
  std::vector<Need> needs;
  needs.reserve(static_cast<std::size_t>(request.acts_size()));  // records borrow from it
  std::vector<ActivityRecord> records;
  for (const auto& act : request.acts()) records.push_back(read_act(act, needs));
  const auto receipt = calls.settings.report(records);
  response.set_taken(receipt.taken);
  for (std::size_t i = 0; i < receipt.left.size(); ++i)
    add_left(response, to_string(static_cast<ActivityFault>(i)), receipt.left[i]);
  return grpc::Status::OK;
}

grpc::Status desired(const Calls& calls, const v1::User& who, v1::Desired& out) {
  const auto key = read_user(who, calls.settings);
  if (!key) return status_of(key.error());
  const auto user = calls.engine().user(*key);
  if (!user) return status_of(user.error());
  write(*user, calls.engine().plan(), out);
  return grpc::Status::OK;
}

grpc::Status list_plan(const Calls& calls, const v1::ListPlanRequest& request, v1::ListPlanResponse& response) {
  const auto last = last_number(request.page_token());
  if (!last) return status_of(last.error());
  auto plan = calls.engine().plan();
  std::erase_if(plan, [&](const Action& action) { return action.number <= *last; });
  std::ranges::sort(plan, {}, &Action::number);
  const auto wanted = request.page_size() == 0 ? kMostPage : std::min<std::size_t>(request.page_size(), kMostPage);
  const auto size = std::min(wanted, plan.size());
  for (std::size_t i = 0; i < size; ++i) write(plan[i], *response.add_actions());
  if (size < plan.size()) response.set_next_page_token(std::to_string(plan[size - 1].number));
  return grpc::Status::OK;
}

grpc::Status list_history(const Calls& calls, const v1::ListHistoryRequest& request,
                          v1::ListHistoryResponse& response) {
  const auto most = request.most() == 0 ? kUsualHistory : std::min<std::size_t>(request.most(), kMostPage);
  for (const auto& action : calls.engine().history(most)) write(action, *response.add_actions());
  return grpc::Status::OK;
}

grpc::Status decide(const Calls& calls, const v1::DecideRequest& request, v1::DecideResponse& response) {
  if (request.which_case() == v1::DecideRequest::kAll && request.all()) {
    if (!request.approve()) return {grpc::StatusCode::INVALID_ARGUMENT, "all can be approved only; deny one by one"};
    response.set_decided(calls.engine().approve_all());
    return grpc::Status::OK;
  }
  if (request.which_case() != v1::DecideRequest::kAction)
    return {grpc::StatusCode::INVALID_ARGUMENT, "say which action, or all"};
  const auto decided = calls.engine().approve(request.action(), request.approve());
  if (!decided) return status_of(decided.error());
  response.set_decided(1);
  return grpc::Status::OK;
}

grpc::Status claim(const Calls& calls, const v1::ClaimRequest& request, v1::ClaimResponse& response) {
  const auto user = read_user(request.user(), calls.settings);
  if (!user) return status_of(user.error());
  const auto need = read_need(request.need());
  if (!need) return status_of(need.error());
  const auto claimed = calls.engine().claim(*user, *need, request.request());
  if (!claimed) return status_of(claimed.error());
  response.set_id(claimed->id);
  response.set_was_ready(claimed->was_ready);
  for (const auto& address : addresses_of(claimed->reach)) response.add_addresses(address);
  response.set_why(claimed->why);
  return grpc::Status::OK;
}

grpc::Status release(const Calls& calls, const v1::ReleaseRequest& request) {
  const auto released = calls.engine().release(request.id());
  return released ? grpc::Status::OK : status_of(released.error());
}

grpc::Status explain(const Calls& calls, const v1::ExplainRequest& request, v1::ExplainResponse& response) {
  const auto why = calls.engine().why(request.action());
  if (!why) return status_of(why.error());
  for (const auto& sentence : *why) response.add_sentences(sentence);
  return grpc::Status::OK;
}

grpc::Status label(const Calls& calls, const v1::LabelRequest& request) {
  const auto user = read_user(request.user(), calls.settings);
  if (!user) return status_of(user.error());
  const auto said = read_label(request.attribute(), request.value());
  if (!said) return status_of(said.error());
  const auto done = calls.engine().label(*user, said->attribute, said->value);
  return done ? grpc::Status::OK : status_of(done.error());
}

}  // namespace harbinger::orchestrate
