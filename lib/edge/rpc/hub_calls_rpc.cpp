#include "edge/rpc/hub_calls.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message_lite.h>
#include <google/protobuf/wire_format_lite.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <harbinger/edge/v1/edge.pb.h>
#include "edge/rpc/convert.h"
#include "persona/rpc/credentials.h"

namespace harbinger::edge {

namespace {

// Parts are the only fields of ours that have a length, but for a few. Half a megabyte of empty ones would take twenty as objects.
std::size_t parts_of(Octets& octets) {
  using google::protobuf::internal::WireFormatLite;
  grpc::ProtoBufferReader reader(&octets);
  google::protobuf::io::CodedInputStream in(&reader);
  std::size_t parts = 0;
  while (const auto tag = in.ReadTag()) {
    if (WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED) ++parts;
    if (!WireFormatLite::SkipField(&in, tag)) break;
  }
  return parts;
}

}  // namespace

HubCalls::HubCalls(std::shared_ptr<EdgeHost> edge_host, ReportSinks report_sinks, const HubServerSettings& hub_settings,
                   std::optional<persona::Tokens> tokens)
    : host(std::move(edge_host)),
      sinks(std::move(report_sinks)),
      settings(hub_settings),
      counts(settings.metrics),
      tokens_(std::move(tokens)) {}

grpc::Status HubCalls::admit(const grpc::CallbackServerContext& context, persona::Scope needed) const {
  if (!tokens_) return grpc::Status::OK;
  const auto token = persona::bearer_token(context);
  const auto scope = tokens_->scope_of(token);
  if (!scope) return persona::unknown_token(context, token, settings.log, "server");
  if (*scope == persona::Scope::report && needed != persona::Scope::report)
    return {grpc::StatusCode::PERMISSION_DENIED, "this token may report latencies and events only"};
  return grpc::Status::OK;
}

bool HubCalls::add(const std::shared_ptr<LiveSession>& session) {
  const std::lock_guard lock(mutex_);
  if (draining_ || sessions_.size() >= settings.most_sessions) return false;
  return sessions_.emplace(session.get(), session).second;
}

void HubCalls::remove(const LiveSession* session) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(session);
}

void HubCalls::drain() {
  std::vector<std::shared_ptr<LiveSession>> open;
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    for (const auto& [key, session] : sessions_)
      if (auto alive = session.lock()) open.push_back(std::move(alive));
  }
  for (const auto& session : open) session->close("the server is going down");
}

grpc::Status parse(const Octets& octets, google::protobuf::MessageLite& message) {
  constexpr std::size_t kOthers = 4;
  Octets copy(octets);  // shares the memory
  if (const auto parts = parts_of(copy); parts > kMostParts + kOthers)
    return {grpc::StatusCode::INVALID_ARGUMENT,
            "a message of " + std::to_string(parts) + " parts; at most " + std::to_string(kMostParts) + " are taken"};
  grpc::ProtoBufferReader reader(&copy);
  if (!message.ParseFromZeroCopyStream(&reader))
    return {grpc::StatusCode::INVALID_ARGUMENT, "this is no " + message.GetTypeName()};
  return grpc::Status::OK;
}

Octets octets_of(const google::protobuf::MessageLite& message) {
  const auto text = message.SerializeAsString();
  const grpc::Slice slice(text);
  return {&slice, 1};
}

namespace {

// A message of reports, of which those are taken that are well formed and that the sink has use for. `what` is what nobody here learns, where there is no sink.
template <class Request, class Response, class Sink>
grpc::Status take_reports(const HubCalls& calls, const Sink& sink, const char* what, const Octets& request,
                          Octets& response) {
  if (!sink) return {grpc::StatusCode::UNIMPLEMENTED, std::string("this server learns no ") + what};
  Request said;
  if (auto status = parse(request, said); !status.ok()) {
    calls.counts.messages.add();
    return status;
  }
  std::vector<typename std::decay_t<decltype(read(said.reports(0)))>::value_type> reports;
  for (const auto& each : said.reports()) {
    auto report = read(each);
    if (calls.counts.count(HubCounts::What::report, report ? Found::fine : Found::refused))
      reports.push_back(std::move(*report));
  }
  const auto taken = reports.empty() ? 0 : std::min(sink(reports), reports.size());
  Response answer;
  answer.set_taken(taken);
  answer.set_rejected(static_cast<std::uint64_t>(said.reports_size()) - taken);
  response = octets_of(answer);
  return grpc::Status::OK;
}

}  // namespace

grpc::ServerUnaryReactor* begin_latencies(const std::shared_ptr<HubCalls>& calls, grpc::CallbackServerContext* context,
                                          const Octets& request, Octets& response) {
  auto status = calls->admit(*context, persona::Scope::report);
  if (status.ok())
    status = take_reports<v1::ReportLatenciesRequest, v1::ReportLatenciesResponse>(*calls, calls->sinks.latencies,
                                                                                   "ways", request, response);
  auto* reactor = context->DefaultReactor();
  reactor->Finish(std::move(status));
  return reactor;
}

grpc::ServerUnaryReactor* begin_events(const std::shared_ptr<HubCalls>& calls, grpc::CallbackServerContext* context,
                                       const Octets& request, Octets& response) {
  auto status = calls->admit(*context, persona::Scope::report);
  if (status.ok())
    status = take_reports<v1::ReportEventsRequest, v1::ReportEventsResponse>(*calls, calls->sinks.events, "events",
                                                                             request, response);
  auto* reactor = context->DefaultReactor();
  reactor->Finish(std::move(status));
  return reactor;
}

}  // namespace harbinger::edge
