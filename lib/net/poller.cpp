#include "net/poller.h"

#include <sys/epoll.h>
#include <unistd.h>
#include <cerrno>
#include <system_error>

namespace harbinger::net {

namespace {

int new_epoll() {
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return epoll;
}

constexpr MonotonicTime kNever{INT64_MAX};

}  // namespace

Poller::Poller(AsioLoop& loop, const Tools& tools)
    : loop_(loop),
      tools_(tools),
      epoll_(new_epoll()),
      wheel_(loop.clock().now()),
      scratch_(std::make_unique<std::array<std::uint8_t, 65536>>()) {
  loop.watch(epoll_, EPOLLIN, *this);
}

Poller::~Poller() { ::close(epoll_); }

bool Poller::watch(int socket, std::uint32_t events, Watched& watched) {
  epoll_event event{.events = events, .data = {.ptr = &watched}};
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) == 0;
}

void Poller::change(int socket, std::uint32_t events, Watched& watched) {
  epoll_event event{.events = events, .data = {.ptr = &watched}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event);
}

// Closing takes a socket out of the epoll set.
void Poller::close_watched(int socket) { ::close(socket); }

void Poller::ready(std::uint32_t) {
  busy_ = true;
  std::array<epoll_event, kBatch> events;
  const int count = ::epoll_wait(epoll_, events.data(), kBatch, 0);
  for (int i = 0; i < count; ++i) static_cast<Watched*>(events[i].data.ptr)->on_events(events[i].events);
  resume_finished();
  busy_ = false;
}

void Poller::end_at(Ending& ending, MonotonicTime deadline) {
  wheel_.add(ending, deadline, now());
  if (deadline + DeadlineWheel::kSlice < timer_at_) schedule_look();
}

// The timer stays when what it was set for has ended early: it costs less to find nothing than to set it anew for every ask.
void Poller::schedule_look() {
  const auto again = wheel_.look_again();
  if (!again || *again >= timer_at_) return;
  if (timer_at_ != kNever) loop_.cancel(timer_);
  timer_at_ = *again;
  timer_ = loop_.after(*again - now(), [this] {
    timer_at_ = kNever;
    look_at_deadlines();
  });
}

void Poller::look_at_deadlines() {
  busy_ = true;
  wheel_.expire(now(), [](Timed& timed) { static_cast<Ending&>(timed).on_deadline(); });
  resume_finished();
  busy_ = false;
  schedule_look();
}

void Poller::finish(Ask& ask) {
  ask.unlink();
  finished_.push_back(&ask);
  if (busy_ || resume_posted_) return;
  resume_posted_ = true;
  loop_.post([this] {
    resume_posted_ = false;
    resume_finished();
  });
}

void Poller::finish(Ask& ask, ErrorCode code, const char* why) {
  ask.result = fail(code, why);
  finish(ask);
}

// Whoever goes on may ask again and so add to the list.
void Poller::resume_finished() {
  for (std::size_t i = 0; i < finished_.size(); ++i) finished_[i]->waiter_.resume();
  finished_.clear();
}

}  // namespace harbinger::net
