// Asks a DNS server for an instance over gRPC, as a program of its own: ADDRESS TOKEN TIER POOL.
#include <grpcpp/grpcpp.h>

#include <iostream>
#include <string>

#include <harbinger/provisioning/v1/provisioning.grpc.pb.h>

namespace v1 = harbinger::provisioning::v1;

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: ask_instance ADDRESS TOKEN TIER POOL\n";
    return 2;
  }
  v1::RegisterRequest request;
  request.mutable_profile()->set_tier(argv[3]);
  request.set_pool(argv[4]);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  context.AddMetadata("authorization", std::string("Bearer ") + argv[2]);
  v1::RegisterResponse answer;
  const auto server = v1::Provisioning::NewStub(grpc::CreateChannel(argv[1], grpc::InsecureChannelCredentials()));
  const auto status = server->Register(&context, request, &answer);
  if (!status.ok()) {
    std::cerr << status.error_message() << '\n';
    return 1;
  }
  std::cout << "tag " << answer.tag() << " instance " << answer.instance().id() << ' '
            << v1::Step_Name(answer.instance().step()) << '\n';
  return 0;
}
