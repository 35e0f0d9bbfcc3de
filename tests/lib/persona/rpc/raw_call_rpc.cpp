#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <harbinger/persona/v1/persona.grpc.pb.h>
#include "tests/lib/persona/rpc/raw_call.h"

namespace harbinger::test {

namespace {

const char* name_of(grpc::StatusCode code) {
  switch (code) {
    case grpc::OK:
      return "OK";
    case grpc::CANCELLED:
      return "CANCELLED";
    case grpc::INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case grpc::DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    case grpc::PERMISSION_DENIED:
      return "PERMISSION_DENIED";
    case grpc::UNAUTHENTICATED:
      return "UNAUTHENTICATED";
    case grpc::RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case grpc::UNIMPLEMENTED:
      return "UNIMPLEMENTED";
    case grpc::UNAVAILABLE:
      return "UNAVAILABLE";
    default:
      return "other";
  }
}

std::string text_of(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string text;
  if (!buffer.Dump(&slices).ok()) return text;
  for (const auto& slice : slices) text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return text;
}

// Waits for the one thing that was begun.
bool next(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

}  // namespace

RawAnswer raw_call(const std::string& address, const std::string& method, const std::vector<std::string>& requests,
                   const std::map<std::string, std::string>& metadata, std::size_t most, bool silent) {
  const auto channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
  const auto call = stub.PrepareCall(&context, method, &queue);
  call->StartCall(&queue);
  bool going = next(queue);
  for (std::size_t i = 0; i < requests.size() && going; ++i) {
    const grpc::Slice slice(requests[i]);
    call->Write(grpc::ByteBuffer(&slice, 1), &queue);
    going = next(queue);
  }
  if (going && !silent) {
    call->WritesDone(&queue);
    next(queue);
  }
  RawAnswer answer;
  for (grpc::ByteBuffer got; answer.octets.size() < most; got.Clear()) {
    call->Read(&got, &queue);
    if (!next(queue)) break;
    answer.octets.push_back(text_of(got));
  }
  if (answer.octets.size() == most) context.TryCancel();
  grpc::Status status;
  call->Finish(&status, &queue);
  next(queue);
  answer.code = name_of(status.error_code());
  answer.message = status.error_message();
  queue.Shutdown();
  while (next(queue)) continue;
  return answer;
}

struct StuckWatcher::Impl {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<persona::v1::PersonaEngine::Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<persona::v1::WatchResponse>> reader;
};

StuckWatcher::StuckWatcher(const std::string& address) : impl_(new Impl) {
  impl_->channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  impl_->stub = persona::v1::PersonaEngine::NewStub(impl_->channel);
  impl_->reader = impl_->stub->Watch(&impl_->context, {});
}

StuckWatcher::~StuckWatcher() {
  impl_->context.TryCancel();
  static_cast<void>(impl_->reader->Finish());
  delete impl_;
}

std::string empty_batch(std::size_t parts) {
  persona::v1::ReportRequest request;
  for (std::size_t i = 0; i < parts; ++i) request.add_events();
  return request.SerializeAsString();
}

}  // namespace harbinger::test
