#include "server/worker.h"

#include <pthread.h>
#include <boost/asio/executor_work_guard.hpp>
#include <latch>

#include <harbinger/rcu.h>
#include <harbinger/worker.h>

namespace harbinger::server {

Worker::Worker(std::size_t index, Responder& responder, const Counters& counters, const ServerConfig& limits,
               Logger log)
    : context_{loop_, responder, counters, std::move(log), limits},
      connections_(context_),
      thread_([this, index] { run(index); }) {}

Worker::~Worker() { stop(); }

void Worker::stop() {
  if (!thread_.joinable()) return;
  loop_.stop();
  thread_.join();
}

void Worker::run(std::size_t index) {
  ::pthread_setname_np(::pthread_self(), ("worker " + std::to_string(index)).c_str());
  const WorkerIdentity identity(index);
  const rcu::Reader reader;
  const auto guard = boost::asio::make_work_guard(loop_.context());
  loop_.run();
  close_all();
}

void Worker::open(const ListenAddress& address, Endpoint::Sockets sockets, const SocketAddress& local,
                  std::shared_ptr<const ZoneMap> zones) {
  auto& listeners = listeners_[address];
  listeners.served = std::make_shared<Served>(local, std::move(zones));
  listeners.udp = std::make_unique<UdpListener>(context_, listeners.served, std::move(sockets.udp));
  listeners.tcp = std::make_unique<TcpListener>(context_, connections_, listeners.served, std::move(sockets.tcp));
}

void Worker::serve(const ListenAddress& address, std::shared_ptr<const ZoneMap> zones) {
  listeners_.at(address).served->zones = std::move(zones);
}

void Worker::close(const ListenAddress& address) {
  const auto found = listeners_.find(address);
  const auto served = found->second.served;
  listeners_.erase(found);
  connections_.finish(served.get());
}

void Worker::close_all() {
  listeners_.clear();
  connections_.finish(nullptr);
}

void run_on_all(std::span<const std::unique_ptr<Worker>> workers,
                const std::function<void(Worker&, std::size_t)>& work) {
  std::latch done(static_cast<std::ptrdiff_t>(workers.size()));
  for (std::size_t i = 0; i < workers.size(); ++i) {
    workers[i]->loop().post([&, i] {
      work(*workers[i], i);
      done.count_down();
    });
  }
  done.wait();
}

}  // namespace harbinger::server
