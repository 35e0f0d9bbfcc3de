// Asks a DNS server's orchestration over gRPC, as a program of its own: ADDRESS TOKEN CALL REQUEST.
#include <iostream>

#include "tests/lib/orchestrate/rpc/caller.h"

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: orchestration_call ADDRESS TOKEN CALL REQUEST\n";
    return 2;
  }
  const auto ended = harbinger::test::Caller(argv[1], argv[2]).call(argv[3], argv[4]);
  std::cout << ended.code << ' ' << ended.message << ended.text << '\n';
  return ended.code == "OK" ? 0 : 1;
}
