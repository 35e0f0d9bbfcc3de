// micro: parts of the server in memory, nanoseconds and allocations each. The thread is a worker, as in the server.
#include <benchmark/benchmark.h>

#include <harbinger/rcu.h>
#include <harbinger/worker.h>

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  harbinger::WorkerIdentity worker(1);
  harbinger::rcu::Reader reader;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
