// Task<T>: a coroutine that starts when it is awaited, runs on the caller's thread, and costs nothing extra when nothing waits.
#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <utility>
#include <variant>

namespace harbinger {

template <class T>
class Task;

namespace detail {

// Frames come and go by the million and in few sizes: each thread keeps some for reuse.
void* take_frame(std::size_t size);
void give_frame(void* frame, std::size_t size) noexcept;

struct PromiseBase {
  std::coroutine_handle<> waiter = std::noop_coroutine();

  static void* operator new(std::size_t size) { return take_frame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { give_frame(frame, size); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct Final {
    bool await_ready() noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) noexcept {
      return self.promise().waiter;
    }
    void await_resume() noexcept {}
  };
  Final final_suspend() noexcept { return {}; }
};

template <class T>
struct Promise : PromiseBase {
  std::variant<std::monostate, T, std::exception_ptr> result;

  Task<T> get_return_object();
  template <class U>
  void return_value(U&& value) {
    result.template emplace<1>(std::forward<U>(value));
  }
  void unhandled_exception() { result.template emplace<2>(std::current_exception()); }
  T take() {
    if (result.index() == 2) std::rethrow_exception(std::get<2>(result));
    return std::move(std::get<1>(result));
  }
};

template <>
struct Promise<void> : PromiseBase {
  std::exception_ptr error;

  Task<void> get_return_object();
  void return_void() {}
  void unhandled_exception() { error = std::current_exception(); }
  void take() {
    if (error) std::rethrow_exception(error);
  }
};

}  // namespace detail

/// The result of a coroutine, not yet started. Move-only; await it at most once. Whoever awaits continues when it is done, on
/// the thread where it got done. Must not be destroyed while it waits for something outside.
template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;

  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
    frame_.promise().waiter = waiter;
    return frame_;
  }
  T await_resume() { return frame_.promise().take(); }

 private:
  friend promise_type;
  friend class Running;
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  std::coroutine_handle<promise_type> frame_;
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

// A coroutine of its own that frees itself at the end.
struct Detached {
  struct promise_type {
    static void* operator new(std::size_t size) { return take_frame(size); }
    static void operator delete(void* frame, std::size_t size) noexcept { give_frame(frame, size); }
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    [[noreturn]] void unhandled_exception() { std::terminate(); }
  };
};
}  // namespace detail

/// Starts a task that nobody waits for; it must own all it uses, end by itself, and let no exception out.
inline void start(Task<void> task) {
  [](Task<void> owned) -> detail::Detached { co_await owned; }(std::move(task));
}

/// Suspends until somebody calls the callback it was made with: the bridge from callbacks to tasks.
///     co_await Suspend([&](std::function<void()> resume) { loop.after(1s, resume); });
/// `begin` may call resume at once. Resume exactly once, on the thread where the task shall go on.
template <class Begin>
class Suspend {
 public:
  explicit Suspend(Begin begin) : begin_(std::move(begin)) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> self) {
    // The awaiter dies once resumed, so what begin() still needs is moved out first.
    auto begin = std::move(begin_);
    begin([self] { self.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  Begin begin_;
};

/// A task that is done already.
template <class T>
Task<T> ready(T value) {
  co_return value;
}

}  // namespace harbinger
