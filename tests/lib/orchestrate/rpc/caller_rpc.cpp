#include "tests/lib/orchestrate/rpc/caller.h"

#include <google/protobuf/text_format.h>
#include <grpcpp/grpcpp.h>

#include <array>
#include <functional>
#include <stdexcept>

#include <harbinger/orchestration/v1/orchestration.grpc.pb.h>
#include "tests/support/scratch.h"

namespace harbinger::test {

namespace v1 = orchestration::v1;

namespace {

constexpr std::array kCodes{
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

Ended ended(const grpc::Status& status, const std::string& text = {}) {
  return {kCodes.at(static_cast<std::size_t>(status.error_code())), status.error_message(), text};
}

template <class Request>
Request read(const std::string& text) {
  Request request;
  if (!google::protobuf::TextFormat::ParseFromString(text, &request))
    throw std::runtime_error("no such request: " + text);
  return request;
}

void prepare(grpc::ClientContext& context, const std::string& token) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
}

std::shared_ptr<grpc::ChannelCredentials> credentials(const std::optional<CallerTls>& tls) {
  if (!tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = read_text(tls->ca);
  if (tls->certificate) options.pem_cert_chain = read_text(*tls->certificate);
  if (tls->key) options.pem_private_key = read_text(*tls->key);
  return grpc::SslCredentials(options);
}

template <class Response>
class Read final : public Caller::Stream {
 public:
  template <class Begin>
  Read(const std::string& token, Begin begin) {
    prepare(context_, token);
    reader_ = begin(context_);
  }
  ~Read() override {
    context_.TryCancel();
    if (!over_) static_cast<void>(reader_->Finish());
  }
  std::optional<std::string> next() override {
    Response said;
    if (!reader_->Read(&said)) return std::nullopt;
    return said.ShortDebugString();
  }
  Ended end() override {
    over_ = true;
    return ended(reader_->Finish());
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<Response>> reader_;
  bool over_ = false;
};

}  // namespace

struct Caller::Impl {
  using Stub = v1::Orchestration::Stub;
  template <class Request, class Response>
  using Method = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, Response*);

  std::string token;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<Stub> stub = v1::Orchestration::NewStub(channel);
  std::map<std::string, std::function<Ended(const std::string&)>> calls{};

  template <class Request, class Response>
  void add(const std::string& name, Method<Request, Response> method) {
    calls[name] = [this, method](const std::string& text) {
      grpc::ClientContext context;
      prepare(context, token);
      Response response;
      const auto status = (stub.get()->*method)(&context, read<Request>(text), &response);
      return ended(status, response.ShortDebugString());
    };
  }
};

Caller::Caller(const std::string& address, const std::string& token, const std::optional<CallerTls>& tls) {
  grpc::ChannelArguments arguments;
  if (tls) arguments.SetSslTargetNameOverride("dns.example");
  // Else tests with different credentials would share connections.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  impl_.reset(new Impl{token, grpc::CreateCustomChannel(address, credentials(tls), arguments)});
  using Stub = v1::Orchestration::Stub;
  impl_->add("ReportActivity", &Stub::ReportActivity);
  impl_->add("GetDesired", &Stub::GetDesired);
  impl_->add("ListPlan", &Stub::ListPlan);
  impl_->add("ListHistory", &Stub::ListHistory);
  impl_->add("Decide", &Stub::Decide);
  impl_->add("Claim", &Stub::Claim);
  impl_->add("Release", &Stub::Release);
  impl_->add("Explain", &Stub::Explain);
  impl_->add("Label", &Stub::Label);
}

Caller::~Caller() = default;

Ended Caller::call(const std::string& call, const std::string& request) const { return impl_->calls.at(call)(request); }

std::unique_ptr<Caller::Stream> Caller::watch_plan() const {
  return std::make_unique<Read<v1::WatchPlanResponse>>(
      impl_->token, [&](auto& context) { return impl_->stub->WatchPlan(&context, {}); });
}

std::unique_ptr<Caller::Stream> Caller::watch_desired(const std::string& request) const {
  return std::make_unique<Read<v1::WatchDesiredResponse>>(impl_->token, [&](auto& context) {
    return impl_->stub->WatchDesired(&context, read<v1::WatchDesiredRequest>(request));
  });
}

}  // namespace harbinger::test
