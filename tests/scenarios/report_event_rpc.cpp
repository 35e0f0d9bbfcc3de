// Tells a DNS server of one event over gRPC, as a program of its own: HUB TAG RESOURCES LIFT AT_MS.
#include <grpcpp/grpcpp.h>

#include <cstdlib>
#include <iostream>

#include <harbinger/edge/v1/edge.grpc.pb.h>

namespace v1 = harbinger::edge::v1;

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "usage: report_event HUB TAG RESOURCES LIFT AT_MS\n";
    return 2;
  }
  v1::ReportEventsRequest said;
  auto& report = *said.add_reports();
  report.set_tag(argv[2]);
  report.set_resources(argv[3]);
  report.set_lift(std::strtod(argv[4], nullptr));
  report.set_at_ms(std::strtoll(argv[5], nullptr, 10));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  v1::ReportEventsResponse answer;
  const auto hub = v1::EdgeHub::NewStub(grpc::CreateChannel(argv[1], grpc::InsecureChannelCredentials()));
  const auto status = hub->ReportEvents(&context, said, &answer);
  if (!status.ok()) {
    std::cerr << status.error_message() << '\n';
    return 1;
  }
  std::cout << "taken " << answer.taken() << ", rejected " << answer.rejected() << '\n';
  return 0;
}
