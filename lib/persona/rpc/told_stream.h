// Streams from a server to a reader: one message after the other, and one end. Templates, for sources that know gRPC.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <harbinger/log.h>
#include "persona/rpc/live_streams.h"
#include "persona/rpc/status.h"

namespace grpc {
class CallbackServerContext;
template <class Response>
class ServerWriteReactor;
class Status;
}  // namespace grpc

namespace harbinger::persona {

/// Writes what there is to tell whenever the reader has taken the last message. Keeps itself until gRPC is done with it. `Calls` have `settings`, `streams` and
/// `counts` of the server.
template <class Response, class Calls, class Status = grpc::Status>
class ToldStream : public grpc::ServerWriteReactor<Response>,
                   public LiveStream,
                   public std::enable_shared_from_this<ToldStream<Response, Calls, Status>> {
 public:
  explicit ToldStream(std::shared_ptr<Calls> calls) : calls_(std::move(calls)) {}

  void drain() override { end(status_as<Status>({ErrorCode::unreachable, "the server is going down"})); }
  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (ok) write_on();
    finish();
  }
  void OnCancel() override { end(Status::CANCELLED); }
  void OnDone() override {
    // Waits for news that are under way, so no lock is held.
    hearing_.reset();
    calls_->streams.remove(this);
    calls_.reset();
    self_.reset();
  }

 protected:
  /// The next message, with the lock held; false when there is nothing to tell now.
  virtual bool fill(Response& out) = 0;

  /// Counts itself in; false when there is no room, and it has ended.
  bool join() {
    self_ = this->shared_from_this();
    if (calls_->streams.add(self_)) return true;
    end(status_as<Status>({ErrorCode::too_large, "no room for another stream"}));
    return false;
  }
  /// After what is being written. The first end counts.
  void end(Status status) {
    const std::lock_guard lock(mutex_);
    end_locked(std::move(status));
  }

  // With the lock held.
  void end_locked(Status status) {
    if (!ending_) ending_ = std::move(status);
    finish();
  }
  void write_on() {
    if (ending_ || writing_ || !fill(out_)) return;
    writing_ = true;
    this->StartWrite(&out_);
  }
  bool writing() const { return writing_; }
  bool ending() const { return ending_.has_value(); }

  std::shared_ptr<Calls> calls_;   // until the call is done: news that are late must not keep the engine
  std::shared_ptr<void> hearing_;  // of news, as long
  std::mutex mutex_;

 private:
  void finish() {
    if (!ending_ || finished_ || writing_) return;
    finished_ = true;
    this->Finish(*ending_);
  }

  std::shared_ptr<ToldStream> self_;
  Response out_;
  bool writing_ = false, finished_ = false;
  std::optional<Status> ending_;
};

/// Tells what there is at the beginning, that this was all, and each change from then on. Of each thing the latest news wait for their turn; for whom
/// news of too many things wait, the stream is cut off. Responses have a field `complete`.
template <class Response, class News, class Calls, class Status = grpc::Status,
          class Context = grpc::CallbackServerContext>
class NewsStream : public ToldStream<Response, Calls, Status> {
 public:
  NewsStream(std::shared_ptr<Calls> calls, Context* context)
      : ToldStream<Response, Calls, Status>(std::move(calls)),
        context_(context),
        most_(this->calls_->settings.most_waiting) {}

 protected:
  static constexpr int kMostInOne = 100;  ///< news in a message

  /// With the lock held.
  virtual void write(const News& news, Response& out) = 0;

  void push(const std::string& key, const News& news) {
    const std::lock_guard lock(this->mutex_);
    if (this->ending()) return;
    waiting_.insert_or_assign(key, news);
    if (waiting_.size() > most_) {
      waiting_.clear();
      return this->end_locked(cut());
    }
    this->write_on();
  }
  /// What there was at the beginning. What has been pushed in the meantime is newer.
  void tell_beginning(std::map<std::string, News> all) {
    const std::lock_guard lock(this->mutex_);
    waiting_.merge(all);
    most_ += waiting_.size();
    beginning_ = Beginning::told;
    this->write_on();
  }

 private:
  enum class Beginning : std::uint8_t { not_known, told, complete };

  // A write that is on its way waits for a reader who does not read: then the call is broken.
  Status cut() {
    this->calls_->counts.cut();
    this->calls_->settings.log.warning("watcher",
                                       escape_for_log(context_->peer()) + " reads too slowly, and is cut off");
    if (this->writing()) context_->TryCancel();
    return status_as<Status>({ErrorCode::too_large, "this watcher reads too slowly"});
  }

  bool fill(Response& out) override {
    if (beginning_ == Beginning::not_known) return false;
    if (waiting_.empty() && beginning_ == Beginning::complete) return false;
    out.Clear();
    for (int told = 0; !waiting_.empty() && told < kMostInOne; ++told, waiting_.erase(waiting_.begin()))
      write(waiting_.begin()->second, out);
    if (waiting_.empty() && beginning_ == Beginning::told) {
      out.set_complete(true);
      beginning_ = Beginning::complete;
    }
    return true;
  }

  Context* const context_;
  std::size_t most_;
  std::map<std::string, News> waiting_;
  Beginning beginning_ = Beginning::not_known;
};

}  // namespace harbinger::persona
