#include <grpcpp/grpcpp.h>

#include <limits>

#include <harbinger/edge/v1/edge.grpc.pb.h>
#include "tests/lib/edge/rpc/raw_words.h"

namespace harbinger::test {

namespace v1 = edge::v1;

std::string hello_octets(const std::string& name) {
  v1::SessionRequest said;
  said.mutable_hello()->set_name(name);
  return said.SerializeAsString();
}

std::string empty_latencies(std::size_t parts) {
  v1::SessionRequest said;
  for (std::size_t i = 0; i < parts; ++i) said.add_latencies();
  return said.SerializeAsString();
}

std::string empty_reports(std::size_t parts) {
  v1::ReportLatenciesRequest said;
  for (std::size_t i = 0; i < parts; ++i) said.add_reports();
  return said.SerializeAsString();
}

std::string absurd_words() {
  constexpr auto kMost64 = std::numeric_limits<std::uint64_t>::max();
  v1::SessionRequest said;
  auto& status = *said.mutable_status();
  status.set_load(1e300);
  status.set_requests(10);
  status.set_hits(kMost64);
  status.set_bytes_served(kMost64);
  status.set_jobs_waiting(std::numeric_limits<std::uint32_t>::max());

  auto& good = *said.add_latencies();
  good.set_client(std::string("\xc0\x00\x02\x07", 4));
  good.set_rtt_ms(20);
  for (const float rtt : {std::numeric_limits<float>::quiet_NaN(), -1.0F, 1e9F}) {
    said.add_latencies()->CopyFrom(good);
    said.mutable_latencies(said.latencies_size() - 1)->set_rtt_ms(rtt);
  }
  said.add_latencies()->CopyFrom(good);
  said.mutable_latencies(4)->set_client("\x01\x02\x03");

  auto& access = *said.add_accesses();
  access.set_at_ms(std::numeric_limits<std::int64_t>::min());
  access.set_resource("https://example.org/");
  auto& done = *said.add_done();
  done.set_resource("https://example.org/");  // without an outcome
  said.add_lines()->set_context("two words\n\xff");
  return said.SerializeAsString();
}

std::string bad_status(double load) {
  v1::SessionRequest said;
  said.mutable_status()->set_load(load);
  return said.SerializeAsString();
}

std::string report_octets(const std::string& clients, const std::string& endpoint, float rtt_ms, unsigned ttl_s) {
  v1::ReportLatenciesRequest said;
  auto& report = *said.add_reports();
  report.set_clients(clients);
  report.set_endpoint(endpoint);
  report.set_rtt_ms(rtt_ms);
  report.set_ttl_s(ttl_s);
  return said.SerializeAsString();
}

std::string event_octets(const std::string& tag, const std::string& resources, double lift, unsigned lasts_s) {
  v1::ReportEventsRequest said;
  auto& report = *said.add_reports();
  report.set_tag(tag);
  report.set_resources(resources);
  report.set_cluster("fra");
  report.set_at_ms(1'000);
  report.set_lift(lift);
  report.set_lasts_s(lasts_s);
  return said.SerializeAsString();
}

Receipt receipt_of(const std::string& octets) {
  v1::ReportLatenciesResponse answer;
  if (!answer.ParseFromString(octets)) return {};
  return {answer.taken(), answer.rejected()};
}

struct StuckEdge::Impl {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::EdgeHub::Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReaderWriter<v1::SessionRequest, v1::SessionResponse>> session;
};

StuckEdge::StuckEdge(const std::string& address, const std::string& name) : impl_(new Impl) {
  impl_->channel = grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
  impl_->stub = v1::EdgeHub::NewStub(impl_->channel);
  impl_->session = impl_->stub->Session(&impl_->context);
  v1::SessionRequest said;
  said.mutable_hello()->set_name(name);
  impl_->session->Write(said);
}

StuckEdge::~StuckEdge() {
  impl_->context.TryCancel();
  static_cast<void>(impl_->session->Finish());
  delete impl_;
}

}  // namespace harbinger::test
