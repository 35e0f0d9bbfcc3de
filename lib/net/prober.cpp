#include <array>
#include <mutex>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <harbinger/random.h>
#include "net/look.h"
#include "net/probe.h"

namespace harbinger::net {

namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

// TCP sends again after 200 ms what nobody acknowledged. A connection is not waited for so long: a host that vanished is to be found out soon.
constexpr Duration kShortestConnect = 100ms, kShortestAnswer = 350ms;
constexpr int kUsualTimes = 8;

// How long something takes, smoothed.
class Usual {
 public:
  void saw(Duration took) { usual_ = usual_ == Duration{} ? took : usual_ + (took - usual_) / 8; }
  // How long to wait for it.
  Duration patience(Duration shortest, Duration longest) const {
    return usual_ == Duration{} ? longest : std::min(longest, std::max(shortest, usual_ * kUsualTimes));
  }

 private:
  Duration usual_{};
};

Duration from_ms(double ms) { return Duration(static_cast<std::int64_t>(ms * 1e6)); }

// One endpoint that is looked at. Everything but `leave` happens on the prober's thread.
class Watched final : public std::enable_shared_from_this<Watched> {
 public:
  Watched(asio::io_context& context, ProbeSettings settings, Prober::Told told)
      : context_(context), timer_(context), settings_(std::move(settings)), told_(std::move(told)) {}

  void look() {
    if (left()) return;
    began_ = Steady::now();
    look_ = begin_look(context_, settings_, [this](ProbeResult result) { finished(std::move(result)); });
    give_up_after(connecting_.patience(kShortestConnect, settings_.timeout));
  }
  // Any thread; afterwards nobody is told any more. May be called by who is told.
  void leave() {
    const std::lock_guard guard(telling_);
    told_ = {};
    asio::post(context_, [self = shared_from_this()] {
      if (self->look_) self->look_->cancel();
      self->look_.reset();
      self->timer_.cancel();
    });
  }

 private:
  bool left() {
    const std::lock_guard guard(telling_);
    return !told_;
  }

  // `patience` is counted from the look's start.
  void give_up_after(Duration patience) {
    timer_.expires_at(began_ + std::chrono::duration_cast<Steady::duration>(patience));
    timer_.async_wait([self = shared_from_this(), patience](const boost::system::error_code& stopped) {
      if (!stopped && self->look_) self->waited(patience);
    });
  }
  void waited(Duration patience) {
    const double connected_ms = look_->connected_ms();
    if (connected_ms == 0) return finished({ProbeResult::Kind::timeout, 0, "no answer in time"});
    const auto longer = answering_.patience(kShortestAnswer, settings_.timeout);
    if (longer > patience) return give_up_after(longer);
    finished({ProbeResult::Kind::timeout, connected_ms, "connected, but no answer in time"});
  }

  void finished(ProbeResult result) {
    look_->cancel();
    look_.reset();
    const bool ok = result.kind == ProbeResult::Kind::ok;
    const bool hurry = !ok && result.kind != ProbeResult::Kind::unable;
    if (ok) {
      connecting_.saw(from_ms(result.rtt_ms));
      answering_.saw(Steady::now() - began_);
    }
    {
      const std::lock_guard guard(telling_);
      if (!told_) return;
      const auto tell = told_;  // it may leave, which takes its own place away
      tell(result);
    }
    pause(hurry ? settings_.every / 4 : settings_.every);
  }

  // Up to a tenth more or less, so that many looks do not fall together.
  void pause(Duration usual) {
    const auto jitter = static_cast<std::int64_t>(system_random().below(201)) - 100;
    timer_.expires_after(std::chrono::duration_cast<Steady::duration>(usual + usual * jitter / 1000));
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& stopped) {
      if (!stopped) self->look();
    });
  }

  asio::io_context& context_;
  asio::steady_timer timer_;
  const ProbeSettings settings_;
  std::recursive_mutex telling_;
  Prober::Told told_;
  std::shared_ptr<Look> look_;
  Steady::time_point began_;
  Usual connecting_, answering_;
};

class AsioProber final : public Prober {
 public:
  AsioProber() : thread_([this] { context_.run(); }) {}
  ~AsioProber() override {
    context_.stop();
    thread_.join();
  }

  std::shared_ptr<void> watch(ProbeSettings settings, Told told) override {
    auto watched = std::make_shared<Watched>(context_, std::move(settings), std::move(told));
    asio::post(context_, [watched] { watched->look(); });
    return {watched.get(), [watched](void*) { watched->leave(); }};
  }

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> working_{context_.get_executor()};
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Prober> Prober::make() { return std::make_unique<AsioProber>(); }

std::string_view to_string(ProbeSettings::Kind kind) {
  constexpr std::array<std::string_view, 4> kWords{"tcp", "http", "https", "dns"};
  return kWords[static_cast<std::size_t>(kind)];
}

}  // namespace harbinger::net
