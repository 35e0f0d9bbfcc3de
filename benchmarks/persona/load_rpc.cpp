// Load for an engine behind gRPC: streams of events as fast as they are taken, and asks at a pace. Also a server with an engine that does nothing,
// to tell what gRPC costs from what an engine costs.
//
//   load_rpc serve
//   load_rpc drive ADDRESS [--pid PID] [--threads N] [--batch N] [--seconds N] [--asks PER_SECOND] [--ask-batch N] [--events no]
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "persona/rpc/client.h"
#include "persona/rpc/server.h"

using namespace harbinger;
using namespace harbinger::persona;
using SteadyTime = std::chrono::steady_clock::time_point;

namespace {

// Takes everything and knows nothing.
class IdleEngine final : public PersonaEngine {
 public:
  void assign(std::span<const PersonaAsk> asks, Assigned done) override {
    std::vector<PersonaAssignment> answers(asks.size());
    for (std::size_t i = 0; i < asks.size(); ++i) answers[i] = {asks[i].client, 1, {1}, asks[i].at + 300'000, 0.5F};
    done(std::move(answers));
  }
  void report(std::span<const BehaviourEvent> events, Reported done) override {
    Receipt receipt;
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    for (const auto& event : events)
      ++(fault_of(event, now.count()) == EventFault::none ? receipt.taken : receipt.rejected);
    done(receipt);
  }
  std::shared_ptr<void> watch(Watcher) override { return nullptr; }
  void explain(ClientKey, Explained done) override { done(PersonaExplanation{}); }
  State state() const override { return {}; }
};

int serve() {
  RpcServerSettings settings;
  settings.listen = {SocketAddress::parse("127.0.0.1:0").value()};
  const auto server = serve_engine(std::make_shared<IdleEngine>(), settings);
  if (!server) return std::fprintf(stderr, "%s\n", server.error().message.c_str()), 1;
  std::printf("grpc://%s\n", (*server)->addresses()[0].to_string().c_str());
  std::fflush(stdout);
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  int number = 0;
  return sigwait(&ends, &number);
}

struct Wishes {
  std::string address;
  long pid = 0;
  std::size_t threads = 1, batch = 500, asks = 0, ask_batch = 100;
  double seconds = 3;
  bool events = true;
};

// Processor time of a process, of threads that have ended, too, in seconds and steps of 10 ms.
double processor_time(long pid) {
  constexpr int kUserTime = 14 - 3;  // proc(5) counts from 1, and the name before the third field may hold anything
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(in, text);
  std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string skipped;
  for (int i = 0; i < kUserTime; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

UnixMillis now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// What 200,000 clients do with 5,000 resources, some far more than others.
class Acts {
 public:
  explicit Acts(std::size_t seed) : random_(seed) {
    for (int i = 0; i < 5'000; ++i)
      texts_.push_back("https://www.site" + std::to_string(i % 211) + ".example/section/" + std::to_string(i));
  }
  std::vector<BehaviourEvent> batch(std::size_t count) {
    std::vector<BehaviourEvent> events(count);
    for (auto& event : events) {
      event.client = 1 + random_() % 200'000 * 0x9e3779b97f4a7c15;
      event.resource = texts_[std::min(random_() % texts_.size(), random_() % texts_.size())];
      event.action = static_cast<Action>(random_() % static_cast<std::uint64_t>(Action::limit));
      event.device = static_cast<DeviceClass>(random_() % static_cast<std::uint64_t>(DeviceClass::limit));
      event.location = static_cast<std::uint16_t>(random_() % 64);
      event.dwell_s = static_cast<float>(random_() % 1'000) / 10;
    }
    return events;
  }

 private:
  std::mt19937_64 random_;
  std::vector<std::string> texts_;
};

// At most so many at once.
class Gate {
 public:
  explicit Gate(std::size_t most) : left_(most), most_(most) {}
  void enter() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return left_ > 0; });
    --left_;
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    ++left_;
    changed_.notify_all();
  }
  void wait_until_empty() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return left_ == most_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t left_, most_;
};

std::unique_ptr<PersonaEngine> connect(const Wishes& wishes) {
  RpcClientSettings settings;
  settings.address = wishes.address;
  if (const char* token = std::getenv("TOKEN")) settings.token = token;
  settings.patience = std::chrono::seconds(10);
  return connect_engine(settings).value();
}

struct Sum {
  std::atomic<std::uint64_t> taken = 0, rejected = 0, shed = 0, failed = 0;
};

void stream_events(const Wishes& wishes, std::size_t seed, SteadyTime end, Sum& sum) {
  constexpr std::size_t kBatches = 32, kAtOnce = 16;
  const auto engine = connect(wishes);
  Acts acts(seed);
  std::vector<std::vector<BehaviourEvent>> batches;
  for (std::size_t i = 0; i < kBatches; ++i) batches.push_back(acts.batch(wishes.batch));
  Gate gate(kAtOnce);
  for (std::size_t i = 0; std::chrono::steady_clock::now() < end; i = (i + 1) % kBatches) {
    gate.enter();
    for (auto& event : batches[i]) event.at = now_ms();
    engine->report(batches[i], [&](const Result<PersonaEngine::Receipt>& receipt) {
      if (receipt) {
        sum.taken += receipt->taken;
        sum.rejected += receipt->rejected;
        sum.shed += receipt->shed;
      } else {
        if (sum.failed.fetch_add(wishes.batch) == 0)
          std::printf("first failure: %s\n", receipt.error().message.c_str());
      }
      gate.leave();
    });
  }
  gate.wait_until_empty();
}

// Round trips in milliseconds, and failures.
struct Trips {
  std::mutex mutex;
  std::vector<double> ms;
  std::uint64_t failed = 0;
};

void pace_asks(const Wishes& wishes, SteadyTime end, Trips& trips) {
  const auto engine = connect(wishes);
  std::vector<PersonaAsk> asks(wishes.ask_batch);
  const std::chrono::nanoseconds pace(1'000'000'000 * wishes.ask_batch / wishes.asks);
  Gate open(1'000'000);
  std::uint64_t client = 0;
  for (auto at = std::chrono::steady_clock::now(); at < end; at += pace) {
    std::this_thread::sleep_until(at);
    for (auto& ask : asks) {
      ask.client = 1 + client++ % 1'000'000 * 0x9e3779b97f4a7c15;
      ask.at = now_ms();
      ask.name = "www.site.example";
      ask.transport = 1;
      ask.edns = true;
    }
    open.enter();
    // From when it was due, so that a late start counts, too.
    engine->assign(asks, [&trips, &open, at](const auto& assigned) {
      const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - at;
      {
        const std::lock_guard lock(trips.mutex);
        if (assigned)
          trips.ms.push_back(took.count());
        else
          ++trips.failed;
      }
      open.leave();
    });
  }
  open.wait_until_empty();
}

double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

int drive(const Wishes& wishes) {
  Sum sum;
  Trips trips;
  const auto server_before = processor_time(wishes.pid), own_before = processor_time(::getpid());
  const auto begin = std::chrono::steady_clock::now();
  const auto end =
      begin + std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(wishes.seconds));
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; wishes.events && i < wishes.threads; ++i)
    threads.emplace_back([&, i] { stream_events(wishes, i, end, sum); });
  if (wishes.asks > 0) threads.emplace_back([&] { pace_asks(wishes, end, trips); });
  threads.clear();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;

  const auto taken = static_cast<double>(sum.taken), asked = static_cast<double>(trips.ms.size() * wishes.ask_batch);
  const auto dealt_with = taken + static_cast<double>(sum.shed) + static_cast<double>(sum.rejected);
  if (wishes.events)
    std::printf("events: %.0f/s taken, %llu rejected, %llu shed, %llu failed\n", taken / took.count(),
                static_cast<unsigned long long>(sum.rejected), static_cast<unsigned long long>(sum.shed),
                static_cast<unsigned long long>(sum.failed));
  if (wishes.asks > 0)
    std::printf("asks: %.0f/s, round trip of %zu: p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, %llu batches failed\n",
                asked / took.count(), wishes.ask_batch, percentile(trips.ms, 0.5), percentile(trips.ms, 0.99),
                percentile(trips.ms, 0.999), static_cast<unsigned long long>(trips.failed));
  if (wishes.pid != 0)
    std::printf("server: %.2f processors, %.3f us for each event or ask\n",
                (processor_time(wishes.pid) - server_before) / took.count(),
                (processor_time(wishes.pid) - server_before) * 1e6 / (dealt_with + asked));
  std::printf("load: %.2f processors\n", (processor_time(::getpid()) - own_before) / took.count());
  return sum.failed == 0 && trips.failed == 0 ? 0 : 1;
}

bool read_flag(const std::string& flag, const char* value, Wishes& wishes) {
  const auto number = [&] { return std::strtoull(value, nullptr, 10); };
  const std::map<std::string, std::function<void()>> flags{
      {"--pid", [&] { wishes.pid = static_cast<long>(number()); }},
      {"--threads", [&] { wishes.threads = number(); }},
      {"--batch", [&] { wishes.batch = number(); }},
      {"--seconds", [&] { wishes.seconds = std::strtod(value, nullptr); }},
      {"--asks", [&] { wishes.asks = number(); }},
      {"--ask-batch", [&] { wishes.ask_batch = number(); }},
      {"--events", [&] { wishes.events = std::string_view(value) != "no"; }}};
  const auto found = flags.find(flag);
  if (found == flags.end()) return false;
  found->second();
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 1 && words[0] == "serve") {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    return serve();
  }
  Wishes wishes;
  bool fine = words.size() >= 2 && words[0] == "drive" && words.size() % 2 == 0;
  if (fine) wishes.address = words[1];
  for (std::size_t i = 2; fine && i < words.size(); i += 2) fine = read_flag(words[i], argv[i + 2], wishes);
  if (!fine || wishes.batch == 0 || wishes.ask_batch == 0)
    return std::fprintf(stderr, "usage: load_rpc serve | load_rpc drive ADDRESS [FLAG VALUE]...; see its source\n"), 2;
  return drive(wishes);
}
