#include "tests/lib/provision/rpc/caller.h"

#include <grpcpp/grpcpp.h>

#include <externalscaler/externalscaler.grpc.pb.h>
#include <harbinger/provisioning/v1/provisioning.grpc.pb.h>
#include "tests/support/scratch.h"

namespace harbinger::test {

namespace v1 = provisioning::v1;

namespace {

const char* name_of(grpc::StatusCode code) {
  switch (code) {
    case grpc::OK:
      return "OK";
    case grpc::INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case grpc::NOT_FOUND:
      return "NOT_FOUND";
    case grpc::PERMISSION_DENIED:
      return "PERMISSION_DENIED";
    case grpc::UNAUTHENTICATED:
      return "UNAUTHENTICATED";
    case grpc::RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case grpc::FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case grpc::UNIMPLEMENTED:
      return "UNIMPLEMENTED";
    case grpc::UNAVAILABLE:
      return "UNAVAILABLE";
    case grpc::CANCELLED:
      return "CANCELLED";
    case grpc::DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    default:
      return "other";
  }
}

Ended ended(const grpc::Status& status) { return {name_of(status.error_code()), status.error_message()}; }

ToldInstance told(const v1::Instance& instance) {
  ToldInstance told{instance.id(), instance.pool(), v1::Step_Name(instance.step()).substr(5), {}, instance.port(), {}};
  told.addresses.assign(instance.addresses().begin(), instance.addresses().end());
  told.text = instance.ShortDebugString();
  return told;
}

std::shared_ptr<grpc::ChannelCredentials> credentials(const std::optional<CallerTls>& tls) {
  if (!tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = read_text(tls->ca);
  if (tls->certificate) options.pem_cert_chain = read_text(*tls->certificate);
  if (tls->key) options.pem_private_key = read_text(*tls->key);
  return grpc::SslCredentials(options);
}

externalscaler::ScaledObjectRef object_of(const Trigger& trigger) {
  externalscaler::ScaledObjectRef object;
  object.set_name("shop");
  object.set_namespace_("default");
  object.mutable_scalermetadata()->insert(trigger.begin(), trigger.end());
  return object;
}

Caller::Stream::News news_of(const v1::WatchResponse& said) {
  Caller::Stream::News news;
  for (const auto& each : said.instances()) news.instances.push_back(told(each));
  news.complete = said.complete();
  return news;
}

Caller::Stream::News news_of(const externalscaler::IsActiveResponse& said) { return {{}, false, said.result()}; }

void prepare(grpc::ClientContext& context, const std::string& token) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
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
  std::optional<News> next() override {
    Response said;
    if (!reader_->Read(&said)) return std::nullopt;
    return news_of(said);
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
  std::string token;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::Provisioning::Stub> provisioning = v1::Provisioning::NewStub(channel);
  std::unique_ptr<externalscaler::ExternalScaler::Stub> scaler = externalscaler::ExternalScaler::NewStub(channel);

  template <class Call>
  Ended call(Call call) const {
    grpc::ClientContext context;
    prepare(context, token);
    return ended(call(&context));
  }

  Registered ask(const v1::RegisterRequest& request) const {
    v1::RegisterResponse response;
    const auto end = call([&](auto* context) { return provisioning->Register(context, request, &response); });
    return {end, told(response.instance()), response.tag(), response.why()};
  }
};

Caller::Caller(const std::string& address, const std::string& token, const std::optional<CallerTls>& tls) {
  grpc::ChannelArguments arguments;
  if (tls) arguments.SetSslTargetNameOverride("dns.example");
  // Else tests with different credentials would share connections.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  impl_.reset(new Impl{token, grpc::CreateCustomChannel(address, credentials(tls), arguments)});
}

Caller::~Caller() = default;

Registered Caller::register_tag(const std::string& tag, const std::string& pool) const {
  v1::RegisterRequest request;
  request.set_tag(tag);
  request.set_pool(pool);
  return impl_->ask(request);
}

Registered Caller::register_profile(const std::string& location, std::uint32_t persona, const std::string& pool) const {
  v1::RegisterRequest request;
  request.mutable_profile()->set_location(location);
  request.mutable_profile()->set_persona(persona);
  request.set_pool(pool);
  return impl_->ask(request);
}

Registered Caller::register_nobody(const std::string& pool) const {
  v1::RegisterRequest request;
  request.set_pool(pool);
  return impl_->ask(request);
}

Listed Caller::list(const std::string& pool, std::uint32_t page_size, const std::string& page_token) const {
  v1::ListRequest request;
  request.set_pool(pool);
  request.set_page_size(page_size);
  request.set_page_token(page_token);
  v1::ListResponse response;
  Listed listed{
      impl_->call([&](auto* context) { return impl_->provisioning->List(context, request, &response); }), {}, {}, {}};
  for (const auto& each : response.instances()) listed.instances.push_back(told(each));
  for (const auto& each : response.pools()) listed.pools.push_back(each.name());
  listed.next = response.next_page_token();
  return listed;
}

Ended Caller::release(const std::string& id) const {
  v1::ReleaseRequest request;
  request.set_id(id);
  v1::ReleaseResponse response;
  return impl_->call([&](auto* context) { return impl_->provisioning->Release(context, request, &response); });
}

Measured Caller::is_active(const Trigger& trigger) const {
  externalscaler::IsActiveResponse response;
  const auto end =
      impl_->call([&](auto* context) { return impl_->scaler->IsActive(context, object_of(trigger), &response); });
  return {end, response.result(), {}, 0, 0};
}

Measured Caller::metric_spec(const Trigger& trigger) const {
  externalscaler::GetMetricSpecResponse response;
  const auto end =
      impl_->call([&](auto* context) { return impl_->scaler->GetMetricSpec(context, object_of(trigger), &response); });
  if (response.metricspecs_size() != 1) return {end, false, {}, 0, 0};
  const auto& spec = response.metricspecs(0);
  return {end, false, spec.metricname(), spec.targetsize(), spec.targetsizefloat()};
}

Measured Caller::metrics(const Trigger& trigger, const std::string& metric) const {
  externalscaler::GetMetricsRequest request;
  *request.mutable_scaledobjectref() = object_of(trigger);
  request.set_metricname(metric);
  externalscaler::GetMetricsResponse response;
  const auto end = impl_->call([&](auto* context) { return impl_->scaler->GetMetrics(context, request, &response); });
  if (response.metricvalues_size() != 1) return {end, false, {}, 0, 0};
  const auto& value = response.metricvalues(0);
  return {end, false, value.metricname(), value.metricvalue(), value.metricvaluefloat()};
}

std::unique_ptr<Caller::Stream> Caller::watch(const std::string& pool) const {
  v1::WatchRequest request;
  request.set_pool(pool);
  return std::make_unique<Read<v1::WatchResponse>>(
      impl_->token, [&](auto& context) { return impl_->provisioning->Watch(&context, request); });
}

std::unique_ptr<Caller::Stream> Caller::watch_active(const Trigger& trigger) const {
  return std::make_unique<Read<externalscaler::IsActiveResponse>>(
      impl_->token, [&](auto& context) { return impl_->scaler->StreamIsActive(&context, object_of(trigger)); });
}

}  // namespace harbinger::test
